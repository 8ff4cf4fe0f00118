//! The one error type.

mod advice;
mod api;
mod decode;
mod decode_path;
mod display;
mod kind;
mod models;
mod predicates;
mod shape;
pub(crate) mod text;

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use bytes::Bytes;
use groq_types::{ChatCompletion, ResponseObject};
use http::{HeaderMap, StatusCode};

use crate::limits::RateLimits;
use crate::retry::decision::Stop;
use crate::retry::{Attempt, retry_after};

pub(crate) use api::ApiError;
pub(crate) use decode::{explain, explain_bytes, explain_error};
pub use kind::{ErrorKind, TimeoutKind};

type BoxError = Box<dyn StdError + Send + Sync>;

/// What went wrong with a call, a stream, or building a client.
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
    operation: &'static str,
    /// What happened.
    message: Cow<'static, str>,
    /// What to do about it.
    hint: Option<Cow<'static, str>>,
    timeout: Option<TimeoutKind>,
    answer: Option<Answer>,
    api: Option<ApiError>,
    retry_after: Option<Duration>,
    attempts: Vec<Attempt>,
    elapsed: Duration,
    stop: Option<Stop>,
    in_stream: bool,
    /// The response is a page of HTML.
    is_page: bool,
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
                operation: "",
                message: message.into(),
                hint: None,
                timeout: None,
                answer: None,
                api: None,
                retry_after: None,
                attempts: Vec::new(),
                elapsed: Duration::ZERO,
                stop: None,
                in_stream: false,
                is_page: false,
                partial: None,
                partial_response: None,
                source: None,
            }),
        }
    }

    /// A client that cannot be made.
    pub(crate) fn config(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Config, message).with_operation("build client")
    }

    /// A request that is refused before it is sent.
    pub(crate) fn refused(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Request, message)
    }

    /// A file, a reader or a writer of the user's that failed.
    pub(crate) fn io(message: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, message).with_source(source)
    }

    /// A response by which the server says that the call failed.
    pub(crate) fn api(api: ApiError, status: StatusCode) -> Self {
        let status = api.status_with(status);
        let (message, hint) = api.in_words(status);
        let mut error = Self::new(ErrorKind::Api, message);
        if status == Some(429) {
            let told = api.message.as_deref();
            error.inner.retry_after = told.and_then(retry_after::from_message);
        }
        error.inner.hint = hint.map(Cow::Borrowed);
        error.inner.api = Some(api);
        error
    }

    pub(crate) fn timed_out(which: TimeoutKind, limit: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Timeout, which.in_words(limit));
        error.inner.timeout = Some(which);
        error
    }

    /// Says what a call that took too long was waiting for. The other limits say it by themselves.
    pub(crate) fn waiting_for(mut self, what: &str) -> Self {
        let inner = &mut self.inner;
        if matches!(
            inner.timeout,
            Some(TimeoutKind::Total | TimeoutKind::Connect)
        ) {
            inner.message = format!("{}, while waiting for {what}", inner.message).into();
        }
        self
    }

    /// Says that the response is a page of HTML, which no API sends.
    pub(crate) fn with_page(mut self) -> Self {
        self.inner.is_page = true;
        self
    }

    /// A call that its rate limiter would hold for too long.
    pub(crate) fn over_rate_limit(message: String, which: TimeoutKind) -> Self {
        let mut error = Self::new(ErrorKind::RateLimited, message);
        error.inner.timeout = Some(which);
        error
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.inner.operation = operation;
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.inner.hint = Some(hint.into());
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

    /// Returns the kind of failure. Predicates such as [`is_rate_limited`](Self::is_rate_limited) are more useful in most programs.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns the HTTP status of the response.
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.answer.as_ref().map(|answer| answer.status)
    }

    /// Returns the server's code: `model_not_found`, `rate_limit_exceeded`, `json_validate_failed`, ..
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// match error.code() {
    ///     Some("model_not_found") => println!("choose another model"),
    ///     other => println!("{other:?}"),
    /// }
    /// # }
    /// ```
    pub fn code(&self) -> Option<&str> {
        self.inner.api.as_ref()?.code.as_deref()
    }

    /// Returns the server's error type: `invalid_request_error`, or the limit that was exceeded, such as `tokens`.
    pub fn error_type(&self) -> Option<&str> {
        self.inner.api.as_ref()?.error_type.as_deref()
    }

    /// Returns the invalid part of the request, as the server names it.
    pub fn param(&self) -> Option<&str> {
        self.inner.api.as_ref()?.param.as_deref()
    }

    /// Returns the server's message, or the client's own.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// eprintln!("{}", error.message());
    /// # }
    /// ```
    pub fn message(&self) -> &str {
        let theirs = self
            .inner
            .api
            .as_ref()
            .and_then(|api| api.message.as_deref());
        theirs.unwrap_or(&self.inner.message)
    }

    /// Returns the generated text that the server refused, with the codes `json_validate_failed` and `tool_use_failed`.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// let refused: Option<&str> = error.failed_generation();
    /// # }
    /// ```
    pub fn failed_generation(&self) -> Option<&str> {
        self.inner.api.as_ref()?.failed_generation.as_deref()
    }

    /// Returns the request id for Groq's support: that of the last attempt with a response.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// eprintln!("{error} (request {:?})", error.request_id());
    /// # }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        let answered = self
            .headers()
            .and_then(|headers| headers.get("x-request-id")?.to_str().ok());
        answered.or_else(|| self.attempts().iter().rev().find_map(Attempt::request_id))
    }

    /// Returns the wait that the server asks for before the next call.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// std::thread::sleep(error.retry_after().unwrap_or_default());
    /// # }
    /// ```
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Returns the rate limits in the headers of the response.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// println!("{:?} tokens left", error.rate_limits().tokens.remaining);
    /// # }
    /// ```
    pub fn rate_limits(&self) -> RateLimits {
        self.headers()
            .map(RateLimits::from_headers)
            .unwrap_or_default()
    }

    /// Returns every HTTP attempt, in order.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// for attempt in error.attempts() {
    ///     println!("{:?} {:?}", attempt.status(), attempt.elapsed());
    /// }
    /// # }
    /// ```
    pub fn attempts(&self) -> &[Attempt] {
        &self.inner.attempts
    }

    /// Returns the duration of the call with all waits.
    pub fn elapsed(&self) -> Duration {
        self.inner.elapsed
    }

    /// Returns which time limit was exceeded, or would have been by the next retry.
    pub fn timeout_kind(&self) -> Option<TimeoutKind> {
        let stopped = self.inner.stop == Some(Stop::Timeout);
        self.inner.timeout.or(stopped.then_some(TimeoutKind::Total))
    }

    /// Returns the reply up to the failure, if a stream had started.
    ///
    /// A tool call whose arguments are incomplete is not part of it.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// let text = error.partial().and_then(|reply| reply.text());
    /// # }
    /// ```
    pub fn partial(&self) -> Option<&ChatCompletion> {
        self.inner.partial.as_deref()
    }

    /// Returns the response up to the failure, for a stream of [`Responses`](crate::Responses).
    pub fn partial_response(&self) -> Option<&ResponseObject> {
        self.inner.partial_response.as_deref()
    }

    /// Returns the headers of the response. The key is masked where a server echoes it.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.inner.answer.as_ref().map(|answer| &answer.headers)
    }

    /// Returns the start of the response body, or the invalid event of a stream: at most
    /// [`max_error_bytes`](crate::ClientBuilder::max_error_bytes), 64 KiB by default.
    ///
    /// ```no_run
    /// # fn example(error: groq_core::Error) {
    /// if let Some(body) = error.body() {
    ///     eprintln!("{}", String::from_utf8_lossy(body));
    /// }
    /// # }
    /// ```
    pub fn body(&self) -> Option<&Bytes> {
        self.inner.answer.as_ref().map(|answer| &answer.body)
    }
}
