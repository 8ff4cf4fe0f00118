//! An quota that fills up with time.

use std::time::Duration;

use crate::runtime::Instant;

/// So much per period, refilled steadily.
///
/// Groq's own limits work like this: after 42 tokens of 6000 a minute, the headers say that all is well again in 420 ms.
/// Where a server counts by fixed or sliding windows instead, a full bucket followed by a steady refill would be too much for one
/// window; [`smooth`](Self::smooth) then makes the bucket small, so that any window gets at most what it allows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    limit: f64,
    period: Duration,
    capacity: f64,
    /// Per second.
    rate: f64,
    level: f64,
    at: Instant,
    /// All of it is there then, whatever the rate says.
    whole_at: Option<Instant>,
}

impl Bucket {
    /// The share of a limit that a smooth bucket holds.
    const SMOOTH: f64 = 0.05;

    /// A full bucket.
    pub(super) fn new(limit: u64, period: Duration, now: Instant) -> Self {
        let limit = float(limit);
        Self {
            limit,
            period,
            capacity: limit,
            rate: limit / period.as_secs_f64(),
            level: limit,
            at: now,
            whole_at: None,
        }
    }

    pub(super) fn limit(&self) -> f64 {
        self.limit
    }

    /// The time until this much is there; `None` if it never will be.
    pub(super) fn wait(&mut self, amount: f64, now: Instant) -> Option<Duration> {
        if amount > self.limit {
            return None;
        }
        self.refill(now);
        // What is larger than a smooth bucket makes it as large as it needs to be.
        if amount > self.capacity {
            self.shrink(amount);
        }
        let missing = amount - self.level;
        if missing <= 0.0 {
            return Some(Duration::ZERO);
        }
        // Rounded up, so that a timer that is exact does not come too early.
        let wait = seconds(missing / self.rate) + Duration::from_micros(1);
        let whole = self.whole_at.map(|at| at.saturating_duration_since(now));
        Some(whole.map_or(wait, |whole| whole.min(wait)))
    }

    pub(super) fn take(&mut self, amount: f64, now: Instant) {
        self.refill(now);
        self.level -= amount;
    }

    pub(super) fn give_back(&mut self, amount: f64, now: Instant) {
        self.refill(now);
        self.level = (self.level + amount).min(self.capacity);
    }

    /// Hears from the server how much is left. `pending` was set aside for calls that the server may not have counted yet.
    pub(super) fn correct(
        &mut self,
        limit: Option<u64>,
        remaining: u64,
        pending: f64,
        now: Instant,
    ) {
        self.refill(now);
        if let Some(limit) = limit
            && (float(limit) - self.limit).abs() > 0.5
        {
            let level = self.level;
            *self = Self::new(limit, self.period, now);
            self.level = level;
        }
        let remaining = float(remaining).min(self.capacity);
        self.level = self.level.clamp(remaining - pending, remaining);
    }

    /// Hears from the server when all is there again.
    ///
    /// Mostly that is what the refill comes to anyway. Where it is much sooner, the server counts by another period than we think.
    pub(super) fn whole_after(&mut self, reset: Option<Duration>, remaining: u64, now: Instant) {
        let missing = (self.limit - float(remaining)).max(0.0);
        let expected = missing * self.period.as_secs_f64() / self.limit.max(1.0);
        self.whole_at = reset
            .filter(|reset| reset.as_secs_f64() * 2.0 < expected)
            .and_then(|reset| now.checked_add(reset));
    }

    /// Spends steadily from now on.
    pub(super) fn smooth(&mut self) {
        self.shrink((self.limit * Self::SMOOTH).max(1.0));
    }

    fn shrink(&mut self, capacity: f64) {
        self.capacity = capacity.min(self.limit);
        self.level = self.level.min(self.capacity);
        let least = self.limit * Self::SMOOTH;
        self.rate = (self.limit - self.capacity).max(least) / self.period.as_secs_f64();
    }

    fn refill(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.level = (self.level + since * self.rate).min(self.capacity);
        if self.whole_at.is_some_and(|at| self.at >= at) {
            self.whole_at = None;
            self.level = self.capacity;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits are far below 2^53")]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}

pub(super) fn seconds(seconds: f64) -> Duration {
    const FAR: Duration = Duration::from_secs(86_400 * 365);
    Duration::try_from_secs_f64(seconds).map_or(FAR, |time| time.min(FAR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn it_fills_up_steadily() {
        let now = Instant::now();
        let mut bucket = Bucket::new(600, MINUTE, now);
        bucket.take(600.0, now);
        let wait = bucket.wait(10.0, now).expect("it fits");
        assert!((wait.as_secs_f64() - 1.0).abs() < 1e-3, "{wait:?}");
        assert_eq!(bucket.wait(10.0, now + wait), Some(Duration::ZERO));
        assert_eq!(bucket.wait(600.0, now + 2 * MINUTE), Some(Duration::ZERO));
        assert_eq!(bucket.wait(601.0, now + 2 * MINUTE), None);
    }

    #[test]
    fn the_servers_word_counts() {
        let now = Instant::now();
        let mut bucket = Bucket::new(600, MINUTE, now);
        bucket.correct(Some(600), 0, 0.0, now);
        assert!(bucket.wait(1.0, now).expect("it fits") > Duration::ZERO);
        bucket.correct(Some(600), 500, 100.0, now);
        assert_eq!(bucket.wait(400.0, now), Some(Duration::ZERO));
        assert!(bucket.wait(401.0, now).expect("it fits") > Duration::ZERO);
        bucket.correct(Some(60), 60, 0.0, now);
        assert_eq!(bucket.wait(61.0, now), None);
    }

    proptest! {
        #[test]
        fn a_smooth_bucket_never_gives_more_than_the_limit_in_a_window(
            limit in 20u64..10_000,
            amounts in prop::collection::vec(0.001..0.05f64, 1..200),
        ) {
            let start = Instant::now();
            let mut now = start;
            let mut bucket = Bucket::new(limit, MINUTE, now);
            bucket.smooth();
            let mut taken = Vec::new();
            for share in amounts {
                let amount = (share * float(limit)).max(1.0).floor();
                now += bucket.wait(amount, now).expect("it fits");
                bucket.take(amount, now);
                taken.push((now, amount));
            }
            for (index, (begin, _)) in taken.iter().enumerate() {
                let window: f64 = taken[index..].iter().filter(|(at, _)| *at < *begin + MINUTE).map(|(_, amount)| amount).sum();
                prop_assert!(window <= float(limit) + 1.0, "{window} of {limit}");
            }
        }
    }
}
