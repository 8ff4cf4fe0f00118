//! Rate limits: what the server says about them, and how a client keeps to them.

mod duration;
mod headers;
mod known;
mod limiter;
mod pacing;
pub mod tables;

pub(crate) use duration::parse_decimal;
pub use duration::parse_duration;
pub use headers::{RateLimit, RateLimits};
pub(crate) use known::Record;
pub use known::{KnownLimits, ModelLimits};
pub use limiter::{Admission, Call, Limiter, Refused, Spent, Ticket, Verdict};
pub(crate) use pacing::Pacer;
pub use pacing::{Allowance, Pacing};
