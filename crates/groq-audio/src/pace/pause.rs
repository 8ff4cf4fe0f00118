//! A pause of all requests.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// A pause of all requests, which a 429 begins.
#[derive(Debug, Default)]
pub(super) struct Pause {
    until: Mutex<Option<Instant>>,
}

impl Pause {
    /// Pauses for this long, unless a longer pause is under way.
    pub(super) fn begin(&self, length: Duration) {
        let Some(until) = Instant::now().checked_add(length) else {
            return;
        };
        let mut held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(held.map_or(until, |old| old.max(until)));
    }

    /// Waits until the pause is over.
    pub(super) async fn wait(&self) {
        while let Some(until) = self.paused_until() {
            sleep_until(until).await;
        }
    }

    fn paused_until(&self) -> Option<Instant> {
        let held = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        held.filter(|until| *until > Instant::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_pause_holds_everybody() {
        let pause = Pause::default();
        pause.begin(Duration::from_secs(5));
        pause.begin(Duration::from_secs(2));
        pause.begin(Duration::MAX);
        let before = Instant::now();
        pause.wait().await;
        assert_eq!(before.elapsed(), Duration::from_secs(5));
        pause.wait().await;
        assert_eq!(before.elapsed(), Duration::from_secs(5));
    }
}
