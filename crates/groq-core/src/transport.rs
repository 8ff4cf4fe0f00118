//! The way to the server: the only part that names the HTTP library.
//!
//! [`execute`] makes a call and reads its answer whole, [`open`] makes one and leaves the body to a stream. Both run the same
//! loop of attempts; what they decide is decided by the plain functions of [`crate::retry`].

mod admission;
mod attempt;
mod body;
mod failure;
mod gunzip;
#[cfg(target_arch = "wasm32")]
#[path = "transport/browser.rs"]
mod http_client;
#[cfg(not(target_arch = "wasm32"))]
mod http_client;
mod raw;
mod redirect;
mod request;
#[cfg(not(target_arch = "wasm32"))]
mod tls;
mod trace;
pub(crate) mod upload;
mod watch;
mod watchers;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::client::Client;
use crate::error::{Error, TimeoutKind};
use crate::limits::CallEstimate;
use crate::middleware::AttemptOutcome;
use crate::response::Meta;
use crate::retry::Attempt;
use crate::retry::decision::{Decision, Replay, Situation, Stop, decide};
use crate::runtime::{Instant, Purpose};

pub(crate) use attempt::Reading;
pub(crate) use body::{BodyFailure, ResponseBody};
pub(crate) use http_client::{Hook, Http, HttpConfig};
pub(crate) use raw::{Exchange, undecoded};
pub(crate) use request::{any_request, download_request, json_request, upload_request};
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use tls::Identity;

use failure::Failure;
use request::Outgoing;
use trace::Trace;

/// What is being done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// In words, for errors: `create chat completion`.
    pub(crate) doing: &'static str,
    pub(crate) replay: Replay,
}

/// A good answer.
#[derive(Clone)]
pub(crate) struct Answered<B> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: B,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) started: Instant,
    pub(crate) elapsed: Duration,
}

impl<B> Answered<B> {
    /// What the body is said to be, in lower case; empty where nothing is said.
    pub(crate) fn content_type(&self) -> String {
        let value = self.headers.get(http::header::CONTENT_TYPE);
        let text = value.and_then(|value| value.to_str().ok());
        text.unwrap_or_default().trim().to_ascii_lowercase()
    }
}

impl Answered<Bytes> {
    /// What a [`Response`](crate::Response) keeps of it.
    pub(crate) fn into_meta(self) -> Meta {
        Meta::new(self)
    }
}

/// Makes a call, and reads its answer whole.
pub(crate) async fn execute(
    client: &Client,
    operation: Operation,
    request: impl Into<Outgoing>,
) -> Result<Answered<Bytes>, Error> {
    run(client, operation, request.into()).await
}

/// Makes a call, and leaves its body to be read as it comes.
pub(crate) async fn open(
    client: &Client,
    operation: Operation,
    request: impl Into<Outgoing>,
) -> Result<Answered<ResponseBody>, Error> {
    run(client, operation, request.into()).await
}

async fn run<B: Reading>(
    client: &Client,
    operation: Operation,
    mut outgoing: Outgoing,
) -> Result<Answered<B>, Error> {
    check(client)
        .and_then(|()| request::complete(client, &mut outgoing.request))
        .map_err(|error| error.while_doing(operation.doing))?;
    let call = admission::call_of(&outgoing);
    let trace = Trace::begin(client, operation.doing, &call);
    let result = trace
        .within(attempts::<B>(client, operation, outgoing, call, &trace))
        .await;
    match &result {
        Ok(answered) => trace.attempts(&answered.attempts),
        Err(error) => trace.failed(error),
    }
    result
}

