//! Rate limits: what the server reports, and how a client keeps to them.

mod duration;
mod headers;
mod known;
mod local;
mod rate_limiter;

pub(crate) use duration::parse_decimal;
pub use duration::parse_duration;
pub use groq_models::{Quota, Usage};
pub use headers::{RateLimit, RateLimits};
pub(crate) use known::Record;
pub use known::{KnownLimits, ModelLimits};
pub use local::LocalRateLimiter;
pub use rate_limiter::{AcquireError, AcquireFuture, CallEstimate, Feedback, Permit, RateLimiter};
