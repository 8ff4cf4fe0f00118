//! The one error type.

mod api;
mod decode;
mod display;
mod kind;
mod models;
mod place;
mod predicates;
pub(crate) mod text;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use groq_types::{ChatCompletion, ResponseObject};
use http::{HeaderMap, StatusCode};

use crate::limits::RateLimits;
use crate::retry::Attempt;
use crate::retry::decision::Stop;

pub(crate) use api::ApiError;
pub(crate) use decode::{explain, explain_bytes, explain_error};
pub use kind::{ErrorKind, TimeoutKind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// What went wrong with a call, a stream, or the making of a client.
///
/// There is one error type. The predicates (`is_rate_limited`, `is_timeout`, ...) say what to do about it, the accessors
/// give what is known: the server's status, code and message, the request id, every attempt, how long it took, and, for
/// a stream, the reply so far.
///
/// Its `Display` is one line: what was being done, what happened, what to do. It never shows the key, a prompt or a reply; these are
/// reachable only through [`partial`](Self::partial), [`failed_generation`](Self::failed_generation) and
/// [`body`](Self::body). Causes are in [`source`](StdError::source), and not repeated in the text.
///
/// ```no_run
/// # async fn example(client: groq_core::Client) {
/// match client.models().list().await {
///     Ok(models) => println!("{} models", models.data.len()),
///     Err(error) if error.is_rate_limited() => println!("come back in {:?}", error.retry_after()),
///     Err(error) if error.is_authentication() => println!("check the key"),
///     Err(error) => println!("{error} (request {:?})", error.request_id()),
/// }
/// # }
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    /// What was being done: `create chat completion`.
    doing: &'static str,
    /// What happened.
    message: Cow<'static, str>,
    /// What to do about it.
    advice: Option<Cow<'static, str>>,
    timeout: Option<TimeoutKind>,
    answer: Option<Answer>,
    api: Option<ApiError>,
    retry_after: Option<Duration>,
    attempts: Vec<Attempt>,
    elapsed: Duration,
    stop: Option<Stop>,
    in_stream: bool,
    partial: Option<Box<ChatCompletion>>,
    partial_response: Option<Box<ResponseObject>>,
    source: Option<BoxError>,
}