async fn attempts<B: Reading>(
    client: &Client,
    operation: Operation,
    mut outgoing: Outgoing,
    mut call: CallEstimate,
    trace: &Trace,
) -> Result<Answered<B>, Error> {
    let mut progress = Progress::new(client, operation);
    loop {
        let entered = admission::enter(client, &mut call, progress.started).await;
        let (mut pass, queued) = entered.map_err(|error| progress.not_sent(error))?;
        pass.traced(trace);
        progress.waited = progress.waited.saturating_add(queued);
        let authorized = request::authorize(client, &mut outgoing.request).await;
        authorized.map_err(|error| progress.not_sent(error))?;
        let head = watchers::before(client, operation, &call, &mut outgoing, &progress);
        let begun = client.runtime().now();
        let result = attempt::attempt::<B>(client, &outgoing, progress.started).await;
        let took = client.runtime().now().saturating_duration_since(begun);
        match result {
            Ok(mut answer) => {
                client.shared().budget.succeeded();
                pass.answered(client, &call.model, answer.status, &answer.headers, None);
                answer.body.hold(pass);
                progress.record(Some(answer.status), &answer.headers, took, None);
                watchers::after(client, head.as_ref(), &progress, AttemptOutcome::Succeeded);
                return Ok(progress.succeed(answer));
            }
            Err(failure) => {
                if let (Some(status), Some(headers)) =
                    (failure.error.status(), failure.error.headers())
                {
                    pass.answered(
                        client,
                        &call.model,
                        status,
                        headers,
                        failure.error.retry_after(),
                    );
                }
                drop(pass);
                if outgoing.is_used_up() {
                    progress.operation.replay = Replay::Impossible;
                }
                let next = progress.after(failure, took);
                let outcome = match &next {
                    Ok(wait) => AttemptOutcome::RetryIn(*wait),
                    Err(_) => AttemptOutcome::Failed,
                };
                watchers::after(client, head.as_ref(), &progress, outcome);
                let wait = next.map_err(|(error, stop)| progress.fail(error, stop))?;
                client.runtime().sleep(wait, Purpose::Wait).await;
            }
        }
    }
}

/// Refuses what would fail for sure, or panic further down.
fn check(client: &Client) -> Result<(), Error> {
    client.settings().check()?;
    #[cfg(not(target_arch = "wasm32"))]
    if tokio::runtime::Handle::try_current().is_err() {
        return Err(Error::refused("there is no tokio runtime here")
            .with_advice("call it from within one, for example under #[tokio::main]"));
    }
    Ok(())
}

/// A call between its attempts.
struct Progress<'a> {
    client: &'a Client,
    operation: Operation,
    started: Instant,
    attempts: Vec<Attempt>,
    /// The wait before the attempt that is running.
    waited: Duration,
    /// What the attempt before it failed with.
    last: Option<Error>,
}

impl<'a> Progress<'a> {
    fn new(client: &'a Client, operation: Operation) -> Self {
        Self {
            client,
            operation,
            started: client.runtime().now(),
            attempts: Vec::with_capacity(1),
            waited: Duration::ZERO,
            last: None,
        }
    }

    fn succeed<B>(self, answer: attempt::Answer<B>) -> Answered<B> {
        Answered {
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            elapsed: self.elapsed(),
            attempts: self.attempts,
            started: self.started,
        }
    }

    /// Says how long to wait before the next attempt, or why there is none.
    fn after(&mut self, failure: Failure, took: Duration) -> Result<Duration, (Error, Stop)> {
        let none = HeaderMap::new();
        let headers = failure.error.headers().unwrap_or(&none);
        self.record(failure.error.status(), headers, took, Some(failure.word));
        let rule = self.client.settings().retry_rule.as_ref();
        let rule = rule.and_then(|rule| rule.of(&failure.error));
        match decide(failure.outcome, &self.situation(rule)) {
            Decision::Stop(stop) => Err((failure.error, stop)),
            Decision::Retry(_)
                if !self
                    .client
                    .shared()
                    .budget
                    .take(self.client.runtime().now()) =>
            {
                Err((failure.error, Stop::Budget))
            }
            Decision::Retry(wait) => {
                self.waited = wait;
                self.last = Some(failure.error.while_doing(self.operation.doing));
                Ok(wait)
            }
        }
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

    fn situation(&self, rule: Option<bool>) -> Situation {
        let settings = self.client.settings();
        Situation {
            config: settings.retry,
            replay: self.operation.replay,
            rule,
            elapsed: self.elapsed(),
            retries_made: u32::try_from(self.attempts.len() - 1).unwrap_or(u32::MAX),
            remaining: settings
                .timeout
                .map(|deadline| deadline.saturating_sub(self.elapsed())),
            random: self.client.runtime().random(),
        }
    }

    /// A failure before anything of an attempt was sent.
    fn not_sent(&mut self, error: Error) -> Error {
        self.fail(error, Stop::Hopeless)
    }

    fn fail(&mut self, error: Error, stop: Stop) -> Error {
        let elapsed = self.elapsed();
        let mut error = error
            .while_doing(self.operation.doing)
            .with_stop(stop)
            .with_attempts(std::mem::take(&mut self.attempts), elapsed);
        // A deadline says nothing about why the time was needed; the failure before it does.
        if error.timeout_kind() == Some(TimeoutKind::Total)
            && let Some(last) = self.last.take()
        {
            error = error.with_source(last);
        }
        error
    }

    fn elapsed(&self) -> Duration {
        self.client
            .runtime()
            .now()
            .saturating_duration_since(self.started)
    }
}
