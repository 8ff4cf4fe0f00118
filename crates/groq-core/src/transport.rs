//! The way to the server: the only part that names the HTTP library.
//!
//! [`execute`] makes a call and reads its response whole, [`open`] makes one and leaves the body to a stream. Both run the same
//! loop of attempts. Whether and when to retry is decided by the plain functions of [`crate::retry`].

mod attempt;
mod body;
#[cfg(not(target_arch = "wasm32"))]
mod connect;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod connection;
mod failure;
mod gunzip;
#[cfg(target_arch = "wasm32")]
#[path = "transport/browser.rs"]
pub(crate) mod http_client;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod http_client;
mod middleware;
mod permit;
#[cfg(not(target_arch = "wasm32"))]
mod proxy;
mod recorder;
mod redirect;
mod request;
pub(crate) mod source;
#[cfg(not(target_arch = "wasm32"))]
mod tls;
mod trace;
mod upload;
mod watch;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::error::{Answer, Error, TimeoutKind};
use crate::middleware::AttemptOutcome;
use crate::retry::Attempt;
use crate::retry::attempts::{MAX_RATE_LIMITED, wait_of_429};
use crate::retry::decision::{Decision, Replay, RetryContext, Stop, decide};
use crate::runtime::{Instant, Purpose};
use crate::shared::Core;

pub(crate) use attempt::FromBody;
pub(crate) use body::{BodyFailure, ResponseBody};
pub(crate) use http_client::{Hook, Http};
pub(crate) use recorder::{Recorder, Summary};
pub(crate) use request::{JSON, Outgoing, Payload, content_type, custom_url};

use failure::Failure;
use permit::CallPermit;
use trace::Trace;

/// An operation, as far as its attempts depend on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// In words, for errors: `create chat completion`.
    pub(crate) name: &'static str,
    pub(crate) replay: Replay,
}

/// A good response.
pub(crate) struct Answered<B> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: B,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) started: Instant,
    pub(crate) elapsed: Duration,
    pub(crate) recorder: Recorder,
}

impl<B> Answered<B> {
    /// The content type in lower case; empty if there is none.
    pub(crate) fn content_type(&self) -> String {
        let value = self.headers.get(http::header::CONTENT_TYPE);
        let text = value.and_then(|value| value.to_str().ok());
        text.unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// What an error keeps of it.
    pub(crate) fn answer(&self, body: Bytes) -> Answer {
        Answer {
            status: self.status,
            headers: self.headers.clone(),
            body,
        }
    }

    /// The time since the call began.
    pub(crate) fn elapsed_by_now(&self, core: &Core) -> Duration {
        let now = core.runtime().now();
        now.saturating_duration_since(self.started)
    }
}

/// Makes a call, and reads its response whole.
pub(crate) async fn execute(
    core: &Core,
    operation: Operation,
    outgoing: Outgoing,
) -> Result<Answered<Bytes>, Error> {
    run(core, operation, outgoing).await
}

/// Makes a call, and leaves its body to be read as it comes.
pub(crate) async fn open(
    core: &Core,
    operation: Operation,
    outgoing: Outgoing,
) -> Result<Answered<ResponseBody>, Error> {
    run(core, operation, outgoing).await
}

async fn run<B: FromBody>(
    core: &Core,
    operation: Operation,
    mut outgoing: Outgoing,
) -> Result<Answered<B>, Error> {
    check_runtime()
        .and_then(|()| outgoing.complete(core))
        .map_err(|error| error.with_operation(operation.name))?;
    let trace = Trace::begin(core, operation.name, &outgoing.estimate);
    let result = trace
        .within(attempts::<B>(core, operation, outgoing, &trace))
        .await;
    match &result {
        Ok(answered) => trace.attempts(&answered.attempts),
        Err(error) => trace.failed(error),
    }
    result
}

async fn attempts<B: FromBody>(
    core: &Core,
    operation: Operation,
    mut outgoing: Outgoing,
    trace: &Trace,
) -> Result<Answered<B>, Error> {
    let mut progress = Progress::new(core, operation);
    loop {
        let acquired = CallPermit::acquire(core, &mut outgoing.estimate, progress.started).await;
        let (mut permit, queued) = acquired.map_err(|error| progress.not_sent(error))?;
        progress.waited = progress.waited.saturating_add(queued);
        let key = request::key(core).await;
        let key = key.map_err(|error| progress.not_sent(error))?;
        let model = &outgoing.estimate.model;
        let (failure, took, head) = loop {
            let mut headers = outgoing.headers(core);
            let head = middleware::before(core, operation, &outgoing, &mut headers, &progress);
            let begun = core.runtime().now();
            let result = attempt::attempt::<B>(
                core,
                progress.operation.replay,
                &outgoing,
                headers,
                &key,
                progress.started,
            )
            .await;
            let took = core.runtime().now().saturating_duration_since(begun);
            let failure = match result {
                Ok(answer) => {
                    core.shared().budget.succeeded();
                    permit.feedback(core, model, (answer.status, &answer.headers), None);
                    progress.record(Some(answer.status), &answer.headers, took, None);
                    middleware::after(core, head.as_ref(), &progress, AttemptOutcome::Succeeded);
                    return Ok(progress.succeed(answer, Recorder::new(permit, trace.clone())));
                }
                Err(failure) => failure,
            };
            if !progress.replaces(&failure, &outgoing, took) {
                break (failure, took, head);
            }
            let outcome = AttemptOutcome::RetryIn(Duration::ZERO);
            middleware::after(core, head.as_ref(), &progress, outcome);
        };
        let error = &failure.error;
        if let (Some(status), Some(headers)) = (error.status(), error.headers()) {
            permit.feedback(core, model, (status, headers), Some(error));
        }
        let is_limited = permit.has_limiter() && error.is_rate_limited();
        drop(Recorder::new(permit, Trace::default()));
        if outgoing.is_consumed() {
            progress.operation.replay = Replay::Impossible;
        }
        match progress.after(&failure, took, is_limited) {
            Decision::Retry(wait) => {
                let outcome = AttemptOutcome::RetryIn(wait);
                middleware::after(core, head.as_ref(), &progress, outcome);
                progress.last = Some(failure.error.with_operation(operation.name));
                core.runtime().sleep(wait, Purpose::Wait).await;
            }
            Decision::Stop(stop) => {
                middleware::after(core, head.as_ref(), &progress, AttemptOutcome::Failed);
                return Err(progress.fail(failure.error, stop));
            }
        }
    }
}

/// Refuses what would panic further down.
fn check_runtime() -> Result<(), Error> {
    #[cfg(not(target_arch = "wasm32"))]
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Error::refused("there is no tokio runtime here")
            .with_hint("call it from within one, for example under #[tokio::main]"));
    }
    Ok(())
}

