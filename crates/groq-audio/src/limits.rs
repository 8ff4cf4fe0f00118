//! The limits of an account.

use std::time::Duration;

use crate::pace::{Need, Pace};

/// How large an upload may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// 25 MB.
    #[default]
    Free,
    /// 100 MB.
    Developer,
}

impl Tier {
    /// The largest upload, in bytes.
    pub fn upload_limit(self) -> u64 {
        match self {
            Self::Free => 25_000_000,
            Self::Developer => 100_000_000,
        }
    }
}

/// What an account may use; what is not set is not limited here, and learned from what the service says.
///
/// ```
/// use groq_audio::Limits;
///
/// let free = Limits::new().requests_per_minute(20).audio_seconds_per_hour(7_200);
/// assert!(free.wait_for(60, 3_600.0) < std::time::Duration::from_secs(181));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub(crate) requests_per_minute: Option<u32>,
    pub(crate) requests_per_day: Option<u32>,
    pub(crate) tokens_per_minute: Option<u32>,
    pub(crate) tokens_per_day: Option<u32>,
    pub(crate) audio_seconds_per_hour: Option<u32>,
    pub(crate) audio_seconds_per_day: Option<u32>,
}

impl Limits {
    /// No limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The free plan's for the Whisper models, as of December 2025: 20 requests a minute, 2,000 a day, 7,200 s of audio an
    /// hour, 28,800 a day.
    pub fn free() -> Self {
        Self::new()
            .requests_per_minute(20)
            .requests_per_day(2_000)
            .audio_seconds_per_hour(7_200)
            .audio_seconds_per_day(28_800)
    }

    /// The limits of a model by one of the dated tables; none if the table does not have the model.
    ///
    /// ```
    /// use groq_audio::Limits;
    /// use groq_core::limits::tables::FREE_2025_12;
    ///
    /// let limits = Limits::from_table(&FREE_2025_12, "whisper-large-v3-turbo").expect("a row");
    /// assert_eq!(limits, Limits::free());
    /// ```
    #[cfg(feature = "client")]
    pub fn from_table(table: &groq_core::limits::tables::Table, model: &str) -> Option<Self> {
        table.of(model).map(Self::from)
    }

    /// Sets the requests a minute.
    pub fn requests_per_minute(mut self, requests: u32) -> Self {
        self.requests_per_minute = Some(requests);
        self
    }

    /// Sets the requests a day.
    pub fn requests_per_day(mut self, requests: u32) -> Self {
        self.requests_per_day = Some(requests);
        self
    }

    /// Sets the tokens a minute. Only speech is counted in them, at an estimate of a token for four bytes.
    pub fn tokens_per_minute(mut self, tokens: u32) -> Self {
        self.tokens_per_minute = Some(tokens);
        self
    }

    /// Sets the tokens a day; see [`tokens_per_minute`](Self::tokens_per_minute).
    pub fn tokens_per_day(mut self, tokens: u32) -> Self {
        self.tokens_per_day = Some(tokens);
        self
    }

    /// Sets the seconds of audio an hour.
    pub fn audio_seconds_per_hour(mut self, seconds: u32) -> Self {
        self.audio_seconds_per_hour = Some(seconds);
        self
    }

    /// Sets the seconds of audio a day.
    pub fn audio_seconds_per_day(mut self, seconds: u32) -> Self {
        self.audio_seconds_per_day = Some(seconds);
        self
    }

    /// How long the last of `requests` with so many billed seconds in all has to wait, if nothing was used before.
    pub fn wait_for(&self, requests: u32, billed_seconds: f64) -> Duration {
        Pace::new(self).wait_for(Need {
            requests: f64::from(requests),
            seconds: billed_seconds,
            tokens: 0.0,
        })
    }
}

#[cfg(feature = "client")]
impl From<groq_core::limits::Quota> for Limits {
    fn from(allowance: groq_core::limits::Quota) -> Self {
        // What is more than four billion is no limit.
        let limit = |limit: Option<u64>| limit.and_then(|limit| u32::try_from(limit).ok());
        Self {
            requests_per_minute: limit(allowance.requests_per_minute),
            requests_per_day: limit(allowance.requests_per_day),
            tokens_per_minute: limit(allowance.tokens_per_minute),
            tokens_per_day: limit(allowance.tokens_per_day),
            audio_seconds_per_hour: limit(allowance.audio_seconds_per_hour),
            audio_seconds_per_day: limit(allowance.audio_seconds_per_day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_knows_its_wait() {
        let limits = Limits::free();
        assert_eq!(limits.wait_for(10, 3_600.0), Duration::ZERO);
        assert_eq!(limits.wait_for(10, 14_400.0), Duration::from_secs(3_600));
        assert_eq!(Limits::new().wait_for(u32::MAX, 1e12), Duration::ZERO);
    }

    #[cfg(feature = "client")]
    #[test]
    fn tables_give_limits() {
        use groq_core::limits::tables::{FREE_2025_06, FREE_2025_12};
        for table in [FREE_2025_06, FREE_2025_12] {
            for model in ["whisper-large-v3", "whisper-large-v3-turbo"] {
                assert_eq!(Limits::from_table(&table, model), Some(Limits::free()));
            }
            assert_eq!(Limits::from_table(&table, "whisper-large-v9"), None);
        }
        let speech = Limits::from_table(&FREE_2025_12, "canopylabs/orpheus-v1-english");
        assert_eq!(
            speech.and_then(|limits| limits.tokens_per_minute),
            Some(1_200)
        );
    }
}
