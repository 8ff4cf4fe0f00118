//! What is suspicious about a transcription, and what to do about it.

mod flag;
mod piece;
mod silence;
mod sound;
mod text;
mod thresholds;
#[cfg(feature = "decode")]
mod whole;

pub use flag::{Flag, FlagKind};
pub use groq_models::Severity;
pub use piece::check_piece;
#[cfg(feature = "decode")]
pub(crate) use piece::stated_seconds;
pub use sound::Sound;
pub use thresholds::Thresholds;
#[cfg(feature = "decode")]
pub(crate) use whole::{PieceFacts, check_whole, median_rate, rate, usual_language};
