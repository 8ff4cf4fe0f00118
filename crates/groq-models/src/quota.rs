//! What a plan or an account allows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A plan of Groq's.
///
/// No reply of the service says which plan a key belongs to.
///
/// ```
/// use groq_models::{Catalog, Plan};
///
/// assert_eq!(Catalog::shipped().upload_bytes(Plan::Developer), 100_000_000);
/// assert_eq!(Plan::default(), Plan::Free);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Plan {
    /// The free plan.
    #[default]
    Free,
    /// The plan that is paid by use.
    Developer,
}

impl Plan {
    /// All plans.
    pub const ALL: [Self; 2] = [Self::Free, Self::Developer];
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::Developer => "developer",
        })
    }
}

/// The rate limits of a model. A limit that is `None` is unknown, or there is none.
///
/// ```
/// use groq_models::Quota;
///
/// let quota = Quota::new().requests_per_minute(30).tokens_per_minute(8_000);
/// assert_eq!(quota.requests_per_minute, Some(30));
/// assert_eq!(quota.tokens_per_day, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[must_use = "a quota does nothing until it is given to a rate limiter"]
#[non_exhaustive]
#[serde(default)]
pub struct Quota {
    /// Requests per minute.
    pub requests_per_minute: Option<u64>,
    /// Requests per day.
    pub requests_per_day: Option<u64>,
    /// Tokens per minute, of prompt and reply together.
    pub tokens_per_minute: Option<u64>,
    /// Tokens per day, of prompt and reply together.
    pub tokens_per_day: Option<u64>,
    /// Seconds of audio per hour. A request counts for ten seconds at least.
    pub audio_seconds_per_hour: Option<u64>,
    /// Seconds of audio per day. A request counts for ten seconds at least.
    pub audio_seconds_per_day: Option<u64>,
}

impl Quota {
    /// Creates a quota without limits.
    pub const fn new() -> Self {
        Self {
            requests_per_minute: None,
            requests_per_day: None,
            tokens_per_minute: None,
            tokens_per_day: None,
            audio_seconds_per_hour: None,
            audio_seconds_per_day: None,
        }
    }

    /// Sets the requests per minute.
    pub const fn requests_per_minute(mut self, requests: u64) -> Self {
        self.requests_per_minute = Some(requests);
        self
    }

    /// Sets the requests per day.
    pub const fn requests_per_day(mut self, requests: u64) -> Self {
        self.requests_per_day = Some(requests);
        self
    }

    /// Sets the tokens per minute.
    pub const fn tokens_per_minute(mut self, tokens: u64) -> Self {
        self.tokens_per_minute = Some(tokens);
        self
    }

    /// Sets the tokens per day.
    pub const fn tokens_per_day(mut self, tokens: u64) -> Self {
        self.tokens_per_day = Some(tokens);
        self
    }

    /// Sets the seconds of audio per hour.
    ///
    /// ```
    /// use groq_models::{Catalog, Plan, Quota};
    ///
    /// let quota = Quota::new()
    ///     .requests_per_minute(20)
    ///     .requests_per_day(2_000)
    ///     .audio_seconds_per_hour(7_200)
    ///     .audio_seconds_per_day(28_800);
    /// assert_eq!(Catalog::shipped().quota("whisper-large-v3", Plan::Free), Some(quota));
    /// ```
    pub const fn audio_seconds_per_hour(mut self, seconds: u64) -> Self {
        self.audio_seconds_per_hour = Some(seconds);
        self
    }

    /// Sets the seconds of audio per day.
    pub const fn audio_seconds_per_day(mut self, seconds: u64) -> Self {
        self.audio_seconds_per_day = Some(seconds);
        self
    }

    /// Returns whether no limit is set.
    ///
    /// ```
    /// assert!(groq_models::Quota::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        *self == Self::new()
    }

    /// Returns a quota with all limits multiplied, as the flex tier multiplies them.
    ///
    /// ```
    /// use groq_models::{Catalog, Quota};
    ///
    /// let flex = Quota::new().requests_per_minute(30).times(Catalog::shipped().service().flex_quota_factor);
    /// assert_eq!(flex.requests_per_minute, Some(300));
    /// ```
    pub fn times(self, factor: u64) -> Self {
        let times = |limit: Option<u64>| limit.map(|limit| limit.saturating_mul(factor));
        Self {
            requests_per_minute: times(self.requests_per_minute),
            requests_per_day: times(self.requests_per_day),
            tokens_per_minute: times(self.tokens_per_minute),
            tokens_per_day: times(self.tokens_per_day),
            audio_seconds_per_hour: times(self.audio_seconds_per_hour),
            audio_seconds_per_day: times(self.audio_seconds_per_day),
        }
    }
}
