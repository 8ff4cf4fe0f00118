//! What is suspicious about an answer, and what to do about it.

mod flag;
mod piece;
mod silence;
mod text;
mod thresholds;
#[cfg(feature = "decode")]
mod whole;

pub use flag::{Flag, FlagKind, Severity};
pub use piece::{Sound, check_piece};
pub use thresholds::Thresholds;
#[cfg(feature = "decode")]
pub(crate) use whole::{PieceFacts, check_whole, median_rate, rate, usual_language};
