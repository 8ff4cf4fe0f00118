//! Decodes recordings to one channel of samples, a packet at a time.
//!
//! [`Recording::open`] looks at a source once. What it found goes to the decoder that fits it.

mod codec;
mod container;
mod decoder;
mod faults;
mod ffmpeg;
mod format;
#[cfg(any(test, fuzzing))]
#[path = "fuzz/decode.rs"]
pub(crate) mod fuzz;
mod gaps;
mod length;
mod media;
mod probe;
mod recording;
mod symphonia;
mod watch;

pub(crate) use decoder::Decoder;
pub(crate) use recording::{Again, DecodeOptions, Recording};
