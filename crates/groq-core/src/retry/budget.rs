//! A token bucket that keeps many failing calls from becoming a storm of retries.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::runtime::Instant;

/// How many retries all clones of a client may spend together.
///
/// Each retry takes one token. A full bucket allows [`capacity`](Self::capacity) retries at once; each call that succeeds gives
/// back a part of a token, and so does time, slowly, so that a client that lives through an outage can try again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BudgetConfig {
    /// Tokens in a full bucket.
    pub(crate) capacity: u32,
    /// Tokens that one success returns.
    pub(crate) per_success: f64,
    /// The time that returns one token.
    pub(crate) refill_every: Duration,
}

impl Default for BudgetConfig {
    fn default() -> Self {
        Self {
            capacity: 30,
            per_success: 0.2,
            refill_every: Duration::from_secs(5),
        }
    }
}

/// The bucket; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    config: BudgetConfig,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    refilled: Option<Instant>,
}

impl Budget {
    pub(crate) fn new(config: BudgetConfig) -> Self {
        Self {
            state: Arc::new(Mutex::new(State {
                tokens: f64::from(config.capacity),
                refilled: None,
            })),
            config,
        }
    }

    /// Takes the token for one retry, if there is one.
    pub(crate) fn take(&self, now: Instant) -> bool {
        let mut state = self.state_at(now);
        let enough = state.tokens >= 1.0;
        if enough {
            state.tokens -= 1.0;
        }
        enough
    }

    /// Notes that a call succeeded.
    pub(crate) fn succeeded(&self) {
        let mut state = self.lock();
        state.tokens =
            (state.tokens + self.config.per_success).min(f64::from(self.config.capacity));
    }

    /// The whole retries that are left.
    pub(crate) fn left(&self, now: Instant) -> u32 {
        let whole = self.state_at(now).tokens.floor();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between zero and the capacity, which is a u32"
        )]
        let left = whole as u32;
        left
    }

    fn state_at(&self, now: Instant) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let since = state
            .refilled
            .replace(now)
            .map(|then| now.saturating_duration_since(then));
        if let Some(since) = since
            && !self.config.refill_every.is_zero()
        {
            let refill = since.as_secs_f64() / self.config.refill_every.as_secs_f64();
            state.tokens = (state.tokens + refill).min(f64::from(self.config.capacity));
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while the lock is held, and the state is a number that is always valid.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(capacity: u32) -> Budget {
        Budget::new(BudgetConfig {
            capacity,
            ..BudgetConfig::default()
        })
    }

    #[test]
    fn a_storm_ends_when_the_bucket_is_empty() {
        let now = Instant::now();
        let budget = budget(30);
        let granted = (0..400).filter(|_| budget.clone().take(now)).count();
        assert_eq!(granted, 30);
        assert_eq!(budget.left(now), 0);
    }

    #[test]
    fn successes_bring_retries_back() {
        let now = Instant::now();
        let budget = budget(1);
        assert!(budget.take(now));
        assert!(!budget.take(now));
        (0..5).for_each(|_| budget.succeeded());
        assert!(budget.take(now));
    }

    #[test]
    fn time_brings_retries_back_but_no_more_than_fit() {
        let now = Instant::now();
        let budget = budget(2);
        assert!(budget.take(now) && budget.take(now) && !budget.take(now));
        assert!(!budget.take(now + Duration::from_secs(4)));
        assert!(budget.take(now + Duration::from_secs(9)));
        assert_eq!(budget.left(now + Duration::from_secs(100_000)), 2);
    }

    #[test]
    fn a_clock_that_goes_back_does_no_harm() {
        let now = Instant::now() + Duration::from_secs(1000);
        let budget = budget(1);
        assert!(budget.take(now));
        assert!(!budget.take(now.checked_sub(Duration::from_secs(500)).expect("in range")));
    }
}
