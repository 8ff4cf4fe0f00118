//! Recordings to text: pieces are sent while the rest is still being decoded, within rate limits, each with its own retries.

mod answers;
mod boundary;
mod job;
mod long_audio;
mod report;
mod request;
mod run;
mod send;
mod settings;
mod whole;

pub use long_audio::LongAudio;
