//! Time and chance: the only things the client takes from its surroundings besides the network.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod native;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
#[cfg(not(target_arch = "wasm32"))]
pub use std::time::Instant;
use std::time::{Duration, SystemTime};

/// A point in time: that of the standard library, which has none in a browser, or one that is read from JavaScript.
#[cfg(target_arch = "wasm32")]
pub use web_time::Instant;

#[cfg(target_arch = "wasm32")]
pub use browser::BrowserRuntime;
#[cfg(target_arch = "wasm32")]
pub(crate) use browser::{random_bits, unless};
#[cfg(not(target_arch = "wasm32"))]
pub use native::TokioRuntime;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use native::random_bits;

#[cfg(target_arch = "wasm32")]
#[doc(no_inline)]
pub use browser::BrowserRuntime as DefaultRuntime;
/// What a client has unless it is given another one; on `wasm32-unknown-unknown`, a `BrowserRuntime`.
#[cfg(not(target_arch = "wasm32"))]
#[doc(no_inline)]
pub use native::TokioRuntime as DefaultRuntime;

/// A future in a box, as [`Runtime::sleep`] returns it.
pub type Sleep = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// Where the client takes its clock, its timers and its randomness from.
///
/// The default, [`DefaultRuntime`], is right for programs. Another one serves tests (waits that take no time, jitter that is known)
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

/// Waits for `future`, but no longer than `limit`; `None` if the time is up first.
///
/// ```
/// use groq_core::runtime::{DefaultRuntime, within};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let never = std::future::pending::<()>();
/// assert!(within(&DefaultRuntime, Duration::from_millis(1), never).await.is_none());
/// # }
/// ```
pub async fn within<T>(
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
