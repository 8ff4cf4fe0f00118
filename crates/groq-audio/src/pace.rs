//! When requests may be sent: limits that are known or learned, a shared pause after a 429, and a growing backoff.

mod bucket;
mod limiter;
mod need;
mod pause;
mod retries;

pub(crate) use limiter::{Pace, over};
pub(crate) use need::Need;
pub(crate) use retries::{Retries, RetryLimits, Unanswered};
