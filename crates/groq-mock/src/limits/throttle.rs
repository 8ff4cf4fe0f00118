//! How much is allowed.

use std::time::Duration;

use groq_models::{Catalog, Plan, Quota};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);
pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Rate limits, which count.
///
/// A limit refills evenly, as the service's do: of 60 requests a minute, one comes back each second. Prompt and
/// requested completion must fit when a request comes in; what was not generated is returned.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use std::time::Duration;
/// use groq_mock::{Throttle, Mock};
///
/// let tight = Throttle::new().requests(3, Duration::from_secs(10)).tokens(1_000, Duration::from_secs(1));
/// let mock = Mock::builder().throttle(Throttle::free_plan()).model_throttle("openai/gpt-oss-20b", tight).start().await?;
/// # drop(mock); Ok(()) }
/// ```
///
/// They can be parsed, for settings and command lines: `"requests=3/10s, tokens=1000/1m"`.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "rate limits are used when they are given to a builder"]
pub struct Throttle {
    pub(super) limits: Vec<Limit>,
    pub(super) enforced: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Limit {
    pub(super) unit: Unit,
    pub(super) amount: u32,
    pub(super) per: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Unit {
    Requests,
    Tokens,
    AudioSeconds,
}

impl Throttle {
    /// Creates rate limits that limit nothing and add no headers.
    pub fn new() -> Self {
        Self {
            limits: Vec::new(),
            enforced: true,
        }
    }

    /// Returns 500,000 requests a day and 1,000,000 tokens a minute, which count down in the headers and refuse nothing.
    pub fn generous() -> Self {
        Self {
            enforced: false,
            ..Self::new().requests(500_000, DAY).tokens(1_000_000, MINUTE)
        }
    }

    /// Returns the rate limits of the free plan for `openai/gpt-oss-20b`.
    ///
    /// ```
    /// use groq_mock::Throttle;
    ///
    /// assert_eq!(Throttle::free_plan(), Throttle::free_plan_for("openai/gpt-oss-20b"));
    /// ```
    pub fn free_plan() -> Self {
        let quota = Catalog::shipped().quota("openai/gpt-oss-20b", Plan::Free);
        quota.map_or_else(Self::new, Self::from)
    }

    /// Returns the rate limits of the free plan for a model, by the catalog of `groq-models`; for one that is not in
    /// it, those of [`free_plan`](Self::free_plan).
    ///
    /// ```
    /// use groq_mock::Throttle;
    ///
    /// assert_ne!(Throttle::free_plan_for("whisper-large-v3"), Throttle::free_plan());
    /// assert_eq!(Throttle::free_plan_for("some/new-model"), Throttle::free_plan());
    /// ```
    pub fn free_plan_for(model: &str) -> Self {
        let quota = Catalog::shipped().quota(model, Plan::Free);
        quota.map_or_else(Self::free_plan, Self::from)
    }

    /// Adds a limit of requests in a time.
    pub fn requests(self, amount: u32, per: Duration) -> Self {
        self.allow(Unit::Requests, amount, per)
    }

    /// Adds a limit of tokens in a time, of prompt and completion together.
    pub fn tokens(self, amount: u32, per: Duration) -> Self {
        self.allow(Unit::Tokens, amount, per)
    }

    /// Adds a limit of seconds of audio in a time. A recording counts at least ten.
    pub fn audio_seconds(self, amount: u32, per: Duration) -> Self {
        self.allow(Unit::AudioSeconds, amount, per)
    }

    fn allow(mut self, unit: Unit, amount: u32, per: Duration) -> Self {
        self.limits.push(Limit { unit, amount, per });
        self
    }
}

/// The rate limits of an account become those of the mock.
impl From<Quota> for Throttle {
    fn from(quota: Quota) -> Self {
        let all = [
            (Unit::Requests, quota.requests_per_minute, MINUTE),
            (Unit::Requests, quota.requests_per_day, DAY),
            (Unit::Tokens, quota.tokens_per_minute, MINUTE),
            (Unit::Tokens, quota.tokens_per_day, DAY),
            (Unit::AudioSeconds, quota.audio_seconds_per_hour, HOUR),
            (Unit::AudioSeconds, quota.audio_seconds_per_day, DAY),
        ];
        let mut throttle = Self::new();
        for (unit, amount, per) in all {
            if let Some(amount) = amount {
                throttle = throttle.allow(unit, u32::try_from(amount).unwrap_or(u32::MAX), per);
            }
        }
        throttle
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::generous()
    }
}
