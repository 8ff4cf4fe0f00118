//! A bucket that leaks evenly. The caller passes the time.

use std::time::{Duration, Instant};

use crate::cast::float;

/// What is used of a limit.
#[derive(Debug)]
pub(crate) struct Bucket {
    amount: f64,
    /// How much comes back in a second.
    rate: f64,
    used: f64,
    at: Instant,
}

/// Sums of fractions miss their value by a little, and a client that waited as long as it was asked to must not be refused.
const SLACK: f64 = 1e-6;

impl Bucket {
    pub(crate) fn new(amount: u32, per: Duration, now: Instant) -> Self {
        let amount = f64::from(amount);
        Self {
            amount,
            rate: amount / per.as_secs_f64().max(1e-9),
            used: 0.0,
            at: now,
        }
    }

    /// Gives back what has come back by now.
    pub(crate) fn leak(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.at).as_secs_f64();
        self.used = (self.used - elapsed * self.rate).max(0.0);
        self.at = self.at.max(now);
    }

    pub(crate) fn take(&mut self, amount: u64) {
        // Unenforced limits may be exceeded, but must refill within one period.
        self.used = (self.used + float(amount)).min(self.amount);
    }

    /// How long until this amount can be taken; `None` if it can be taken now.
    pub(crate) fn wait_for(&self, amount: u64) -> Option<Duration> {
        let missing = self.used + float(amount) - self.amount;
        (missing > SLACK).then(|| self.time_for(missing))
    }

    pub(crate) fn remaining(&self) -> u32 {
        whole((self.amount - self.used + SLACK).floor())
    }

    pub(crate) fn used(&self) -> u32 {
        whole(self.used.ceil())
    }

    pub(crate) fn full_in(&self) -> Duration {
        self.time_for(self.used)
    }

    /// In milliseconds, upwards.
    fn time_for(&self, amount: f64) -> Duration {
        let milliseconds = (amount / self.rate.max(1e-12) * 1000.0 - SLACK)
            .ceil()
            .clamp(0.0, 1e15);
        Duration::try_from_secs_f64(milliseconds / 1000.0).unwrap_or(Duration::MAX)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float cast saturates, which is what is wanted"
)]
fn whole(amount: f64) -> u32 {
    amount as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_comes_back_evenly() {
        let start = Instant::now();
        let mut bucket = Bucket::new(60, Duration::from_secs(60), start);
        bucket.take(30);
        assert_eq!(
            (bucket.remaining(), bucket.full_in()),
            (30, Duration::from_secs(30))
        );
        assert_eq!(bucket.wait_for(31), Some(Duration::from_secs(1)));
        bucket.leak(start + Duration::from_secs(1));
        assert_eq!(bucket.wait_for(31), None);
        bucket.leak(start);
        assert_eq!(bucket.remaining(), 31);
        bucket.leak(start + Duration::from_secs(3600));
        assert_eq!((bucket.remaining(), bucket.full_in()), (60, Duration::ZERO));
    }

    #[test]
    fn waiting_as_told_is_enough() {
        let start = Instant::now();
        for amount in [3_u32, 7, 30, 1000, 6000] {
            let mut bucket = Bucket::new(amount, Duration::from_secs(7), start);
            bucket.take(u64::from(amount));
            let wait = bucket.wait_for(1).unwrap();
            bucket.leak(start + wait);
            assert_eq!(bucket.wait_for(1), None, "{amount}");
        }
    }

    #[test]
    fn an_empty_limit_does_not_divide_by_zero() {
        let bucket = Bucket::new(0, Duration::ZERO, Instant::now());
        assert_eq!((bucket.remaining(), bucket.full_in()), (0, Duration::ZERO));
        assert!(bucket.wait_for(1).is_some());
    }
}
