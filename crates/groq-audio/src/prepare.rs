//! A recording as pieces that are ready to be sent, in memory that does not grow with its length.

mod options;
mod pieces;

use std::ops::ControlFlow;

use crate::decode::Decoder;
use crate::error::{Error, ErrorKind};
use crate::quality::Sound;
use crate::resample::Resampler;
use crate::source::Source;
use crate::spool::PieceAudio;
use crate::{LevelMeter, Piece};
pub use options::PrepareOptions;
use pieces::Pieces;

/// A piece that is ready to be sent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Prepared {
    /// Which stretch of the recording it is.
    pub piece: Piece,
    /// The sample of the recording at which its own clock shows 0; see [`Heard::origin`](crate::Heard::origin).
    pub origin: i64,
    /// Its audio.
    pub audio: PieceAudio,
    /// How loud it is.
    pub sound: Sound,
    /// A SHA-256 over all of its audio, in hexadecimal, if that was asked for. The header, which is known last, goes in last.
    pub sha256: Option<String>,
}

/// What became of a recording as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Its length in samples at 16 kHz.
    pub samples: u64,
    /// How many pieces it has.
    pub pieces: usize,
    /// Seconds of silence in place of what could not be decoded.
    pub silenced: f64,
    /// What is worth telling: other tracks, damaged packets, `ffmpeg`.
    pub notes: Vec<String>,
}

/// What comes of preparing, in order.
pub(crate) enum Step {
    /// So many seconds have been decoded; the container's own length, if it gives one.
    Decoded(f64, Option<f64>),
    Ready(Box<Prepared>),
}

/// Decodes, plans, and encodes a recording; gives each piece as soon as it is ready.
///
/// It blocks until all is done, in a constant amount of memory; [`LongAudio`](crate::LongAudio) runs it on a thread of
/// its own. Where `ready` says [`Break`](ControlFlow::Break), it stops.
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
/// [`is_unsupported`](Error::is_unsupported): the format or codec is not known here, and `ffmpeg` is not there.
/// [`is_corrupt`](Error::is_corrupt): the file is damaged, empty, or shorter than it says.
/// [`is_io`](Error::is_io): a file cannot be read, or the temporary file not written.
pub fn prepare(
    source: Source,
    options: &PrepareOptions,
    mut ready: impl FnMut(Prepared) -> ControlFlow<()>,
) -> Result<Summary, Error> {
    run(source, options, |step| match step {
        Step::Ready(piece) => ready(*piece),
        Step::Decoded(..) => ControlFlow::Continue(()),
    })
}

pub(crate) fn run(
    source: Source,
    options: &PrepareOptions,
    mut step: impl FnMut(Step) -> ControlFlow<()>,
) -> Result<Summary, Error> {
    let mut pieces = Pieces::new(options)?;
    let summary = listen(source, options, |samples, total| {
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

/// Whether a source can be decoded, as far as its beginning tells.
pub(crate) fn can_open(source: Source, options: &PrepareOptions) -> bool {
    Decoder::open(source, &options.decode()).is_ok()
}

/// Only measures: the sound of a whole recording, and its length in samples.
pub(crate) fn measure(source: Source, options: &PrepareOptions) -> Result<(Sound, Summary), Error> {
    let mut meter = LevelMeter::new();
    let mut levels = crate::Levels::new();
    let mut planner = crate::Planner::new(&options.plan);
    let summary = listen(source, options, |samples, _| {
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

/// Decodes a source to 16-bit samples at 16 kHz; none if `heard` broke off.
fn listen(
    source: Source,
    options: &PrepareOptions,
    mut heard: impl FnMut(&[i16], Option<f64>) -> Result<ControlFlow<()>, Error>,
) -> Result<Option<Summary>, Error> {
    let mut decoder = Decoder::open(source, &options.decode())?;
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
        if heard(&samples, total)?.is_break() {
            return Ok(None);
        }
        if rate.is_none() {
            break;
        }
    }
    if count == 0 {
        return Err(Error::new(ErrorKind::Corrupt, "there is no audio in it"));
    }
    let mut notes = std::mem::take(&mut decoder.notes);
    notes.extend(decoder.late_notes());
    Ok(Some(Summary {
        samples: count,
        pieces: 0,
        silenced: decoder.silenced(),
        notes,
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
