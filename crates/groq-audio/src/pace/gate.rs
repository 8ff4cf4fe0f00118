//! A pause that holds for all.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A pause that holds for all requests.
#[derive(Debug, Default)]
pub(super) struct Gate {
    until: Mutex<Option<Instant>>,
}

impl Gate {
    /// Nobody passes for this long.
    pub(super) fn close(&self, pause: Duration) {
        let Some(until) = Instant::now().checked_add(pause) else {
            return;
        };
        let mut held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |old| old.max(until)));
    }

    /// Waits until the gate is open.
    pub(super) async fn pass(&self) {
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

    #[tokio::test(start_paused = true)]
    async fn one_pause_holds_everybody() {
        let gate = Gate::default();
        gate.close(Duration::from_secs(5));
        gate.close(Duration::from_secs(2));
        gate.close(Duration::MAX);
        let before = Instant::now();
        gate.pass().await;
        assert_eq!(before.elapsed(), Duration::from_secs(5));
        gate.pass().await;
        assert_eq!(before.elapsed(), Duration::from_secs(5));
    }
}
