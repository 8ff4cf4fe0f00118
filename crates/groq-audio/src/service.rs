//! The seams to a service: what writes speech down, and what speaks.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::time::Duration;

#[cfg(feature = "decode")]
use groq_types::VerboseTranscription;

#[cfg(feature = "decode")]
use crate::spool::PieceAudio;
#[cfg(feature = "decode")]
use crate::task::Task;

/// Something that writes down what is said in a piece of audio, in one attempt.
///
/// A clone shares everything with what it was cloned from. Retries, limits and waits are none of its business.
#[cfg(feature = "decode")]
pub trait Transcriber: Clone + Send + Sync + 'static {
    /// Sends one request.
    fn transcribe(&self, ask: Ask) -> impl Future<Output = Result<Reply, Failure>> + Send;
}

/// One request to a [`Transcriber`].
#[cfg(feature = "decode")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ask {
    /// Whether to write down or to translate.
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
    /// Randomness, from 0 to 1.
    pub temperature: Option<f64>,
    /// What the answer should have times for.
    pub times: crate::Times,
    /// The number of the piece, for logs and tests.
    pub piece: usize,
}

/// An answer.
#[cfg(feature = "decode")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Reply {
    /// What was heard, with times from the beginning of the piece; an answer without times has only its text.
    pub transcription: VerboseTranscription,
    /// What the service says about the account's limits.
    pub standing: Standing,
}

#[cfg(feature = "decode")]
impl Reply {
    /// An answer that says nothing about limits.
    pub fn new(transcription: VerboseTranscription) -> Self {
        Self {
            transcription,
            standing: Standing::default(),
        }
    }

    /// Sets what the service says about the account's limits.
    pub fn with_standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }
}

/// What a service says about the limits of an account, with an answer or a refusal.
///
/// ```
/// use groq_audio::{Left, Standing};
/// use std::time::Duration;
///
/// let left = Left { limit: 2_000, remaining: 1_990, reset: Duration::from_secs(432) };
/// let standing = Standing::default().requests(left);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    pub(crate) requests: Option<Left>,
    pub(crate) tokens: Option<Left>,
}

impl Standing {
    /// Sets what is left of the requests.
    pub fn requests(mut self, left: Left) -> Self {
        self.requests = Some(left);
        self
    }

    /// Sets what is left of the tokens.
    pub fn tokens(mut self, left: Left) -> Self {
        self.tokens = Some(left);
        self
    }
}

/// What is left of one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// All that there is.
    pub limit: u64,
    /// What is left of it.
    pub remaining: u64,
    /// How long until all of it is there again, if nothing more is used.
    pub reset: Duration,
}

/// Something that speaks a short text, in one attempt.
///
/// A clone shares everything with what it was cloned from. Retries, limits and waits are none of its business.
pub trait Synthesiser: Clone + Send + Sync + 'static {
    /// Sends one request, whose text fits the model.
    fn speak(
        &self,
        request: groq_types::SpeechRequest,
    ) -> impl Future<Output = Result<Speech, Failure>> + Send;
}

/// A short text, spoken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Speech {
    /// A whole WAV file of 16-bit samples.
    pub wav: bytes::Bytes,
    /// What the service says about the account's limits.
    pub standing: Standing,
}

impl Speech {
    /// A WAV file, from a service that says nothing about limits.
    pub fn new(wav: impl Into<bytes::Bytes>) -> Self {
        Self {
            wav: wav.into(),
            standing: Standing::default(),
        }
    }

    /// Sets what the service says about the account's limits.
    pub fn with_standing(mut self, standing: Standing) -> Self {
        self.standing = standing;
        self
    }
}

/// What can be done about a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The limits are used up: wait, and try again.
    RateLimited,
    /// The audio is too large: send less at a time.
    TooLarge,
    /// It may work the next time: the service or the network failed, or the answer was cut short.
    Transient,
    /// It will fail the same way again.
    Refused,
}

/// A failed attempt.
pub struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) standing: Box<Standing>,
    pub(crate) message: String,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    /// A failure of a kind; the message must hold neither audio nor text of the user's.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            status: None,
            retry_after: None,
            standing: Box::default(),
            message: message.into(),
            source: None,
        }
    }

    /// A failure by the status that the service answered with.
    ///
    /// ```
    /// use groq_audio::{Failure, FailureKind};
    ///
    /// assert_eq!(Failure::of_status(503, "overloaded").kind(), FailureKind::Transient);
    /// assert_eq!(Failure::of_status(413, "too large").kind(), FailureKind::TooLarge);
    /// ```
    pub fn of_status(status: u16, message: impl Into<String>) -> Self {
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
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// Sets what the service says about the account's limits.
    pub fn with_standing(mut self, standing: Standing) -> Self {
        self.standing = Box::new(standing);
        self
    }

    /// Sets the cause.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What can be done about it.
    pub fn kind(&self) -> FailureKind {
        self.kind
    }

    pub(crate) fn into_error(self, doing: &str, attempts: u32) -> crate::Error {
        let message = format!("{doing}: {}", self.message);
        let error = crate::Error::new(crate::ErrorKind::Service, message);
        let error = error.with_service(self.status, self.retry_after, attempts);
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
            .field("retry_after", &self.retry_after)
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}