/// A call between its attempts.
struct Progress<'a> {
    core: &'a Core,
    operation: Operation,
    started: Instant,
    attempts: Vec<Attempt>,
    /// The wait before the attempt that is running.
    waited: Duration,
    /// Attempts that are no retries, because they only replaced a closed connection.
    replaced: u32,
    /// What the attempt before it failed with.
    last: Option<Error>,
    /// Attempts that the server refused with 429 although a limiter permitted them.
    limited: u32,
}

impl<'a> Progress<'a> {
    fn new(core: &'a Core, operation: Operation) -> Self {
        Self {
            core,
            operation,
            started: core.runtime().now(),
            attempts: Vec::with_capacity(1),
            waited: Duration::ZERO,
            replaced: 0,
            last: None,
            limited: 0,
        }
    }

    fn succeed<B>(self, answer: attempt::Response<B>, recorder: Recorder) -> Answered<B> {
        Answered {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            elapsed: self.elapsed(),
            attempts: self.attempts,
            started: self.started,
            recorder,
        }
    }

    /// Records an attempt over a connection that the server had closed before, if it may be made again at once, over another one.
    ///
    /// The server has not answered, and a call that may be done twice does not need to know whether it was done.
    fn replaces(&mut self, failure: &Failure, outgoing: &Outgoing, took: Duration) -> bool {
        /// So many connections are left by as many calls at the same time.
        const MAX_REPLACED: u32 = 64;
        let replaces = failure.was_idle
            && self.operation.replay == Replay::Idempotent
            && !outgoing.is_consumed()
            && self.replaced < MAX_REPLACED;
        if replaces {
            self.record(None, &HeaderMap::new(), took, Some(failure.word));
            self.waited = Duration::ZERO;
            self.replaced += 1;
        }
        replaces
    }

    /// Records a failed attempt, and decides what follows it. With a limiter, which makes all calls wait after a 429, that is neither
    /// counted as a retry nor taken from the budget.
    fn after(&mut self, failure: &Failure, took: Duration, is_limited: bool) -> Decision {
        let none = HeaderMap::new();
        let headers = failure.error.headers().unwrap_or(&none);
        self.record(failure.error.status(), headers, took, Some(failure.word));
        let rule = self.core.settings().retry_rule.as_ref();
        let rule = rule.and_then(|rule| rule.of(&failure.error));
        let mut context = self.context(rule);
        let is_limited = is_limited && self.limited < MAX_RATE_LIMITED;
        if is_limited {
            self.limited += 1;
            context.config.max_wait = self.core.settings().max_wait;
        }
        let decision = decide(failure.outcome, &context);
        if is_limited && matches!(decision, Decision::Retry(_)) {
            self.waited = wait_of_429(failure.error.retry_after());
            return Decision::Retry(self.waited);
        }
        if let Decision::Retry(wait) = decision {
            let now = self.core.runtime().now();
            if !self.core.shared().budget.take(now) {
                return Decision::Stop(Stop::Budget);
            }
            self.waited = wait;
        }
        decision
    }

    fn record(
        &mut self,
        status: Option<StatusCode>,
        headers: &HeaderMap,
        took: Duration,
        failure: Option<&'static str>,
    ) {
        self.attempts.push(Attempt {
            status,
            request_id: headers.get("x-request-id").cloned(),
            waited: self.waited,
            elapsed: took,
            failure,
        });
    }

    fn context(&self, rule: Option<bool>) -> RetryContext {
        let settings = self.core.settings();
        RetryContext {
            config: settings.retry,
            replay: self.operation.replay,
            rule,
            elapsed: self.elapsed(),
            retries_made: u32::try_from(self.attempts.len() - 1)
                .unwrap_or(u32::MAX)
                .saturating_sub(self.replaced + self.limited),
            remaining: settings
                .timeout
                .map(|timeout| timeout.saturating_sub(self.elapsed())),
            random: self.core.runtime().random(),
        }
    }

    /// A failure before anything of an attempt was sent.
    fn not_sent(&mut self, error: Error) -> Error {
        self.fail(error, Stop::NotRetryable)
    }

    fn fail(&mut self, error: Error, stop: Stop) -> Error {
        let elapsed = self.elapsed();
        let mut error = error
            .with_operation(self.operation.name)
            .with_stop(stop)
            .with_attempts(std::mem::take(&mut self.attempts), elapsed);
        // A timeout does not say why the time was needed; the failure before it does.
        if error.timeout_kind() == Some(TimeoutKind::Total)
            && let Some(last) = self.last.take()
        {
            error = error.with_source(last);
        }
        error
    }

    fn elapsed(&self) -> Duration {
        self.core
            .runtime()
            .now()
            .saturating_duration_since(self.started)
    }
}
