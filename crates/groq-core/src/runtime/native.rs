//! Time and chance where there is an operating system.

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, SystemTime};

use super::{Instant, Purpose, Runtime, Sleep};

/// Tokio's timers, which follow its paused clock in tests, and the standard library's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioRuntime;

impl Runtime for TokioRuntime {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn random(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in an f64")]
        let fraction = (random_bits() >> 11) as f64 / (1u64 << 53) as f64;
        fraction
    }

    fn sleep(&self, duration: Duration, _purpose: Purpose) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Each `RandomState` has other keys: enough to spread retries and to tell names apart, and no crate for randomness.
pub(crate) fn random_bits() -> u64 {
    RandomState::new().hash_one(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_lie_between_zero_and_one_and_differ() {
        let numbers: Vec<_> = (0..100).map(|_| TokioRuntime.random()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(
            numbers
                .windows(2)
                .any(|pair| (pair[0] - pair[1]).abs() > 0.01)
        );
    }
}
