//! Rate limits: what the server reports, and how a client keeps to them.

/// Setters, each of which sets a field.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident($value:ident: $type:ty) => $field:ident = $set:expr;)*) => {
        $($(#[$doc])*
        pub fn $name(mut self, $value: $type) -> Self {
            self.$field = $set;
            self
        })*
    };
}

mod acquire_error;
mod call;
mod feedback;
mod headers;
mod held;
mod known;
mod local;
mod rate_limiter;
mod status;

pub(crate) use held::Held;
pub(crate) use known::Record;

pub use crate::duration::parse_duration;
pub use crate::retry::attempts::{AttemptFailure, Attempts, CallError};
pub use acquire_error::AcquireError;
pub use call::{CallEstimate, Permit, Priority};
pub use feedback::Feedback;
pub use groq_models::{Billing, Quota, Usage};
pub use headers::{RateLimit, RateLimits};
pub use known::{KnownLimits, ModelLimits};
pub use local::LocalRateLimiter;
pub use rate_limiter::{AcquireFuture, LimiterFallback, RateLimiter, ReleaseFuture};
pub use status::{LimitStatus, LimitUnit};
