//! The seam behind which calls are held back.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use http::StatusCode;

use super::RateLimits;

/// The future of [`Limiter::admit`].
pub type Admission<'a> = Pin<Box<dyn Future<Output = Result<Ticket, Refused>> + Send + 'a>>;

/// Decides when a call may be sent.
///
/// [`Pacing`](super::Pacing) is one that keeps the limits within this process. Another one may share a budget among many
/// processes: give it to [`ClientBuilder::limiter`](crate::ClientBuilder::limiter). Each attempt of a call is admitted by itself, then told about
/// with [`answered`](Self::answered) where an answer came, and ended with [`done`](Self::done), also where the call was dropped.
///
/// ```
/// use groq_core::limits::{Admission, Call, Limiter, Ticket};
///
/// /// Lets everything through.
/// #[derive(Debug)]
/// struct Open;
///
/// impl Limiter for Open {
///     fn admit<'a>(&'a self, call: &'a Call) -> Admission<'a> {
///         Box::pin(async move { Ok(Ticket::new(call.clone())) })
///     }
/// }
/// ```
pub trait Limiter: fmt::Debug + Send + Sync {
    /// Waits until the call may be sent. It may be dropped meanwhile, and must then have spent nothing.
    fn admit<'a>(&'a self, call: &'a Call) -> Admission<'a>;

    /// Hears what an answer says about the limits.
    fn answered(&self, ticket: &Ticket, answer: &Verdict) {
        let _ = (ticket, answer);
    }

    /// Hears that an attempt is over, and what it spent, where that is known.
    fn done(&self, ticket: Ticket, spent: Option<Spent>) {
        let _ = (ticket, spent);
    }
}

/// What is known about a call before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The model; empty if the call has none.
    pub model: String,
    /// The size of its JSON, in bytes.
    pub request_bytes: u64,
    /// The tokens that the reply may have, where the request bounds them.
    pub max_completion_tokens: Option<u64>,
    /// How long the recording is that it brings, where that is known.
    pub audio: Option<Duration>,
    /// How long it can wait.
    pub patience: Duration,
}

impl Call {
    /// A call of a model.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            ..Self::default()
        }
    }

    /// Sets the size of its JSON, in bytes.
    pub fn with_request_bytes(mut self, bytes: u64) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sets the tokens that the reply may have.
    pub fn with_max_completion_tokens(mut self, tokens: u64) -> Self {
        self.max_completion_tokens = Some(tokens);
        self
    }

    /// Sets how long the recording is that it brings.
    pub fn with_audio(mut self, duration: Duration) -> Self {
        self.audio = Some(duration);
        self
    }

    /// Sets how long it can wait.
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

/// The leave to send one attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ticket {
    /// What it is for.
    pub call: Call,
    /// The tokens that were set aside.
    pub tokens: u64,
    /// A number of the limiter's own.
    pub id: u64,
}

impl Ticket {
    /// The leave to send this call, with nothing set aside.
    pub fn new(call: Call) -> Self {
        Self {
            call,
            tokens: 0,
            id: 0,
        }
    }

    /// Sets the tokens that were set aside.
    pub fn with_tokens(mut self, tokens: u64) -> Self {
        self.tokens = tokens;
        self
    }

    /// Sets a number of the limiter's own.
    pub fn with_id(mut self, id: u64) -> Self {
        self.id = id;
        self
    }
}

/// What an answer says about the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verdict {
    /// Its status.
    pub status: StatusCode,
    /// What its headers say.
    pub rate_limits: RateLimits,
    /// How long the server asks to wait.
    pub retry_after: Option<Duration>,
}

impl Verdict {
    /// An answer with this status that says nothing else.
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            rate_limits: RateLimits::default(),
            retry_after: None,
        }
    }

    /// Sets what the headers say.
    pub fn with_rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }

    /// Sets how long the server asks to wait.
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

/// What a call spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Tokens of the request.
    pub prompt_tokens: u64,
    /// Tokens of the reply.
    pub completion_tokens: u64,
    /// How long the recording was, where the answer says so.
    pub audio: Option<Duration>,
}

impl Spent {
    /// So many tokens of the request, and so many of the reply.
    pub fn new(prompt_tokens: u64, completion_tokens: u64) -> Self {
        Self {
            prompt_tokens,
            completion_tokens,
            audio: None,
        }
    }

    /// Sets how long the recording was.
    pub fn with_audio(mut self, duration: Duration) -> Self {
        self.audio = Some(duration);
        self
    }
}

/// Why a call is not admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refused {
    /// It can never be: it alone is larger than the limit.
    Never {
        /// The tokens that it is estimated to need.
        tokens: u64,
        /// The tokens that may be spent at all.
        limit: u64,
    },
    /// It can never be: its recording alone is longer than the limit.
    TooMuchAudio {
        /// How long the recording is.
        audio: Duration,
        /// How much may be sent at all.
        limit: Duration,
    },
    /// It would have to wait longer than it can.
    TooLong {
        /// For how long.
        wait: Duration,
    },
    /// The limiter cannot tell, for this reason.
    Failed(String),
}
