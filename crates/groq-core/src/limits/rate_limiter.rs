//! The trait behind which calls wait for rate limits.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::{AcquireError, CallEstimate, Feedback, Permit};
use crate::runtime::Runtime;

/// The future of [`RateLimiter::acquire`].
pub type AcquireFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Permit, AcquireError>> + Send + 'a>>;

/// The future of [`RateLimiter::release`].
pub type ReleaseFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Decides when an attempt may be sent; see [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter).
///
/// [`LocalRateLimiter`](super::LocalRateLimiter) keeps the limits within this process. Implement this trait to share them between
/// processes: [`acquire`](Self::acquire) and [`release`](Self::release) are asynchronous, so that each can be one request to a
/// store. The client acquires a permit for each attempt, and always ends with `release`, even if the call is dropped.
///
/// ```
/// use groq_core::limits::{AcquireFuture, CallEstimate, Feedback, Permit, RateLimiter, ReleaseFuture};
///
/// /// Lets everything through, and prints what it used.
/// #[derive(Debug)]
/// struct Unlimited;
///
/// impl RateLimiter for Unlimited {
///     fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
///         Box::pin(async move { Ok(Permit::new(call.clone())) })
///     }
///
///     fn release(&self, permit: Permit, feedback: Feedback) -> ReleaseFuture<'_> {
///         Box::pin(async move { println!("{}: {:?}", permit.estimate.model, feedback.usage) })
///     }
/// }
/// ```
pub trait RateLimiter: fmt::Debug + Send + Sync {
    /// Waits until the attempt may be sent, at most for [`CallEstimate::max_wait`]. If the future is dropped, nothing may have been
    /// used up.
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a>;

    /// Called as soon as the head of a response arrives. All of it is part of [`release`](Self::release) again.
    fn feedback(&self, permit: &Permit, feedback: &Feedback) {
        let _ = (permit, feedback);
    }

    /// Ends an attempt, with what its response said and used, if there was one.
    ///
    /// A future that is not ready at once goes on in the background. It is lost if there is no Tokio runtime any more: a permit
    /// should expire by itself.
    fn release(&self, permit: Permit, feedback: Feedback) -> ReleaseFuture<'_> {
        let _ = (permit, feedback);
        Box::pin(ready(()))
    }

    /// Returns how long the limits would delay this many requests that need together what `work` estimates; zero if that is unknown.
    fn wait_for(&self, work: &CallEstimate, requests: u64) -> Duration {
        let _ = (work, requests);
        Duration::ZERO
    }

    /// Called when a client is built, with its source of time. Called again for each further client that shares the limiter.
    fn start(&self, runtime: &Arc<dyn Runtime>) {
        let _ = runtime;
    }
}

/// What calls do while the rate limiter itself fails; see
/// [`ClientBuilder::rate_limiter_fallback`](crate::ClientBuilder::rate_limiter_fallback).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimiterFallback {
    /// They fail, with [`ErrorKind::RateLimiter`](crate::ErrorKind::RateLimiter).
    #[default]
    Fail,
    /// They are sent without a permit.
    Pass,
    /// They wait until it works again, at most for `max_wait`, and fail then.
    Wait,
}
