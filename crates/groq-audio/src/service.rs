//! What a service has to do: transcribe a piece of audio, or speak a short text. And how it is done until there is a response.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use groq_core::limits::{
    AcquireError, AttemptFailure, Attempts, CallError, Feedback, RateLimiter, RateLimits,
};
use groq_core::{Backoff, RetryPolicy};
#[cfg(feature = "decode")]
use groq_types::VerboseTranscription;

use crate::error::{Error, ErrorKind};
#[cfg(feature = "decode")]
use crate::spool::PieceAudio;
#[cfg(feature = "decode")]
use crate::task::{Task, Timestamps};

/// A service that transcribes a piece of audio, in one attempt. [`groq_core::Client`] is one.
///
/// Clones share everything. Retries, limits and waits are up to [`LongAudio`](crate::LongAudio).
///
/// ```
/// use groq_audio::types::VerboseTranscription;
/// use groq_audio::{Failure, PieceRequest, PieceResponse, Transcriber};
///
/// #[derive(Clone)]
/// struct Deaf;
///
/// impl Transcriber for Deaf {
///     async fn transcribe(&self, request: PieceRequest) -> Result<PieceResponse, Failure> {
///         let text = format!("({:.0} s of audio)", request.seconds);
///         Ok(PieceResponse::new(VerboseTranscription::new(text)))
///     }
/// }
/// ```
#[cfg(feature = "decode")]
pub trait Transcriber: Clone + Send + Sync + 'static {
    /// Sends one request.
    fn transcribe(
        &self,
        request: PieceRequest,
    ) -> impl Future<Output = Result<PieceResponse, Failure>> + Send;

    /// Returns the rate limiter that its requests share with others: none by default.
    fn rate_limiter(&self) -> Option<Arc<dyn RateLimiter>> {
        None
    }
}

/// One request to a [`Transcriber`].
#[cfg(feature = "decode")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PieceRequest {
    /// Whether to transcribe or to translate.
    pub task: Task,
    /// The model.
    pub model: String,
    /// The audio.
    pub audio: PieceAudio,
    /// The length of the audio in seconds.
    pub seconds: f64,
    /// The language, as its two-letter code.
    pub language: Option<String>,
    /// Text that steers spelling and style.
    pub prompt: Option<String>,
    /// The temperature, from 0 to 1.
    pub temperature: Option<f64>,
    /// What the response should have times for.
    pub timestamps: Timestamps,
    /// The number of the piece, for logs and tests.
    pub piece: usize,
}

/// The response of a [`Transcriber`].
#[cfg(feature = "decode")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PieceResponse {
    /// The transcription, with times from the beginning of the piece. Without timestamps it has only the text.
    pub transcription: VerboseTranscription,
    /// The rate limits that the service reported.
    pub rate_limits: RateLimits,
}

#[cfg(feature = "decode")]
impl PieceResponse {
    /// Creates a response that reports no rate limits.
    pub fn new(transcription: VerboseTranscription) -> Self {
        Self {
            transcription,
            rate_limits: RateLimits::default(),
        }
    }

    /// Sets the rate limits that the service reported.
    #[must_use]
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }
}

/// A service that speaks a short text, in one attempt. [`groq_core::Client`] is one.
///
/// Clones share everything. Retries, limits and waits are up to [`Speak`](crate::Speak).
pub trait Synthesizer: Clone + Send + Sync + 'static {
    /// Sends one request, whose text fits the model.
    fn speak(
        &self,
        request: groq_types::SpeechRequest,
    ) -> impl Future<Output = Result<Speech, Failure>> + Send;

    /// Returns the rate limiter that its requests share with others: none by default.
    fn rate_limiter(&self) -> Option<Arc<dyn RateLimiter>> {
        None
    }
}

/// The response of a [`Synthesizer`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Speech {
    /// A WAV file of 16-bit samples.
    pub wav: bytes::Bytes,
    /// The rate limits that the service reported.
    pub rate_limits: RateLimits,
}

impl Speech {
    /// Creates a response from a WAV file that reports no rate limits.
    pub fn new(wav: impl Into<bytes::Bytes>) -> Self {
        Self {
            wav: wav.into(),
            rate_limits: RateLimits::default(),
        }
    }

    /// Sets the rate limits that the service reported.
    #[must_use]
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }
}

/// What can be done about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The rate limits are used up: wait, and try again.
    RateLimited,
    /// The audio is too large: send less at a time.
    TooLarge,
    /// The service or the network failed, or the response was cut short: try again.
    Transient,
    /// It will fail the same way again.
    Refused,
}

