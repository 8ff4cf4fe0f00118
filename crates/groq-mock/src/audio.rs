//! Speech and its way back: text as audible tones, tones as words with times.

mod ask;
mod container;
mod decode;
mod hear;
mod listen;
mod noise;
mod speech;
mod tones;
mod transcript;
mod wav;
mod write;

pub use self::noise::TranscriptNoise;
pub(crate) use self::speech::create as speak;
pub(crate) use self::write::{transcribe, translate};
