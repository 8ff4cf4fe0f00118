//! Speech and its way back: text as audible tones, tones as words with times.

mod container;
mod decode;
pub(crate) mod noise;
mod recognize;
mod recording;
mod request;
mod sound;
pub(crate) mod speech;
mod tones;
mod transcript;
pub(crate) mod transcription;
mod wav;