/// A failed attempt of a [`Transcriber`] or a [`Synthesizer`].
///
/// ```
/// use groq_audio::{Failure, FailureKind};
/// use std::time::Duration;
///
/// let failure = Failure::from_status(429, "slow down").retry_after(Duration::from_secs(2));
/// assert_eq!(failure.kind(), FailureKind::RateLimited);
/// ```
#[must_use = "a failure does nothing until it is returned"]
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) request_id: Option<String>,
    pub(crate) feedback: Box<Feedback>,
    pub(crate) message: String,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// Creates a failure. The message must hold neither audio nor text of the user's.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            request_id: None,
            feedback: Box::default(),
            message: message.into(),
            source: None,
        }
    }

    /// Creates a failure from the status of a reply.
    ///
    /// ```
    /// use groq_audio::{Failure, FailureKind};
    ///
    /// assert_eq!(Failure::from_status(503, "overloaded").kind(), FailureKind::Transient);
    /// assert_eq!(Failure::from_status(413, "too large").kind(), FailureKind::TooLarge);
    /// ```
    pub fn from_status(status: u16, message: impl Into<String>) -> Self {
        let mut failure = Self::new(FailureKind::Refused, message);
        failure.feedback.status = status.try_into().ok();
        if failure.feedback.is_rate_limited() {
            failure.kind = FailureKind::RateLimited;
        } else if status == 413 {
            failure.kind = FailureKind::TooLarge;
        } else if failure.feedback.is_transient() {
            failure.kind = FailureKind::Transient;
        }
        failure
    }

    /// Sets how long the service asks to wait.
    pub fn retry_after(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.feedback.retry_after = wait.into();
        self
    }

    /// Sets the id that the service gave the request.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Sets the rate limits that the service reported.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.feedback.rate_limits = limits;
        self
    }

    /// Sets the cause.
    pub fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns what can be done about it.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    /// The failure as an error, after so many attempts.
    pub(crate) fn into_error(self, operation: &str, attempts: u32) -> Error {
        let message = format!("{operation}: {}", self.message);
        let status = self.feedback.status.map(|status| status.as_u16());
        let error = Error::new(ErrorKind::Service, message)
            .with_service(status, self.request_id, attempts)
            .with_retry_after(self.feedback.retry_after);
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl From<Failure> for AttemptFailure<Failure> {
    fn from(failure: Failure) -> Self {
        let mut feedback = failure.feedback.message(&failure.message);
        if failure.kind == FailureKind::RateLimited {
            feedback.status = 429.try_into().ok();
        }
        Self {
            transient: failure.kind == FailureKind::Transient,
            error: failure,
            feedback,
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind)
            .field("status", &self.feedback.status)
            .field("request_id", &self.request_id)
            .field("retry_after", &self.feedback.retry_after)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

/// The longest wait for rate limits, unless it is set.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(900);
/// Retries after transient failures, unless they are set.
pub(crate) const MAX_RETRIES: u32 = 5;

/// How requests are sent until there is a response.
pub(crate) fn attempts(
    limiter: &Arc<dyn RateLimiter>,
    max_retries: u32,
    max_wait: Duration,
) -> Attempts {
    let backoff = Backoff::new(Duration::from_millis(500));
    let backoff = backoff.max(Duration::from_secs(20)).jitter(0.5);
    let policy = RetryPolicy::new().max_retries(max_retries);
    Attempts::new(Arc::clone(limiter))
        .retry(policy.max_retry_wait(max_wait).backoff(backoff))
        .max_wait(max_wait)
}

/// The error of a request without a response.
pub(crate) fn failed(error: CallError<Failure>, operation: &str) -> Error {
    match error {
        CallError::Failed(failure, attempts) => failure.into_error(operation, attempts),
        CallError::WaitTooLong(wait, failure) => over(wait).with_source(failure.message),
        CallError::Refused(error) => {
            let message = format!("{operation}: {error}");
            match error {
                AcquireError::Failed(source) => {
                    Error::new(ErrorKind::RateLimiter, message).with_source(source)
                }
                AcquireError::WaitTooLong { wait, .. } => {
                    Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
                }
                _ => Error::new(ErrorKind::RateLimited, message),
            }
        }
        _ => Error::new(ErrorKind::Internal, operation.to_owned()),
    }
}

/// The work does not fit the limits.
pub(crate) fn over(wait: Duration) -> Error {
    let message = "the rate limits leave no room for this in the time allowed";
    Error::new(ErrorKind::RateLimited, message).with_retry_after(wait)
}
