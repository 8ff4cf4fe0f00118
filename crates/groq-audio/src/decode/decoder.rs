//! One decoder for whatever a recording is made of.

use super::codec::pcm;
use super::{ffmpeg, symphonia};
use crate::error::Error;

/// Decodes a recording to one channel.
pub(crate) struct Decoder {
    kind: Kind,
    /// What the user should know.
    pub(super) notes: Vec<String>,
    /// The length in seconds that the container states.
    pub(crate) seconds: Option<f64>,
}

enum Kind {
    Symphonia(Box<symphonia::Decoder>),
    Pcm(pcm::Decoder),
    Ffmpeg(ffmpeg::Decoder),
}

impl Decoder {
    fn new(kind: Kind, seconds: Option<f64>) -> Self {
        Self {
            kind,
            notes: Vec::new(),
            seconds,
        }
    }

    /// Appends the next samples to `out`, and returns their rate; none at the end.
    pub(crate) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        match &mut self.kind {
            Kind::Symphonia(decoder) => without_panic(|| decoder.next(out)),
            Kind::Pcm(decoder) => decoder.next(out),
            Kind::Ffmpeg(decoder) => decoder.next(out),
        }
    }

    /// What the user should know, so far.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        match &self.kind {
            Kind::Symphonia(decoder) => notes.extend(decoder.notes()),
            Kind::Ffmpeg(decoder) => notes.extend(decoder.late_note()),
            Kind::Pcm(_) => {}
        }
        notes
    }

    /// Whether `ffmpeg` does the decoding.
    pub(crate) fn is_ffmpeg(&self) -> bool {
        matches!(self.kind, Kind::Ffmpeg(_))
    }

    /// Seconds of silence so far in place of what could not be decoded.
    pub(crate) fn silenced(&self) -> f64 {
        match &self.kind {
            Kind::Symphonia(decoder) => decoder.silenced(),
            Kind::Ffmpeg(_) | Kind::Pcm(_) => 0.0,
        }
    }
}

impl From<symphonia::Decoder> for Decoder {
    fn from(decoder: symphonia::Decoder) -> Self {
        let seconds = decoder.expected().seconds();
        Self::new(Kind::Symphonia(Box::new(decoder)), seconds)
    }
}

impl From<pcm::Decoder> for Decoder {
    fn from(decoder: pcm::Decoder) -> Self {
        let seconds = decoder.expected().seconds();
        Self::new(Kind::Pcm(decoder), seconds)
    }
}

impl From<ffmpeg::Decoder> for Decoder {
    fn from(decoder: ffmpeg::Decoder) -> Self {
        Self::new(Kind::Ffmpeg(decoder), None)
    }
}

/// Calls code of other crates, which may panic on a file that was never tried. The error ends the job, so that what a panic
/// leaves behind is never used again.
pub(super) fn without_panic<R, E: From<Error>>(
    work: impl FnOnce() -> Result<R, E>,
) -> Result<R, E> {
    let work = std::panic::AssertUnwindSafe(work);
    std::panic::catch_unwind(work)
        .unwrap_or_else(|panic| Err(Error::panicked("the decoder", &*panic).into()))
}