/// What is kept of the server's answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                doing: "",
                message: message.into(),
                advice: None,
                timeout: None,
                answer: None,
                api: None,
                retry_after: None,
                attempts: Vec::new(),
                elapsed: Duration::ZERO,
                stop: None,
                in_stream: false,
                partial: None,
                partial_response: None,
                source: None,
            }),
        }
    }

    /// A client that cannot be made.
    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message).while_doing("build client")
    }

    /// A request that is refused before it is sent.
    pub(crate) fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Request, message)
    }

    /// A file, a reader or a writer of the user's that failed.
    pub(crate) fn io(message: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, message).with_source(source)
    }

    /// An answer by which the server says that the call failed.
    pub(crate) fn api(api: ApiError, status: StatusCode) -> Self {
        let (message, advice) = api.in_words(status);
        let mut error = Self::new(ErrorKind::Api, message);
        error.inner.advice = advice.map(Cow::Borrowed);
        error.inner.api = Some(api);
        error
    }

    pub(crate) fn timed_out(which: TimeoutKind, limit: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Timeout, which.in_words(limit));
        error.inner.timeout = Some(which);
        error
    }

    pub(crate) fn while_doing(mut self, doing: &'static str) -> Self {
        self.inner.doing = doing;
        self
    }

    pub(crate) fn with_advice(mut self, advice: impl Into<Cow<'static, str>>) -> Self {
        self.inner.advice = Some(advice.into());
        self
    }

    pub(crate) fn with_answer(mut self, answer: Answer) -> Self {
        self.inner.answer = Some(answer);
        self
    }

    pub(crate) fn with_retry_after(mut self, retry_after: Option<Duration>) -> Self {
        self.inner.retry_after = retry_after;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: Vec<Attempt>, elapsed: Duration) -> Self {
        self.inner.attempts = attempts;
        self.inner.elapsed = elapsed;
        self
    }

    pub(crate) fn with_stop(mut self, stop: Stop) -> Self {
        self.inner.stop = Some(stop);
        self
    }

    pub(crate) fn with_partial(mut self, partial: ChatCompletion) -> Self {
        self.inner.in_stream = true;
        self.inner.partial = Some(Box::new(partial));
        self
    }

    pub(crate) fn with_partial_response(mut self, partial: Option<ResponseObject>) -> Self {
        self.inner.in_stream = true;
        self.inner.partial_response = partial.map(Box::new);
        self
    }

    pub(crate) fn has_partial(&self) -> bool {
        self.inner.partial.is_some() || self.inner.partial_response.is_some()
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// The kind of failure. The predicates are the better question in most programs.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The status that the server answered with, if it answered.
    ///
    /// An error inside a stream has the status of the stream, which is 200.
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.answer.as_ref().map(|answer| answer.status)
    }

    /// The server's code for the failure: `model_not_found`, `rate_limit_exceeded`, `json_validate_failed`, ...
    pub fn code(&self) -> Option<&str> {
        self.inner.api.as_ref()?.code.as_deref()
    }

    /// The server's type of the failure: `invalid_request_error`, or the resource that is used up, such as `tokens`.
    pub fn error_type(&self) -> Option<&str> {
        self.inner.api.as_ref()?.error_type.as_deref()
    }

    /// The part of the request that is at fault, as the server names it.
    pub fn param(&self) -> Option<&str> {
        self.inner.api.as_ref()?.param.as_deref()
    }

    /// What happened: the server's own words where it gave some, else ours.
    pub fn message(&self) -> &str {
        let theirs = self
            .inner
            .api
            .as_ref()
            .and_then(|api| api.message.as_deref());
        theirs.unwrap_or(&self.inner.message)
    }

    /// The text that the model generated and the server refused, with the codes `json_validate_failed` and `tool_use_failed`.
    pub fn failed_generation(&self) -> Option<&str> {
        self.inner.api.as_ref()?.failed_generation.as_deref()
    }

    /// The id of the request, for Groq's support: that of the last attempt which got an answer.
    pub fn request_id(&self) -> Option<&str> {
        let answered = self
            .headers()
            .and_then(|headers| headers.get("x-request-id")?.to_str().ok());
        answered.or_else(|| self.attempts().iter().rev().find_map(Attempt::request_id))
    }

    /// How long the server asks to wait before the next call.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The rate limits as of this answer.
    pub fn rate_limits(&self) -> RateLimits {
        self.headers()
            .map(RateLimits::from_headers)
            .unwrap_or_default()
    }

    /// Every HTTP attempt that was made, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.inner.attempts
    }

    /// How long the call took, waits included.
    pub fn elapsed(&self) -> Duration {
        self.inner.elapsed
    }

    /// Returns which time limit was exceeded, or would have been by the next retry.
    pub fn timeout_kind(&self) -> Option<TimeoutKind> {
        let stopped = self.inner.stop == Some(Stop::Timeout);
        self.inner.timeout.or(stopped.then_some(TimeoutKind::Total))
    }

    /// The reply so far, if a stream had begun.
    ///
    /// A tool call whose arguments were still coming in is not part of it.
    pub fn partial(&self) -> Option<&ChatCompletion> {
        self.inner.partial.as_deref()
    }

    /// The same for a stream of [`Responses`](crate::Responses): the response so far.
    pub fn partial_response(&self) -> Option<&ResponseObject> {
        self.inner.partial_response.as_deref()
    }

    /// The headers of the server's answer.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.inner.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The beginning of the server's answer, or the event of a stream, that is at fault, as raw bytes: at most 64 KiB
    /// unless the client was built with another `max_error_bytes`.
    pub fn body(&self) -> Option<&Bytes> {
        self.inner.answer.as_ref().map(|answer| &answer.body)
    }
}
