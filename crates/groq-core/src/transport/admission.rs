//! Leave to send: a place among the concurrent calls, and what the limiter says.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use reqwest::Request;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::request::Outgoing;
use super::trace::Trace;
use crate::client::Client;
use crate::error::{Error, TimeoutKind};
use crate::limits::{Call, Limiter, RateLimits, Refused, Spent, Ticket, Verdict};
use crate::runtime::{Instant, within};

/// What all calls of a client have to pass.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    pub(crate) limiter: Option<Arc<dyn Limiter>>,
    /// One permit for each call that may be open; who waits is served in order.
    pub(crate) slots: Option<Arc<Semaphore>>,
}

/// Leave to send one attempt. It is given back when it is dropped, so a stream keeps it.
#[derive(Default)]
pub(crate) struct Pass {
    slot: Option<OwnedSemaphorePermit>,
    ticket: Option<(Arc<dyn Limiter>, Ticket)>,
    spent: Option<Spent>,
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
pub(super) fn call_of(outgoing: &Outgoing) -> Call {
    match &outgoing.upload {
        Some(upload) => upload.call(),
        None => call_of_json(&outgoing.request),
    }
}

fn call_of_json(request: &Request) -> Call {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let body = body.unwrap_or_default();
    let about: About<'_> = serde_json::from_slice(body).unwrap_or_default();
    let mut call = Call::new(about.model.unwrap_or_default()).with_request_bytes(body.len() as u64);
    call.max_completion_tokens = about
        .max_completion_tokens
        .or(about.max_tokens)
        .or(about.max_output_tokens);
    call
}

/// Waits until an attempt may be sent; says how long that took.
pub(super) async fn enter(
    client: &Client,
    call: &mut Call,
    started: Instant,
) -> Result<(Pass, Duration), Error> {
    let gate = &client.shared().gate;
    if gate.limiter.is_none() && gate.slots.is_none() {
        return Ok((Pass::default(), Duration::ZERO));
    }
    let begun = client.runtime().now();
    let (patience, which, limit) = patience(client, started, begun);
    call.patience = patience;
    let too_long = || Error::timed_out(which, limit);
    // First the limiter, which may take minutes: a place among the open calls is for those that are open.
    let ticket = match &gate.limiter {
        None => None,
        Some(limiter) => {
            let admitted = within(client.runtime().as_ref(), patience, limiter.admit(call)).await;
            let ticket = admitted
                .ok_or_else(too_long)?
                .map_err(|refused| not_admitted(refused, which, limit))?;
            Some((Arc::clone(limiter), ticket))
        }
    };
    let mut pass = Pass::default();
    pass.ticket = ticket;
    if let Some(slots) = &gate.slots {
        let waited = client.runtime().now().saturating_duration_since(begun);
        let left = patience.saturating_sub(waited);
        let slot = Arc::clone(slots).acquire_owned();
        let slot = within(client.runtime().as_ref(), left, slot).await;
        // The semaphore is never closed.
        pass.slot = slot.ok_or_else(too_long)?.ok();
    }
    let waited = client.runtime().now().saturating_duration_since(begun);
    Ok((pass, waited))
}

/// How long a call may wait for leave, and what bounds it.
fn patience(client: &Client, started: Instant, now: Instant) -> (Duration, TimeoutKind, Duration) {
    let settings = client.settings();
    let queue = settings.max_queue_wait;
    if let Some(deadline) = settings.deadline {
        let left = deadline.saturating_sub(now.saturating_duration_since(started));
        if left < queue {
            return (left, TimeoutKind::Deadline, deadline);
        }
    }
    (queue, TimeoutKind::Queue, queue)
}

fn not_admitted(refused: Refused, which: TimeoutKind, limit: Duration) -> Error {
    match refused {
        Refused::Never { tokens, limit } => Error::refused(format!(
            "the request needs about {tokens} tokens, and the limit of its model is {limit}"
        ))
        .with_advice("shorten it, or lower max_completion_tokens"),
        Refused::TooMuchAudio { audio, limit } => Error::refused(format!(
            "the recording is {} s long, and the limit of its model is {} s",
            audio.as_secs(),
            limit.as_secs()
        ))
        .with_advice("cut it into pieces"),
        Refused::TooLong { wait } => Error::timed_out(which, limit).with_retry_after(Some(wait)),
        Refused::Failed(reason) => Error::refused(format!("the limiter failed: {reason}")),
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
        if self.ticket.is_none() && model.is_empty() {
            return;
        }
        let limits = RateLimits::from_headers(headers);
        if !model.is_empty() {
            client
                .shared()
                .limits
                .note(model, limits, client.runtime().now());
        }
        if let Some((limiter, ticket)) = &self.ticket {
            let mut verdict = Verdict::new(status).with_rate_limits(limits);
            verdict.retry_after = retry_after;
            limiter.answered(ticket, &verdict);
        }
    }

    /// Tells what the call spent.
    pub(crate) fn spend(&mut self, prompt_tokens: u64, completion_tokens: u64) {
        self.spent = Some(Spent::new(prompt_tokens, completion_tokens));
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
        if self.ticket.is_none() && !self.trace.is_on() {
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
            self.spent = Some(spent.with_audio(audio));
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
        if let Some((limiter, ticket)) = self.ticket.take() {
            limiter.done(ticket, self.spent);
        }
        drop(self.slot.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::{Method, Url};

    fn call(body: &'static str) -> Call {
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
