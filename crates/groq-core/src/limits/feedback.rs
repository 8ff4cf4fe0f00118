//! What came of an attempt.

use std::time::Duration;

use groq_models::Usage;
use http::StatusCode;

use super::{LimitStatus, RateLimits};
use crate::retry::decision::is_transient;

/// What came of an attempt, as far as it matters to a rate limiter. Without a response, all of it is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Feedback {
    /// The status of the response.
    pub status: Option<StatusCode>,
    /// The limits in its headers.
    pub rate_limits: RateLimits,
    /// The wait that the server asks for.
    pub retry_after: Option<Duration>,
    /// The limit that the text of a 429 names.
    pub exceeded: Option<LimitStatus>,
    /// What the call used. Cached tokens do not count against limits: see [`Usage::limited_tokens`].
    pub usage: Option<Usage>,
}

impl Feedback {
    /// Creates feedback with this status and nothing else.
    ///
    /// ```
    /// use groq_core::limits::Feedback;
    /// use std::time::Duration;
    ///
    /// let feedback = Feedback::new(http::StatusCode::TOO_MANY_REQUESTS).retry_after(Duration::from_secs(2));
    /// assert!(feedback.is_rate_limited());
    /// ```
    pub fn new(status: StatusCode) -> Self {
        Self {
            status: Some(status),
            ..Self::default()
        }
    }

    setters! {
        /// Sets the limits in the headers.
        rate_limits(limits: RateLimits) => rate_limits = limits;
        /// Sets the wait that the server asks for.
        retry_after(wait: impl Into<Option<Duration>>) => retry_after = wait.into();
        /// Sets the limit that the text of an error names, if it names one.
        message(text: &str) => exceeded = LimitStatus::from_message(text);
        /// Sets what the call used.
        ///
        /// ```
        /// use groq_core::limits::{Feedback, Usage};
        ///
        /// let feedback = Feedback::new(http::StatusCode::OK).usage(Usage::new(900, 50).cached_tokens(800));
        /// assert_eq!(feedback.usage.expect("it was set").limited_tokens(), 150);
        /// ```
        usage(usage: impl Into<Option<Usage>>) => usage = usage.into();
    }

    /// Returns whether the status passes by itself, so that the same attempt may succeed later. 501 and 505 do not.
    ///
    /// ```
    /// use groq_core::limits::Feedback;
    ///
    /// assert!(Feedback::new(http::StatusCode::SERVICE_UNAVAILABLE).is_transient());
    /// assert!(!Feedback::new(http::StatusCode::NOT_IMPLEMENTED).is_transient());
    /// ```
    pub fn is_transient(&self) -> bool {
        self.status.is_some_and(is_transient)
    }

    /// Returns whether the server refused the attempt for its rate (429).
    pub fn is_rate_limited(&self) -> bool {
        self.status == Some(StatusCode::TOO_MANY_REQUESTS)
    }
}
