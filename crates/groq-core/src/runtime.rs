//! Time and chance: the only things the client takes from its surroundings besides the network.

use std::fmt;
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// A future in a box, as [`Runtime::sleep`] returns it.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Where the client takes its clock, its timers and its randomness from.
///
/// The default, [`TokioRuntime`], is right for programs. Another one serves tests (waits that take no time, jitter that is known)
/// and platforms that tokio has no timers for; give it to
/// [`ClientBuilder::runtime`](crate::ClientBuilder::runtime).
///
/// ```
/// use groq_core::runtime::{Purpose, Runtime, Sleep, TokioRuntime};
/// use std::time::{Duration, Instant, SystemTime};
///
/// /// Retries without waiting.
/// #[derive(Debug)]
/// struct Impatient;
///
/// impl Runtime for Impatient {
///     fn now(&self) -> Instant {
///         TokioRuntime.now()
///     }
///     fn system_time(&self) -> SystemTime {
///         TokioRuntime.system_time()
///     }
///     fn random(&self) -> f64 {
///         0.5
///     }
///     fn sleep(&self, duration: Duration, purpose: Purpose) -> Sleep {
///         match purpose {
///             Purpose::Wait => Box::pin(std::future::ready(())),
///             _ => TokioRuntime.sleep(duration, purpose),
///         }
///     }
/// }
/// ```
pub trait Runtime: fmt::Debug + Send + Sync {
    /// The time of a clock that never goes back.
    fn now(&self) -> Instant;

    /// The time of day, to read HTTP dates against.
    fn system_time(&self) -> SystemTime;

    /// A number in `0.0..1.0`, for jitter. It need not be good randomness.
    fn random(&self) -> f64;

    /// A future that is ready after `duration`.
    fn sleep(&self, duration: Duration, purpose: Purpose) -> Sleep;
}

/// What a sleep is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// The client waits before it tries again.
    Wait,
    /// The client limits how long it waits for something else.
    Timeout,
}

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
        // Each `RandomState` has other keys: enough to spread retries, and no crate for randomness.
        let bits = RandomState::new().hash_one(0) >> 11;
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact in an f64")]
        let fraction = bits as f64 / (1u64 << 53) as f64;
        fraction
    }

    fn sleep(&self, duration: Duration, _purpose: Purpose) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Waits for `future`, but no longer than `limit`; `None` if the time is up first.
pub(crate) async fn within<T>(
    runtime: &dyn Runtime,
    limit: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut timer: Option<Sleep> = None;
    std::future::poll_fn(|context| {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
            return std::task::Poll::Ready(Some(value));
        }
        // What is ready at once costs no timer.
        let timer = timer.get_or_insert_with(|| runtime.sleep(limit, Purpose::Timeout));
        timer.as_mut().poll(context).map(|()| None)
    })
    .await
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

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_none() {
        let never = std::future::pending::<()>();
        assert!(
            within(&TokioRuntime, Duration::from_secs(5), never)
                .await
                .is_none()
        );
        let soon = tokio::time::sleep(Duration::from_secs(4));
        assert!(
            within(&TokioRuntime, Duration::from_secs(5), soon)
                .await
                .is_some()
        );
    }
}
