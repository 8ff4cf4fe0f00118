//! The trait behind which calls wait for rate limits.

use std::error::Error as StdError;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use groq_models::Usage;
use http::StatusCode;

use super::RateLimits;
use crate::runtime::Runtime;

/// The future of [`RateLimiter::acquire`].
pub type AcquireFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Permit, AcquireError>> + Send + 'a>>;

/// Decides when an attempt may be sent; see [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter).
///
/// [`LocalRateLimiter`](super::LocalRateLimiter) keeps the limits within this process. Implement this trait to share them between
/// processes. The client acquires a permit for each attempt, calls [`feedback`](Self::feedback) if a response comes, and always ends
/// with [`release`](Self::release), even if the call is dropped.
///
/// ```
/// use groq_core::limits::{AcquireFuture, CallEstimate, Permit, RateLimiter};
///
/// /// Lets everything through.
/// #[derive(Debug)]
/// struct Unlimited;
///
/// impl RateLimiter for Unlimited {
///     fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
///         Box::pin(async move { Ok(Permit::new(call.clone())) })
///     }
/// }
/// ```
pub trait RateLimiter: fmt::Debug + Send + Sync {
    /// Waits until the attempt may be sent. If the future is dropped, nothing may have been used up.
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a>;

    /// Called when a response arrives, with what it says about the limits.
    fn feedback(&self, permit: &Permit, feedback: &Feedback) {
        let _ = (permit, feedback);
    }

    /// Called when an attempt ends, with what it used, if known.
    fn release(&self, permit: Permit, usage: Option<Usage>) {
        let _ = (permit, usage);
    }

    /// Called when a client is built, with its source of time. Called again for each further client that shares the limiter.
    fn start(&self, runtime: &Arc<dyn Runtime>) {
        let _ = runtime;
    }
}

/// What is known about a call before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallEstimate {
    /// The model; empty if the call has none.
    pub model: String,
    /// The size of the JSON body, in bytes.
    pub request_bytes: u64,
    /// The most tokens the reply may have, if the request sets a limit.
    pub max_completion_tokens: Option<u64>,
    /// The duration of the attached recording, if known.
    pub audio: Option<Duration>,
    /// The longest time the call can wait.
    pub max_wait: Duration,
}

impl CallEstimate {
    /// Creates an estimate for a call of this model.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            model: model.into(),
            ..Self::default()
        }
    }

    /// Sets the size of the JSON body, in bytes.
    ///
    /// ```
    /// use groq_core::limits::CallEstimate;
    ///
    /// let call = CallEstimate::new("openai/gpt-oss-20b").request_bytes(2_000).max_completion_tokens(500);
    /// assert_eq!(call.max_completion_tokens, Some(500));
    /// ```
    pub fn request_bytes(mut self, bytes: u64) -> Self {
        self.request_bytes = bytes;
        self
    }

    /// Sets the most tokens the reply may have.
    pub fn max_completion_tokens(mut self, tokens: u64) -> Self {
        self.max_completion_tokens = Some(tokens);
        self
    }

    /// Sets the duration of the attached recording.
    ///
    /// ```
    /// use groq_core::limits::CallEstimate;
    /// use std::time::Duration;
    ///
    /// let call = CallEstimate::new("whisper-large-v3").audio(Duration::from_secs(90));
    /// ```
    pub fn audio(mut self, duration: Duration) -> Self {
        self.audio = Some(duration);
        self
    }

    /// Sets the longest time the call can wait.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }
}

/// The permission to send one attempt.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "a permit is returned with `RateLimiter::release`"]
pub struct Permit {
    /// The call it was granted for.
    pub estimate: CallEstimate,
    /// The tokens that were reserved.
    pub tokens: u64,
    /// A number for the limiter's own use.
    pub id: u64,
}

impl Permit {
    /// Creates a permit for this call, with no tokens reserved.
    ///
    /// ```
    /// use groq_core::limits::{CallEstimate, Permit};
    ///
    /// let permit = Permit::new(CallEstimate::new("openai/gpt-oss-20b")).tokens(700).id(1);
    /// assert_eq!(permit.tokens, 700);
    /// ```
    pub fn new(estimate: CallEstimate) -> Self {
        Self {
            estimate,
            tokens: 0,
            id: 0,
        }
    }

    /// Sets the tokens that were reserved.
    pub fn tokens(mut self, tokens: u64) -> Self {
        self.tokens = tokens;
        self
    }

    /// Sets a number for the limiter's own use.
    pub fn id(mut self, id: u64) -> Self {
        self.id = id;
        self
    }
}

/// What a response says about the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// The status of the response.
    pub status: StatusCode,
    /// The limits in its headers.
    pub rate_limits: RateLimits,
    /// The wait that the server asks for.
    pub retry_after: Option<Duration>,
}

impl Feedback {
    /// Creates feedback with this status and nothing else.
    ///
    /// ```
    /// use groq_core::limits::Feedback;
    /// use std::time::Duration;
    ///
    /// let feedback = Feedback::new(http::StatusCode::TOO_MANY_REQUESTS).retry_after(Duration::from_secs(2));
    /// ```
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            rate_limits: RateLimits::default(),
            retry_after: None,
        }
    }

    /// Sets the limits in the headers.
    pub fn rate_limits(mut self, limits: RateLimits) -> Self {
        self.rate_limits = limits;
        self
    }

    /// Sets the wait that the server asks for.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }
}

/// Why a [`RateLimiter`] grants no permit.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcquireError {
    /// The call needs more tokens than the limit allows at all.
    TooManyTokens {
        /// The tokens that the call is estimated to need.
        tokens: u64,
        /// The limit.
        limit: u64,
    },
    /// The recording is longer than the limit allows at all.
    TooMuchAudio {
        /// The duration of the recording.
        audio: Duration,
        /// The limit.
        limit: Duration,
    },
    /// The wait would be longer than the call can wait.
    WaitTooLong {
        /// The wait.
        wait: Duration,
    },
    /// The limiter itself failed: the store it shares is down, for example.
    Failed(Box<dyn StdError + Send + Sync>),
}

impl AcquireError {
    /// Creates the error of a limiter that failed.
    ///
    /// ```
    /// use groq_core::limits::AcquireError;
    ///
    /// let error = AcquireError::failed("the store is down");
    /// assert_eq!(error.to_string(), "the rate limiter failed: the store is down");
    /// ```
    pub fn failed(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Failed(source.into())
    }
}

impl fmt::Display for AcquireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyTokens { tokens, limit } => write!(
                f,
                "the request needs about {tokens} tokens, and the limit of its model is {limit}"
            ),
            Self::TooMuchAudio { audio, limit } => write!(
                f,
                "the recording is {} s long, and the limit of its model is {} s",
                audio.as_secs(),
                limit.as_secs()
            ),
            Self::WaitTooLong { wait } => write!(f, "the rate limit requires a wait of {wait:?}"),
            Self::Failed(source) => write!(f, "the rate limiter failed: {source}"),
        }
    }
}

impl StdError for AcquireError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Failed(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}
