//! Files as one channel of samples, a packet at a time.

mod aac;
mod chunks;
mod ebml;
mod faults;
mod ffmpeg;
mod format;
mod fragments;
#[cfg(any(test, fuzzing))]
pub(crate) mod fuzz;
mod gaps;
mod length;
mod media;
mod mp4;
mod mpeg;
mod ogg;
mod open;
#[cfg(feature = "opus")]
mod opus;
mod pcm;
mod samples;
mod symphonia;
mod watch;

use crate::error::{Error, ErrorKind};
use crate::source::{Source, SourceKind};
pub(crate) use format::Format;
use length::Expected;
use open::Opened;

/// How decoding is done.
#[derive(Clone, Debug)]
pub(crate) struct DecodeOptions {
    /// Whether `ffmpeg` may be used for what cannot be decoded here.
    pub(crate) ffmpeg: bool,
    /// How many bytes of a stream may be copied into a temporary file, where its form needs that.
    pub(crate) most_spooled: u64,
}

/// An opened recording.
pub(crate) struct Decoder {
    kind: DecoderKind,
    /// What is worth telling the user.
    pub(crate) notes: Vec<String>,
    /// The length that the container gives, in seconds.
    pub(crate) seconds: Option<f64>,
}

enum DecoderKind {
    Symphonia(Box<symphonia::Decoder>),
    Pcm(pcm::Decoder),
    Ffmpeg(ffmpeg::Decoder),
}

/// Why a file cannot be decoded, and what it said of its length before that.
struct Failure {
    error: Error,
    expected: Expected,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            error,
            expected: Expected::Unknown,
        }
    }
}

impl Decoder {
    /// Opens a source; what cannot be decoded here goes to `ffmpeg` if that is allowed and there.
    ///
    /// # Errors
    ///
    /// `is_unsupported`, `is_corrupt`, `is_io`.
    pub(crate) fn open(source: Source, options: &DecodeOptions) -> Result<Self, Error> {
        if let SourceKind::Pcm(pcm) = source.kind {
            let decoder = pcm::Decoder::raw(pcm)?;
            return Ok(Self::of(DecoderKind::Pcm(decoder), Expected::Unknown));
        }
        let opened = Opened::new(source, options)?;
        let (again, format) = (opened.again(), opened.format());
        match opened.decoder() {
            Ok(decoder) => Ok(decoder),
            Err(failure) if failure.error.is_unsupported() && options.ffmpeg => {
                Self::by_ffmpeg(again, format, failure)
            }
            Err(failure) => Err(failure.error),
        }
    }

    /// Appends the next samples to `out`. None at the end; else their rate.
    pub(crate) fn next(&mut self, out: &mut Vec<f32>) -> Result<Option<u32>, Error> {
        match &mut self.kind {
            DecoderKind::Symphonia(decoder) => without_panic(|| decoder.next(out)),
            DecoderKind::Pcm(decoder) => decoder.next(out),
            DecoderKind::Ffmpeg(decoder) => decoder.next(out),
        }
    }

    /// What became known while decoding.
    pub(crate) fn late_notes(&self) -> Vec<String> {
        match &self.kind {
            DecoderKind::Symphonia(decoder) => decoder.notes(),
            DecoderKind::Ffmpeg(decoder) => decoder.late_notes(),
            DecoderKind::Pcm(_) => Vec::new(),
        }
    }

    /// Seconds of silence so far in place of what could not be decoded.
    pub(crate) fn silenced(&self) -> f64 {
        match &self.kind {
            DecoderKind::Symphonia(decoder) => decoder.silenced(),
            DecoderKind::Ffmpeg(_) | DecoderKind::Pcm(_) => 0.0,
        }
    }

    fn of(kind: DecoderKind, expected: Expected) -> Self {
        Self {
            kind,
            notes: Vec::new(),
            seconds: expected.seconds(),
        }
    }

    fn by_ffmpeg(
        again: Option<ffmpeg::Input>,
        format: Format,
        failure: Failure,
    ) -> Result<Self, Error> {
        let Some(again) = again else {
            return Err(failure.error);
        };
        let Some(decoder) = ffmpeg::Decoder::start(again, format, &failure)? else {
            return Err(failure.error);
        };
        let mut opened = Self::of(DecoderKind::Ffmpeg(decoder), failure.expected);
        let note = format!("decoded by ffmpeg: {}", failure.error);
        opened.notes.push(note);
        Ok(opened)
    }
}

/// A panic of a demuxer or a decoder of others is a damaged file, and no more. None has been seen; this is for the file that brings it.
fn without_panic<R, E: From<Error>>(work: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    // What a panic leaves behind is never used again: the error ends the job.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let message = "the audio made the decoder fail";
        Err(Error::new(ErrorKind::Corrupt, message).into())
    })
}

/// The form of a file, and the length that it gives itself, without decoding it.
pub(crate) fn look(
    source: Source,
    options: &DecodeOptions,
) -> Result<(Format, Option<f64>), Error> {
    let opened = Opened::new(source, options)?;
    let format = opened.format();
    match opened.decoder() {
        Ok(decoder) => Ok((format, decoder.seconds)),
        Err(failure) if failure.error.is_unsupported() => Ok((format, None)),
        Err(failure) => Err(failure.error),
    }
}
