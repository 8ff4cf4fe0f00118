//! Recordings to text: pieces sent while the rest is still being decoded, within limits, each with its own retries.

mod answers;
mod ask;
mod bridge;
mod job;
mod long_audio;
mod report;
mod retry;
mod settings;
mod whole;

pub use long_audio::LongAudio;
pub use settings::Times;
