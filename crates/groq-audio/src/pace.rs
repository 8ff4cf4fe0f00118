//! When requests may be made: a shared pause after a 429, and waits that grow.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How often a request is made again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Attempts that failed for a passing reason, the first included.
    pub(crate) attempts: u32,
    /// Attempts that met a limit.
    pub(crate) limited: u32,
    /// The longest wait.
    pub(crate) wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 6,
            limited: 30,
            wait: Duration::from_secs(900),
        }
    }
}

/// The wait before attempt number `attempt` (from 1 on): doubling from half a second to twenty, less up to a half of it.
pub(crate) fn backoff(attempt: u32, salt: u64) -> Duration {
    let full = 0.5 * f64::from(1_u32 << attempt.saturating_sub(1).min(6));
    let share = (mix(salt ^ u64::from(attempt)) >> 11) as f64 / (1_u64 << 53) as f64;
    Duration::from_secs_f64(full.min(20.0) * (1.0 - 0.5 * share))
}

/// Spreads numbers that are close to each other (splitmix64).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A pause that holds for all requests of a job.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    until: Mutex<Option<Instant>>,
}

impl Gate {
    /// Nobody passes for this long.
    pub(crate) fn close(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |old| old.max(until)));
    }

    /// Waits until the gate is open.
    pub(crate) async fn pass(&self) {
        while let Some(until) = self.closed_until() {
            sleep_until(until).await;
        }
    }

    fn closed_until(&self) -> Option<Instant> {
        let held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        held.filter(|until| *until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_differ() {
        assert!(backoff(1, 7) <= Duration::from_millis(500));
        assert!(backoff(5, 7) >= Duration::from_secs(4));
        assert!(backoff(40, 7) <= Duration::from_secs(20));
        assert_ne!(backoff(3, 1), backoff(3, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn one_pause_holds_everybody() {
        let gate = Gate::default();
        gate.close(Duration::from_secs(5));
        gate.close(Duration::from_secs(2));
        let before = Instant::now();
        gate.pass().await;
        assert_eq!(before.elapsed(), Duration::from_secs(5));
        gate.pass().await;
        assert_eq!(before.elapsed(), Duration::from_secs(5));
    }
}
