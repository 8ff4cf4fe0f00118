//! Leave to send: a place among the concurrent calls, and what the limiter says.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::Request;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;

use super::request::Outgoing;
use super::trace::Trace;
use crate::client::Client;
use crate::error::{Error, ErrorKind, TimeoutKind};
use crate::limits::{AcquireError, CallEstimate, Feedback, Permit, RateLimiter, RateLimits, Usage};
use crate::runtime::{Instant, within};

/// Leave to send one attempt. It is given back when it is dropped, so a stream keeps it.
#[derive(Default)]
pub(crate) struct Pass {
    slot: Option<OwnedSemaphorePermit>,
    permit: Option<(Arc<dyn RateLimiter>, Permit)>,
    spent: Option<Usage>,
    trace: Trace,
}

/// What a request says about itself.
#[derive(Deserialize, Default)]
struct About<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    max_completion_tokens: Option<u64>,
    #[serde(default)]
    max_tokens: Option<u64>,
    #[serde(default)]
    max_output_tokens: Option<u64>,
}

/// Reads what a call says about itself; a request without a body says nothing.
pub(super) fn call_of(outgoing: &Outgoing) -> CallEstimate {
    match &outgoing.upload {
        Some(upload) => upload.call(),
        None => call_of_json(&outgoing.request),
    }
}

fn call_of_json(request: &Request) -> CallEstimate {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let body = body.unwrap_or_default();
    let about: About<'_> = serde_json::from_slice(body).unwrap_or_default();
    let mut call =
        CallEstimate::new(about.model.unwrap_or_default()).request_bytes(body.len() as u64);
    call.max_completion_tokens = about
        .max_completion_tokens
        .or(about.max_tokens)
        .or(about.max_output_tokens);
    call
}

/// Waits until an attempt may be sent; says how long that took.
pub(super) async fn enter(
    client: &Client,
    call: &mut CallEstimate,
    started: Instant,
) -> Result<(Pass, Duration), Error> {
    let shared = client.shared();
    if shared.rate_limiter.is_none() && shared.slots.is_none() {
        return Ok((Pass::default(), Duration::ZERO));
    }
    let begun = client.runtime().now();
    let (max_wait, which, limit) = max_wait(client, started, begun);
    call.max_wait = max_wait;
    let too_long = || Error::timed_out(which, limit);
    // First the limiter, which may take minutes: a place among the open calls is for those that are open.
    let permit = match &shared.rate_limiter {
        None => None,
        Some(limiter) => {
            let admitted = within(client.runtime().as_ref(), max_wait, limiter.acquire(call)).await;
            let permit = admitted
                .ok_or_else(too_long)?
                .map_err(|refused| not_admitted(refused, which, limit))?;
            Some((Arc::clone(limiter), permit))
        }
    };
    let mut pass = Pass::default();
    pass.permit = permit;
    if let Some(slots) = &shared.slots {
        let waited = client.runtime().now().saturating_duration_since(begun);
        let left = max_wait.saturating_sub(waited);
        let slot = Arc::clone(slots).acquire_owned();
        let slot = within(client.runtime().as_ref(), left, slot).await;
        // The semaphore is never closed.
        pass.slot = slot.ok_or_else(too_long)?.ok();
    }
    let waited = client.runtime().now().saturating_duration_since(begun);
    Ok((pass, waited))
}

/// How long a call may wait for leave, and what bounds it.
fn max_wait(client: &Client, started: Instant, now: Instant) -> (Duration, TimeoutKind, Duration) {
    let settings = client.settings();
    let queue = settings.max_wait;
    if let Some(deadline) = settings.timeout {
        let left = deadline.saturating_sub(now.saturating_duration_since(started));
        if left < queue {
            return (left, TimeoutKind::Total, deadline);
        }
    }
    (queue, TimeoutKind::Queue, queue)
}

