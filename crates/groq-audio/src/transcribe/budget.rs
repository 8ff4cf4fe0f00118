//! What is left of the limits, charged before anything is sent.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::limits::{Bucket, Limits, Unit};
use crate::error::{Error, ErrorKind};
use crate::estimate::LEAST_BILLED_SECONDS;

#[derive(Debug)]
pub(super) struct Budget {
    state: Mutex<State>,
    longest_wait: Duration,
}

#[derive(Debug)]
struct State {
    buckets: Vec<Bucket>,
    at: Instant,
}

impl Budget {
    pub(super) fn new(limits: &Limits, longest_wait: Duration) -> Self {
        let state = State {
            buckets: limits.buckets(),
            at: Instant::now(),
        };
        Self {
            state: Mutex::new(state),
            longest_wait,
        }
    }

    /// Waits until a request for so many seconds of audio may be made.
    pub(super) async fn take(&self, seconds: f64) -> Result<(), Error> {
        let wait = self.reserve(seconds)?;
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Ok(())
    }

    fn reserve(&self, seconds: f64) -> Result<Duration, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let passed = (now - state.at).as_secs_f64();
        state.at = now;
        let amount = |bucket: &Bucket| match bucket.unit {
            Unit::Request => 1.0,
            Unit::Second => seconds.max(LEAST_BILLED_SECONDS),
        };
        let mut wait = Duration::ZERO;
        for bucket in &mut state.buckets {
            bucket.pass(passed);
            wait = wait.max(bucket.wait(amount(bucket)));
        }
        if wait > self.longest_wait {
            return Err(over(wait));
        }
        for bucket in &mut state.buckets {
            let amount = amount(bucket);
            bucket.take(amount);
        }
        Ok(wait)
    }
}

/// The job does not fit.
pub(super) fn over(wait: Duration) -> Error {
    let message = "the limits leave no room for this in the time allowed";
    Error::new(ErrorKind::Budget, message).with_retry_after(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_are_spread() {
        let limits = Limits::new().requests_per_minute(2);
        let budget = Budget::new(&limits, Duration::from_secs(600));
        let start = Instant::now();
        for _ in 0..4 {
            budget.take(30.0).await.expect("in time");
        }
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_too_long_is_refused() {
        let limits = Limits::new().audio_seconds_per_hour(3_600);
        let budget = Budget::new(&limits, Duration::from_secs(60));
        budget.take(3_600.0).await.expect("the first");
        let error = budget.take(600.0).await.expect_err("an hour is used up");
        assert!(error.is_rate_limited());
        assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    }
}
