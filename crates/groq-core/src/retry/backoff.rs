//! The wait before a retry.

use std::time::Duration;

/// Exponential backoff with jitter, for retries for which the server asks no wait.
///
/// ```
/// use groq_core::Backoff;
/// use std::time::Duration;
///
/// let backoff = Backoff::new(Duration::from_millis(200))
///     .max(Duration::from_secs(5))
///     .factor(3.0)
///     .jitter(0.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use = "a backoff does nothing until it is given to a policy or a client"]
pub struct Backoff {
    /// The wait before the first retry, before jitter.
    pub(crate) initial: Duration,
    /// No wait grows beyond this.
    pub(crate) max: Duration,
    pub(crate) factor: f64,
    pub(crate) jitter: f64,
}

impl Default for Backoff {
    /// Starts with 0.5 seconds, doubles up to 8 seconds, and takes off up to a quarter at random.
    fn default() -> Self {
        Self {
            initial: Duration::from_millis(500),
            max: Duration::from_secs(8),
            factor: 2.0,
            jitter: 0.25,
        }
    }
}

impl Backoff {
    /// Creates a backoff with this first wait.
    pub fn new(initial: Duration) -> Self {
        Self {
            initial,
            ..Self::default()
        }
    }

    /// Sets the longest wait; 8 seconds by default.
    pub fn max(mut self, max: Duration) -> Self {
        self.max = max;
        self
    }

    /// Sets the factor from each wait to the next; 2 by default, and at least 1.
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = if factor >= 1.0 { factor } else { 1.0 };
        self
    }

    /// Sets the share of each wait that is random, from 0 to 1; 0.25 by default.
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = if share.is_nan() {
            0.0
        } else {
            share.clamp(0.0, 1.0)
        };
        self
    }

    /// The wait before the retry that follows `retries_made` others.
    ///
    /// `random` lies in `0.0..1.0`.
    pub(crate) fn wait(&self, retries_made: u32, random: f64) -> Duration {
        let grown = self
            .factor
            .powi(i32::try_from(retries_made).unwrap_or(i32::MAX));
        let grown = self.initial.as_secs_f64() * grown;
        let grown = Duration::try_from_secs_f64(grown).map_or(self.max, |wait| wait.min(self.max));
        grown.mul_f64(1.0 - self.jitter * random.clamp(0.0, 1.0))
    }

    /// The wait where the server asked for one: never less than asked, never less than a backoff's minimum, and
    /// spread, because everybody who met the same limit was told the same time.
    pub(crate) fn wait_at_least(
        &self,
        asked: Duration,
        retries_made: u32,
        random: f64,
    ) -> Duration {
        if asked.is_zero() {
            return self.wait(retries_made, random);
        }
        asked.saturating_add(spread(asked).mul_f64(random.clamp(0.0, 1.0)))
    }
}

/// How far those who were told the same time are spread after it.
fn spread(asked: Duration) -> Duration {
    (asked / 4).clamp(Duration::from_millis(100), Duration::from_secs(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn doubles_up_to_the_cap() {
        let backoff = Backoff::default();
        let waits: Vec<_> = (0..7).map(|n| backoff.wait(n, 0.0).as_millis()).collect();
        assert_eq!(waits, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
        assert_eq!(backoff.wait(u32::MAX, 0.0), Duration::from_secs(8));
    }

    #[test]
    fn jitter_takes_off_up_to_a_quarter() {
        assert_eq!(Backoff::default().wait(0, 1.0), Duration::from_millis(375));
    }

    #[test]
    fn zero_asked_is_still_a_backoff() {
        assert_eq!(
            Backoff::default().wait_at_least(Duration::ZERO, 0, 0.0),
            Duration::from_millis(500)
        );
    }

    proptest! {
        #[test]
        fn never_less_than_asked(asked in 1u64..u64::MAX, retries in any::<u32>(), random in any::<f64>()) {
            prop_assume!(!random.is_nan());
            let asked = Duration::from_nanos(asked);
            prop_assert!(Backoff::default().wait_at_least(asked, retries, random) >= asked);
        }

        #[test]
        fn two_seconds_stay_below_three(random in 0.0..1.0f64) {
            let wait = Backoff::default().wait_at_least(Duration::from_secs(2), 0, random);
            prop_assert!(wait < Duration::from_secs(3));
        }
    }
}