fn not_admitted(refused: AcquireError, which: TimeoutKind, limit: Duration) -> Error {
    match refused {
        AcquireError::TooManyTokens { .. } => Error::refused(refused.to_string())
            .with_advice("shorten it, or lower max_completion_tokens"),
        AcquireError::TooMuchAudio { .. } => {
            Error::refused(refused.to_string()).with_advice("cut it into pieces")
        }
        AcquireError::WaitTooLong { wait } => {
            Error::timed_out(which, limit).with_retry_after(Some(wait))
        }
        AcquireError::Failed(source) => Error::new(
            ErrorKind::RateLimiter,
            format!("the rate limiter failed: {source}"),
        )
        .with_source(source),
    }
}

impl Pass {
    /// Tells what an answer says about the limits.
    pub(super) fn answered(
        &self,
        client: &Client,
        model: &str,
        status: StatusCode,
        headers: &HeaderMap,
        retry_after: Option<Duration>,
    ) {
        if self.permit.is_none() && model.is_empty() {
            return;
        }
        let limits = RateLimits::from_headers(headers);
        if !model.is_empty() {
            client
                .shared()
                .limits
                .note(model, limits, client.runtime().now());
        }
        if let Some((limiter, permit)) = &self.permit {
            let mut feedback = Feedback::new(status).rate_limits(limits);
            feedback.retry_after = retry_after;
            limiter.feedback(permit, &feedback);
        }
    }

    /// Tells what the call spent.
    pub(crate) fn spend(&mut self, prompt_tokens: u64, completion_tokens: u64) {
        self.spent = Some(Usage::new(prompt_tokens, completion_tokens));
        self.trace.spent(prompt_tokens, completion_tokens);
    }

    /// Reads what the call spent from its answer, if anybody wants to know.
    pub(super) fn read_spent(&mut self, body: &Bytes) {
        #[derive(Deserialize)]
        struct Answer {
            usage: Option<Usage>,
            /// Of a recording, in seconds: a number, or text (sdk).
            duration: Option<serde_json::Value>,
        }
        #[derive(Deserialize)]
        struct Usage {
            #[serde(default, alias = "input_tokens")]
            prompt_tokens: u64,
            #[serde(default, alias = "output_tokens")]
            completion_tokens: u64,
        }
        if self.permit.is_none() && !self.trace.is_on() {
            return;
        }
        self.trace.answer(body);
        let Ok(Answer { usage, duration }) = serde_json::from_slice(body) else {
            return;
        };
        if let Some(usage) = usage {
            self.spend(usage.prompt_tokens, usage.completion_tokens);
        }
        let seconds = duration.and_then(|duration| match duration {
            serde_json::Value::String(text) => text.parse().ok(),
            number => number.as_f64(),
        });
        if let Some(audio) = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
            let spent = self.spent.unwrap_or_default();
            self.spent = Some(spent.audio(audio));
        }
    }

    pub(super) fn traced(&mut self, trace: &Trace) {
        self.trace = trace.clone();
    }

    pub(crate) fn trace(&self) -> &Trace {
        &self.trace
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if let Some((limiter, permit)) = self.permit.take() {
            limiter.release(permit, self.spent);
        }
        drop(self.slot.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::{Method, Url};

    fn call(body: &'static str) -> CallEstimate {
        let url = Url::parse("http://localhost/x").expect("a URL");
        let mut request = Request::new(Method::POST, url);
        *request.body_mut() = Some(body.into());
        call_of(&request.into())
    }

    #[test]
    fn a_request_says_its_model_and_the_bound_of_its_reply() {
        let call = call(r#"{"messages":[{"model":"no"}],"model":"a\/b","max_tokens":7,"x":{}}"#);
        assert_eq!(
            (call.model.as_str(), call.max_completion_tokens),
            ("a/b", Some(7))
        );
        assert!(call.request_bytes > 60);
    }

    #[test]
    fn what_says_nothing_is_no_model() {
        for body in ["", "[]", "{}", r#"{"model":7}"#, "--form"] {
            assert_eq!(call(body).model, "");
        }
    }
}
