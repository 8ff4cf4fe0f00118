//! Calls of other services, under the same limits and with the same retries.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::RetryPolicy;
use super::decision::{Decision, Outcome, Replay, RetryContext, Stop, decide};
use crate::limits::{AcquireError, CallEstimate, Feedback, Held, LimiterFallback, RateLimiter};
use crate::runtime::{DefaultRuntime, Purpose, Runtime};

/// How often a call is sent again because of a 429, where a limiter makes all calls wait.
pub(crate) const MAX_RATE_LIMITED: u32 = 30;

/// Makes attempts of a call until one succeeds: each waits for a rate limiter, and failures that may pass are retried.
///
/// A [`Client`](crate::Client) does this for its own calls. Use it for calls that something else sends. A 429 makes all calls wait,
/// keeps the place of its own, and is not counted as a retry.
///
/// ```
/// use groq_core::limits::{AttemptFailure, Attempts, CallEstimate, Feedback, LocalRateLimiter};
/// use http::StatusCode;
/// use std::sync::Arc;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let attempts = Attempts::new(Arc::new(LocalRateLimiter::new()));
/// let send = async |number| match number {
///     1 => Err(AttemptFailure { error: "broken", feedback: Feedback::default(), transient: true }),
///     _ => Ok(("a reply", Feedback::new(StatusCode::OK))),
/// };
/// let (reply, sent) = attempts.run(CallEstimate::new("m"), send, |_, _| {}).await.expect("it passes");
/// assert_eq!((reply, sent), ("a reply", 2));
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is sent until `run` is called"]
pub struct Attempts {
    limiter: Arc<dyn RateLimiter>,
    policy: RetryPolicy,
    max_wait: Duration,
}

/// A failed attempt.
#[derive(Clone, Copy, Debug)]
#[must_use = "a failure does nothing until it is returned"]
pub struct AttemptFailure<E> {
    /// What it failed with.
    pub error: E,
    /// What the response said; a 429 is retried in any case.
    pub feedback: Feedback,
    /// Whether it may pass.
    pub transient: bool,
}

/// Why a call of [`Attempts`] failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError<E> {
    /// There was no permit.
    Refused(AcquireError),
    /// The server asks for a wait that is longer than allowed; with the error of the attempt.
    WaitTooLong(Duration, E),
    /// The attempt with this number failed for good.
    Failed(E, u32),
}

impl Attempts {
    /// Creates attempts with the default [`RetryPolicy`], and at most 10 minutes of wait for the limiter.
    pub fn new(limiter: Arc<dyn RateLimiter>) -> Self {
        Self {
            limiter,
            policy: RetryPolicy::new(),
            max_wait: Duration::from_secs(600),
        }
    }

    /// Sets when failed attempts are retried. Rules of the policy are not used: the attempt says what is transient.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// Sets the longest single wait for the limiter, and the longest that a 429 may ask for.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Makes attempts, numbered from 1, until one succeeds. Calls `on_retry` before each wait.
    ///
    /// # Errors
    ///
    /// [`CallError`]: there is no permit, a wait would be too long, or an attempt failed for good.
    pub async fn run<T, E, F>(
        &self,
        mut call: CallEstimate,
        mut attempt: impl FnMut(u32) -> F,
        mut on_retry: impl FnMut(Duration, &E),
    ) -> Result<(T, u32), CallError<E>>
    where
        F: Future<Output = Result<(T, Feedback), AttemptFailure<E>>>,
    {
        let runtime = DefaultRuntime;
        let begun = runtime.now();
        call.max_wait = self.max_wait;
        call.place();
        let (mut attempts, mut limited) = (0, 0);
        loop {
            let held = Held::acquire(&self.limiter, LimiterFallback::Fail, &runtime, &call).await;
            let mut held = held.map_err(CallError::Refused)?;
            attempts += 1;
            let failure = match attempt(attempts).await {
                Ok((reply, feedback)) => {
                    held.feedback(feedback);
                    return Ok((reply, attempts));
                }
                Err(failure) => failure,
            };
            let (error, feedback) = (failure.error, failure.feedback);
            if feedback.status.is_some() {
                held.feedback(feedback);
            }
            drop(held);
            let is_limited = feedback.is_rate_limited() && limited < MAX_RATE_LIMITED;
            let mut context = RetryContext {
                config: self.policy.config,
                replay: Replay::Idempotent,
                rule: None,
                elapsed: runtime.now().saturating_duration_since(begun),
                retries_made: attempts - 1 - limited,
                remaining: None,
                random: runtime.random(),
            };
            if is_limited {
                limited += 1;
                context.config.max_wait = self.max_wait;
                context.config.max_retries = u32::MAX;
            }
            let transient = is_limited || failure.transient;
            let wait = match decide(outcome(&feedback, transient), &context) {
                Decision::Retry(_) if is_limited => wait_of_429(feedback.retry_after),
                Decision::Retry(wait) => wait,
                Decision::Stop(Stop::WaitTooLong) => {
                    let wait = feedback.retry_after.unwrap_or_default();
                    return Err(CallError::WaitTooLong(wait, error));
                }
                Decision::Stop(_) => return Err(CallError::Failed(error, attempts)),
            };
            on_retry(wait, &error);
            runtime.sleep(wait, Purpose::Wait).await;
        }
    }
}

fn outcome(feedback: &Feedback, transient: bool) -> Outcome {
    match feedback.status {
        Some(status) => Outcome::Answered {
            status,
            should_retry: Some(transient),
            retry_after: feedback.retry_after,
        },
        None if transient => Outcome::Sent,
        None => Outcome::Final,
    }
}

/// How long a call waits before it asks the limiter again: not longer than the limiter itself, so that it keeps its place.
pub(crate) fn wait_of_429(asked: Option<Duration>) -> Duration {
    const LEAST: Duration = Duration::from_millis(100);
    asked.filter(|wait| !wait.is_zero()).unwrap_or(LEAST)
}
