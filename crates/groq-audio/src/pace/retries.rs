//! One request, sent until there is a response.

use std::time::Duration;

use groq_core::limits::RateLimits;
use tokio::time::sleep;

use super::limiter::{Pace, over};
use super::need::Need;
use crate::error::Error;
use crate::service::{Failure, FailureKind};

/// How often a request is sent again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryLimits {
    /// Retries after a transient failure.
    pub(crate) transient: u32,
    /// Retries after a rate limit.
    pub(crate) limited: u32,
    /// The longest wait.
    pub(crate) max_wait: Duration,
}

impl Default for RetryLimits {
    fn default() -> Self {
        Self {
            transient: 5,
            limited: 30,
            max_wait: Duration::from_secs(900),
        }
    }
}

/// Why there is no response.
pub(crate) enum Unanswered {
    /// The wait would be too long.
    TooLong(Error),
    /// It failed for good, after so many attempts.
    Failed(Failure, u32),
}

/// How one request is sent until there is a response.
pub(crate) struct Retries<'a> {
    pub(crate) pace: &'a Pace,
    pub(crate) limits: RetryLimits,
    pub(crate) need: Need,
    /// Makes the backoff of different requests differ.
    pub(crate) salt: u64,
}

impl Retries<'_> {
    /// Makes attempts, each when the limits allow it, until one succeeds; returns how many it took.
    ///
    /// A rate limit pauses all requests. After another transient failure, only this request waits.
    pub(crate) async fn run<R, F: Future<Output = Result<(R, RateLimits), Failure>>>(
        self,
        mut attempt: impl FnMut(u32) -> F,
        mut on_retry: impl FnMut(Duration, &str),
    ) -> Result<(R, u32), Unanswered> {
        let (pace, limits, salt) = (self.pace, self.limits, self.salt);
        let (mut attempts, mut failed, mut limited) = (0, 0, 0);
        loop {
            let admitted = pace.admit(self.need, limits.max_wait).await;
            let in_flight = admitted.map_err(Unanswered::TooLong)?;
            attempts += 1;
            let result = attempt(attempts).await;
            drop(in_flight);
            let failure = match result {
                Ok((response, rate_limits)) => {
                    pace.learn(&rate_limits);
                    return Ok((response, attempts));
                }
                Err(failure) => failure,
            };
            pace.learn(&failure.rate_limits);
            let asked = failure.retry_after;
            let wait = match failure.kind {
                FailureKind::RateLimited if limited < limits.limited => {
                    limited += 1;
                    asked.unwrap_or_else(|| backoff(limited, salt))
                }
                FailureKind::Transient if failed < limits.transient => {
                    failed += 1;
                    backoff(failed, salt).max(asked.unwrap_or_default())
                }
                _ => return Err(Unanswered::Failed(failure, attempts)),
            };
            if wait > limits.max_wait {
                return Err(Unanswered::TooLong(over(wait).with_source(failure.message)));
            }
            on_retry(wait, &failure.message);
            if failure.kind == FailureKind::RateLimited {
                pace.pause(wait);
            } else {
                sleep(wait).await;
            }
        }
    }
}

/// The wait before attempt number `attempt` (from 1 on): doubling from half a second to twenty, less up to a half of it.
fn backoff(attempt: u32, salt: u64) -> Duration {
    let full = 0.5 * f64::from(1_u32 << attempt.saturating_sub(1).min(6));
    let share = (mix(salt ^ u64::from(attempt)) >> 11) as f64 / (1_u64 << 53) as f64;
    Duration::from_secs_f64(full.min(20.0) * (1.0 - 0.5 * share))
}

/// Spreads numbers that are close to each other (splitmix64).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use groq_models::Quota;
    use tokio::time::Instant;

    use super::*;

    #[test]
    fn waits_grow_and_differ() {
        assert!(backoff(1, 7) <= Duration::from_millis(500));
        assert!(backoff(5, 7) >= Duration::from_secs(4));
        assert!(backoff(40, 7) <= Duration::from_secs(20));
        assert_ne!(backoff(3, 1), backoff(3, 2));
    }

    async fn tried(
        failures: &[(u16, Option<u64>)],
        limits: RetryLimits,
    ) -> (Result<u32, u32>, Duration) {
        let pace = Pace::new(&Quota::new());
        let start = Instant::now();
        let attempt = |number: u32| {
            let failure = failures.get(number as usize - 1).copied();
            async move {
                let Some((status, wait)) = failure else {
                    return Ok(((), RateLimits::default()));
                };
                let failure = Failure::from_status(status, "no");
                Err(failure.retry_after(wait.map(Duration::from_secs)))
            }
        };
        let retries = Retries {
            pace: &pace,
            limits,
            need: Need::default(),
            salt: 1,
        };
        let result = retries.run(attempt, |_, _| {}).await;
        let result = match result {
            Ok(((), attempts)) => Ok(attempts),
            Err(Unanswered::Failed(_, attempts)) => Err(attempts),
            Err(Unanswered::TooLong(error)) => {
                assert!(error.is_rate_limited() && error.retry_after().is_some());
                Err(0)
            }
        };
        (result, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again() {
        let limits = RetryLimits::default();
        assert_eq!(
            tried(&[(429, Some(7)), (503, Some(5))], limits).await.0,
            Ok(3)
        );
        let (result, waited) = tried(&[(429, Some(7)), (429, Some(8))], limits).await;
        assert_eq!((result, waited), (Ok(3), Duration::from_secs(15)));
        assert_eq!(tried(&[(503, None); 6], limits).await.0, Err(6));
        assert_eq!(tried(&[(429, None); 20], limits).await.0, Ok(21));
        assert_eq!(tried(&[(400, None)], limits).await.0, Err(1));
        assert_eq!(tried(&[(413, None)], limits).await.0, Err(1));
        assert_eq!(tried(&[(429, Some(901))], limits).await.0, Err(0));
    }
}
