//! One request, made until it is answered.

use std::time::Duration;

use tokio::time::sleep;

use super::{Need, Pace, over};
use crate::error::Error;
use crate::service::{Failure, FailureKind, Standing};

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

/// Why there is no answer.
pub(crate) enum GaveUp {
    /// It would take too long.
    Over(Error),
    /// It failed for good, after so many attempts.
    Failed(Failure, u32),
}

/// Makes attempts, each when the limits allow it, until one succeeds; says how many it took.
///
/// A refusal by the limits closes the gate for everybody; any other failure that may pass is waited for alone.
pub(crate) async fn persist<R, F: Future<Output = Result<(R, Standing), Failure>>>(
    (pace, patience): (&Pace, Patience),
    (need, salt): (Need, u64),
    mut attempt: impl FnMut(u32) -> F,
    mut again: impl FnMut(Duration, &str),
) -> Result<(R, u32), GaveUp> {
    let (mut attempts, mut failed, mut limited) = (0, 0, 0);
    loop {
        let admitted = pace.admit(need, patience.wait).await;
        let flying = admitted.map_err(GaveUp::Over)?;
        attempts += 1;
        let result = attempt(attempts).await;
        drop(flying);
        let failure = match result {
            Ok((answer, standing)) => {
                pace.learn(&standing);
                return Ok((answer, attempts));
            }
            Err(failure) => failure,
        };
        pace.learn(&failure.standing);
        let asked = failure.retry_after;
        let wait = match failure.kind {
            FailureKind::RateLimited if limited < patience.limited => {
                limited += 1;
                asked.unwrap_or_else(|| backoff(limited, salt))
            }
            FailureKind::Transient if failed + 1 < patience.attempts => {
                failed += 1;
                backoff(failed, salt).max(asked.unwrap_or_default())
            }
            _ => return Err(GaveUp::Failed(failure, attempts)),
        };
        if wait > patience.wait {
            return Err(GaveUp::Over(over(wait).with_source(failure.message)));
        }
        again(wait, &failure.message);
        match failure.kind {
            FailureKind::RateLimited => pace.close(wait),
            _ => sleep(wait).await,
        }
    }
}

/// The wait before attempt number `attempt` (from 1 on): doubling from half a second to twenty, less up to a half of it.
fn backoff(attempt: u32, salt: u64) -> Duration {
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

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;
    use groq_models::Quota;

    #[test]
    fn waits_grow_and_differ() {
        assert!(backoff(1, 7) <= Duration::from_millis(500));
        assert!(backoff(5, 7) >= Duration::from_secs(4));
        assert!(backoff(40, 7) <= Duration::from_secs(20));
        assert_ne!(backoff(3, 1), backoff(3, 2));
    }

    async fn tried(
        failures: &[(u16, Option<u64>)],
        patience: Patience,
    ) -> (Result<u32, u32>, Duration) {
        let pace = Pace::new(&Quota::new());
        let start = Instant::now();
        let attempt = |number: u32| {
            let failure = failures.get(number as usize - 1).copied();
            async move {
                let Some((status, wait)) = failure else {
                    return Ok(((), Standing::default()));
                };
                let failure = Failure::of_status(status, "no");
                Err(failure.with_retry_after(wait.map(Duration::from_secs)))
            }
        };
        let result = persist((&pace, patience), (Need::default(), 1), attempt, |_, _| {}).await;
        let result = match result {
            Ok(((), attempts)) => Ok(attempts),
            Err(GaveUp::Failed(_, attempts)) => Err(attempts),
            Err(GaveUp::Over(error)) => {
                assert!(error.is_rate_limited() && error.retry_after().is_some());
                Err(0)
            }
        };
        (result, start.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_pass_is_tried_again() {
        let patience = Patience::default();
        assert_eq!(
            tried(&[(429, Some(7)), (503, Some(5))], patience).await.0,
            Ok(3)
        );
        let (result, waited) = tried(&[(429, Some(7)), (429, Some(8))], patience).await;
        assert_eq!((result, waited), (Ok(3), Duration::from_secs(15)));
        assert_eq!(tried(&[(503, None); 6], patience).await.0, Err(6));
        assert_eq!(tried(&[(429, None); 20], patience).await.0, Ok(21));
        assert_eq!(tried(&[(400, None)], patience).await.0, Err(1));
        assert_eq!(tried(&[(413, None)], patience).await.0, Err(1));
        assert_eq!(tried(&[(429, Some(901))], patience).await.0, Err(0));
    }
}
