//! The limits of an account.

use std::time::Duration;

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

/// What an account may use; what is not set is not limited here, and learned from the service's refusals.
///
/// ```
/// use groq_audio::Limits;
///
/// let free = Limits::new().requests_per_minute(20).audio_seconds_per_hour(7_200);
/// assert!(free.wait_for(60, 3_600.0) < std::time::Duration::from_secs(181));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub(super) requests_per_minute: Option<u32>,
    pub(super) requests_per_day: Option<u32>,
    pub(super) audio_seconds_per_hour: Option<u32>,
    pub(super) audio_seconds_per_day: Option<u32>,
}

impl Limits {
    /// No limits.
    pub fn new() -> Self {
        Self::default()
    }

    /// The free plan's, as of December 2025: 20 requests a minute, 2,000 a day, 7,200 s of audio an hour, 28,800 a day.
    pub fn free() -> Self {
        Self::new()
            .requests_per_minute(20)
            .requests_per_day(2_000)
            .audio_seconds_per_hour(7_200)
            .audio_seconds_per_day(28_800)
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
        let waits = self.buckets().into_iter().map(|bucket| {
            let need = match bucket.unit {
                Unit::Request => f64::from(requests),
                Unit::Second => billed_seconds,
            };
            bucket.wait(need)
        });
        waits.max().unwrap_or_default()
    }

    pub(super) fn buckets(&self) -> Vec<Bucket> {
        let kinds = [
            (self.requests_per_minute, Unit::Request, 60.0),
            (self.requests_per_day, Unit::Request, 86_400.0),
            (self.audio_seconds_per_hour, Unit::Second, 3_600.0),
            (self.audio_seconds_per_day, Unit::Second, 86_400.0),
        ];
        kinds
            .into_iter()
            .filter_map(|(limit, unit, period)| Some(Bucket::new(limit?, unit, period)))
            .collect()
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Request,
    Second,
}

/// So much now, and more as time goes by.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    pub(super) unit: Unit,
    capacity: f64,
    /// What comes back in a second.
    rate: f64,
    /// What is left; less than nothing is promised to those who wait.
    left: f64,
}

impl Bucket {
    fn new(limit: u32, unit: Unit, period: f64) -> Self {
        let capacity = f64::from(limit.max(1));
        Self {
            unit,
            capacity,
            rate: capacity / period,
            left: capacity,
        }
    }

    /// Time goes by.
    pub(super) fn pass(&mut self, seconds: f64) {
        self.left = (self.left + seconds * self.rate).min(self.capacity);
    }

    /// How long until there is so much.
    pub(super) fn wait(&self, amount: f64) -> Duration {
        crate::clock::span((amount - self.left) / self.rate)
    }

    pub(super) fn take(&mut self, amount: f64) {
        self.left -= amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_fill_again() {
        let mut bucket = Bucket::new(60, Unit::Request, 60.0);
        assert_eq!(bucket.wait(60.0), Duration::ZERO);
        bucket.take(60.0);
        assert_eq!(bucket.wait(1.0), Duration::from_secs(1));
        bucket.pass(3.0);
        assert_eq!(bucket.wait(3.0), Duration::ZERO);
        bucket.pass(1e9);
        assert_eq!(bucket.wait(61.0), Duration::from_secs(1));
    }

    #[test]
    fn a_job_knows_its_wait() {
        let limits = Limits::free();
        assert_eq!(limits.wait_for(10, 3_600.0), Duration::ZERO);
        assert_eq!(limits.wait_for(10, 14_400.0), Duration::from_secs(3_600));
        assert_eq!(Limits::new().wait_for(u32::MAX, 1e12), Duration::ZERO);
    }
}
