//! What a service has to do: transcribe a piece of audio, or speak a short text.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use groq_core::limits::RateLimits;
#[cfg(feature = "decode")]
use groq_types::VerboseTranscription;

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
    pub(crate) status: Option<u16>,
    pub(crate) request_id: Option<String>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) rate_limits: Box<RateLimits>,
    pub(crate) message: String,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// Creates a failure. The message must hold neither audio nor text of the user's.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            request_id: None,
            retry_after: None,
            rate_limits: Box::default(),
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
        let kind = match status {
            429 => FailureKind::RateLimited,
            413 => FailureKind::TooLarge,
            408 | 409 | 498 | 500..=599 => FailureKind::Transient,
            _ => FailureKind::Refused,
        };
        let mut failure = Self::new(kind, message);
        failure.status = Some(status);
        failure
    }

    /// Sets how long the service asks to wait.
    pub fn retry_after(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.retry_after = wait.into();
        self
    }

    /// Sets the id that the service gave the request.
    pub fn request_id(mut self, id: impl Into<String>) -> Self {
        self.request_id = Some(id.into());
        self
    }

    /// Sets the rate limits that the service reported.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = Box::new(limits);
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

    pub(crate) fn into_error(self, operation: &str, attempts: u32) -> crate::Error {
        let message = format!("{operation}: {}", self.message);
        let error = crate::Error::new(crate::ErrorKind::Service, message)
            .with_service(self.status, self.request_id, attempts)
            .with_retry_after(self.retry_after);
        match self.source {
            Some(source) => error.with_source(source),
            None => error,
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind)
            .field("status", &self.status)
            .field("request_id", &self.request_id)
            .field("retry_after", &self.retry_after)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
