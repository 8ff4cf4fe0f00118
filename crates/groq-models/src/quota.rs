//! What a plan or an account allows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A plan of Groq's.
///
/// No reply of the service says which plan a key belongs to.
///
/// ```
/// assert_eq!(groq_models::Plan::Developer.to_string(), "developer");
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

/// A value for each plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ByPlan<T> {
    /// With the free plan.
    pub free: T,
    /// With the developer plan.
    pub developer: T,
}

impl<T: Copy> ByPlan<T> {
    /// Returns the value of a plan.
    ///
    /// ```
    /// use groq_models::{Catalog, Plan};
    ///
    /// assert_eq!(Catalog::shipped().service().upload_bytes.of(Plan::Free), 25_000_000);
    /// ```
    pub fn of(&self, plan: Plan) -> T {
        match plan {
            Plan::Free => self.free,
            Plan::Developer => self.developer,
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Free => "free",
            Self::Developer => "developer",
        })
    }
}

macro_rules! quota {
    ($($limit:ident: $words:literal $of:literal;)*) => {
        /// The rate limits of a model. A limit that is `None` is unknown, or there is none.
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
        /// assert_eq!(quota.tokens_per_day, None);
        /// ```
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[must_use = "a quota does nothing until it is given to a rate limiter"]
        #[non_exhaustive]
        #[serde(default)]
        pub struct Quota {
            $(
                #[doc = concat!("The ", $words, $of, ".")]
                pub $limit: Option<u64>,
            )*
        }

        impl Quota {
            /// Creates a quota without limits.
            pub const fn new() -> Self {
                Self { $($limit: None),* }
            }

            $(
                #[doc = concat!("Sets the ", $words, ".")]
                pub const fn $limit(mut self, limit: u64) -> Self {
                    self.$limit = Some(limit);
                    self
                }
            )*

            /// Returns a quota with all limits multiplied, as the flex tier multiplies them.
            ///
            /// ```
            /// use groq_models::{Catalog, Quota};
            ///
            /// let flex = Quota::new().requests_per_minute(30).times(Catalog::shipped().service().flex_quota_factor);
            /// assert_eq!(flex.requests_per_minute, Some(300));
            /// ```
            pub fn times(self, factor: u64) -> Self {
                Self { $($limit: self.$limit.map(|limit| limit.saturating_mul(factor))),* }
            }
        }
    };
}

quota! {
    requests_per_minute: "requests per minute" "";
    requests_per_day: "requests per day" "";
    tokens_per_minute: "tokens per minute" ", of prompt and reply together";
    tokens_per_day: "tokens per day" ", of prompt and reply together";
    audio_seconds_per_hour: "seconds of audio per hour" ". A request counts for ten seconds at least";
    audio_seconds_per_day: "seconds of audio per day" ". A request counts for ten seconds at least";
}

impl Quota {
    /// Returns whether no limit is set.
    ///
    /// ```
    /// assert!(groq_models::Quota::new().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        *self == Self::new()
    }
}
