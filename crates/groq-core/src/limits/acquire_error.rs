//! Why there is no permit.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::LimitStatus;

/// Why a [`RateLimiter`](super::RateLimiter) grants no permit.
#[derive(Debug)]
#[non_exhaustive]
pub enum AcquireError {
    /// The call needs more than the limit allows at all.
    NeverFits {
        /// What the call is estimated to need.
        needs: u64,
        /// The limit.
        limit: LimitStatus,
    },
    /// The wait would be longer than the call can wait.
    WaitTooLong {
        /// The wait.
        wait: Duration,
        /// The limit that requires it; `None` if the server asked for a pause, or if others wait for their turn.
        limit: Option<LimitStatus>,
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
            Self::NeverFits { needs, limit } => write!(
                f,
                "the request needs about {needs} {}, and the limit of its model is {} per {}",
                limit.unit,
                limit.limit,
                limit.period_name()
            ),
            Self::WaitTooLong { wait, limit } => {
                match limit {
                    Some(limit) => write!(f, "the rate limit is {limit}")?,
                    None => f.write_str("the rate limit is used up")?,
                }
                write!(
                    f,
                    ": the wait is {:.1} s, longer than max_wait",
                    wait.as_secs_f64()
                )
            }
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
