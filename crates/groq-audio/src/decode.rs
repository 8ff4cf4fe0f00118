//! Decodes recordings to one channel of samples, a packet at a time.
//!
//! [`Recording::open`] looks at a source once. What it found goes to the decoder that fits it.

/// Codecs: those that are decoded here, and what is known of those that are not.
mod codec {
    pub(super) mod aac;
    pub(super) mod adpcm;
    #[cfg(feature = "opus")]
    pub(super) mod opus;
    pub(super) mod pcm;
}
/// Containers, as far as they are read here: headers of plain samples, and what decides whether a file is whole.
mod container {
    pub(super) mod chunks;
    pub(super) mod ebml;
    pub(super) mod mp4;
    pub(super) mod mpeg;
    pub(super) mod ogg;
}
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

pub(crate) use decoder::{Decoder, Missing};
pub(crate) use recording::{DecodeOptions, Recording};
