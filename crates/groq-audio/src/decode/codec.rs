//! Codecs: those that are decoded here, and what is known of those that are not.

pub(super) mod aac;
pub(super) mod adpcm;
#[cfg(feature = "opus")]
pub(super) mod opus;
pub(super) mod pcm;
pub(super) mod samples;
