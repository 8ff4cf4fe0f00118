//! A recording as pieces that are ready to be sent, in memory that does not grow with its length.

mod options;
mod pieces;

use std::ops::ControlFlow;

use crate::decode::{Decoder, Missing, Recording};
use crate::error::{Error, ErrorKind};
use crate::quality::Sound;
use crate::resample::Resampler;
use crate::source::Source;
use crate::spool::PieceAudio;
use crate::{LevelMeter, Piece};
pub use options::{Incomplete, PrepareOptions};
use pieces::Pieces;

/// A piece that is ready to be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prepared {
    /// Which stretch of the recording it is.
    pub piece: Piece,
    /// The sample of the recording at which its own clock shows 0; see [`PieceTranscript::origin`](crate::PieceTranscript::origin).
    pub origin: i64,
    /// Its audio.
    pub audio: PieceAudio,
    /// How loud it is.
    pub sound: Sound,
    /// The SHA-256 of its audio, in hexadecimal, if [`PrepareOptions::hash`] is set. The header, which is known last, is hashed
    /// last.
    pub sha256: Option<String>,
}

/// What [`prepare`] found in a recording as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Its length in samples at 16 kHz.
    pub samples: u64,
    /// The number of pieces.
    pub pieces: usize,
    /// Seconds of silence in place of what could not be decoded.
    pub silenced: f64,
    /// What the user should know: other tracks, damaged packets, `ffmpeg`.
    pub notes: Vec<String>,
    /// What is missing of a recording that is cut off.
    pub(crate) missing: Option<Missing>,
    /// Others may hear something else in the same file.
    pub(crate) differs: bool,
}

/// What comes of preparing, in order.
pub(crate) enum Step {
    /// Seconds decoded so far, and in all if the container states them.
    Decoded(f64, Option<f64>),
    Ready(Box<Prepared>),
}

/// Decodes, plans and encodes a recording, and calls `ready` with each piece.
///
/// It blocks until all is done, in a constant amount of memory; [`LongAudio`](crate::LongAudio) runs it on a thread of
/// its own. It stops where `ready` returns [`Break`](ControlFlow::Break).
///
/// ```no_run
/// use groq_audio::{PrepareOptions, Source, prepare};
/// use std::ops::ControlFlow;
///
/// # fn main() -> Result<(), groq_audio::Error> {
/// let summary = prepare(Source::path("talk.mp3"), &PrepareOptions::new(), |piece| {
///     println!("{:.1} s in {} bytes", piece.piece.seconds(), piece.audio.len());
///     ControlFlow::Continue(())
/// })?;
/// println!("{} pieces", summary.pieces);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// [`is_unsupported`](Error::is_unsupported): the format or codec is not supported, and `ffmpeg` is not installed.
/// [`is_corrupt`](Error::is_corrupt): the file is damaged, empty, or shorter than it states.
/// [`is_io`](Error::is_io): a file cannot be read, or the temporary file not written.
pub fn prepare(
    source: Source,
    options: &PrepareOptions,
    mut ready: impl FnMut(Prepared) -> ControlFlow<()>,
) -> Result<Summary, Error> {
    let decoder = Recording::open(source, &options.decode())?.into_decoder()?;
    run(decoder, options, |step| match step {
        Step::Ready(piece) => ready(*piece),
        Step::Decoded(..) => ControlFlow::Continue(()),
    })
}

pub(crate) fn run(
    decoder: Decoder,
    options: &PrepareOptions,
    mut step: impl FnMut(Step) -> ControlFlow<()>,
) -> Result<Summary, Error> {
    let mut pieces = Pieces::new(options)?;
    let summary = decode(decoder, |samples, total| {
        for ready in pieces.push(samples)? {
            if step(Step::Ready(Box::new(ready))).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(step(Step::Decoded(
            crate::clock::seconds(pieces.total()),
            total,
        )))
    })?;
    let Some(mut summary) = summary else {
        return Ok(Summary::default());
    };
    for ready in pieces.finish()? {
        summary.pieces = ready.piece.index + 1;
        if step(Step::Ready(Box::new(ready))).is_break() {
            break;
        }
    }
    Ok(summary)
}

/// Measures the sound of a whole recording, and its length in samples.
pub(crate) fn measure(
    decoder: Decoder,
    options: &PrepareOptions,
) -> Result<(Sound, Summary), Error> {
    let mut meter = LevelMeter::new();
    let mut levels = crate::Levels::new();
    let mut planner = crate::PiecePlanner::new(&options.pieces);
    let summary = decode(decoder, |samples, _| {
        meter.push(samples, |level| {
            levels.push(level);
            planner.push(level);
        });
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(level) = meter.finish() {
        levels.push(level);
        planner.push(level);
    }
    let summary = summary.unwrap_or_default();
    Ok((Sound::new(levels, planner.quiet()), summary))
}

/// Decodes to 16-bit samples at 16 kHz; none if `take` broke off.
fn decode(
    mut decoder: Decoder,
    mut take: impl FnMut(&[i16], Option<f64>) -> Result<ControlFlow<()>, Error>,
) -> Result<Option<Summary>, Error> {
    let total = decoder.seconds;
    let mut resampler: Option<(u32, Resampler)> = None;
    let (mut raw, mut even, mut samples) = (Vec::new(), Vec::new(), Vec::new());
    let mut count = 0;
    loop {
        raw.clear();
        even.clear();
        let rate = decoder.next(&mut raw)?;
        // Another rate, or the end, is the end of what came at the old one.
        if let Some((old, resampler)) = &mut resampler
            && rate != Some(*old)
        {
            resampler.finish(&mut even);
        }
        if let Some(rate) = rate {
            if resampler.as_ref().is_none_or(|(old, _)| *old != rate) {
                resampler = Some((rate, new_resampler(rate)?));
            }
            if let Some((_, resampler)) = &mut resampler {
                resampler.push(&raw, &mut even);
            }
        }
        to_16_bits(&even, &mut samples);
        count += samples.len() as u64;
        if take(&samples, total)?.is_break() {
            return Ok(None);
        }
        if rate.is_none() {
            break;
        }
    }
    if count == 0 {
        return Err(Error::new(ErrorKind::Corrupt, "the file holds no audio"));
    }
    Ok(Some(Summary {
        samples: count,
        pieces: 0,
        silenced: decoder.silenced(),
        notes: decoder.notes(),
        missing: decoder.missing(),
        differs: decoder.differs(),
    }))
}

fn new_resampler(rate: u32) -> Result<Resampler, Error> {
    Resampler::new(rate)
        .ok_or_else(|| Error::new(ErrorKind::Unsupported, format!("a rate of {rate} Hz")))
}

fn to_16_bits(even: &[f32], samples: &mut Vec<i16>) {
    samples.clear();
    // The cast saturates, and takes what is not a number for 0.
    samples.extend(even.iter().map(|&sample| {
        let scaled = sample * 32_768.0;
        (scaled + 0.5_f32.copysign(scaled)) as i16
    }));
}
