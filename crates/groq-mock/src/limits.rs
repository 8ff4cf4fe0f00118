//! Rate limits that count: requests, tokens and seconds of audio, for each model on its own.

mod bucket;
mod duration;
mod limiter;
mod parse;
mod throttle;

pub(crate) use self::limiter::{Charge, Limiter};
pub use self::parse::ThrottleError;
pub use self::throttle::Throttle;
