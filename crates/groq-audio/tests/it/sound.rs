//! What the crate makes of a file, as samples at 16 kHz.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

use groq_audio::{Error, Incomplete, PrepareOptions, Source, Storage, prepare};

use crate::recognizer::decode;

/// What came out of a file.
#[derive(Debug)]
pub struct Heard {
    pub samples: Vec<i16>,
    pub notes: Vec<String>,
}

pub fn heard(source: impl Into<Source>) -> Result<Heard, Error> {
    heard_with(source, false)
}

/// A file of less than ten minutes as the FLAC that is sent.
pub fn prepared(source: Source) -> Vec<u8> {
    let options = PrepareOptions::new()
        .storage(Storage::Memory)
        .pad(Duration::ZERO);
    let mut bytes = Vec::new();
    let done = prepare(source, &options, |piece| {
        bytes = piece.audio.to_bytes().expect("readable").to_vec();
        ControlFlow::Break(())
    });
    done.expect("it can be decoded");
    bytes
}

/// Decodes a file of less than ten minutes; `ffmpeg` may help or not.
pub fn heard_with(source: impl Into<Source>, ffmpeg: bool) -> Result<Heard, Error> {
    let options = PrepareOptions::new()
        .storage(Storage::Memory)
        .pad(Duration::ZERO)
        .incomplete(Incomplete::Refuse)
        .ffmpeg(ffmpeg);
    heard_by(source, &options)
}

/// Decodes a file of less than ten minutes.
pub fn heard_by(source: impl Into<Source>, options: &PrepareOptions) -> Result<Heard, Error> {
    let mut samples = Vec::new();
    let summary = prepare(source.into(), options, |piece| {
        let bytes = piece.audio.to_bytes().expect("readable");
        samples = decode(bytes.to_vec());
        // More than one piece is longer than any of these files.
        ControlFlow::Break(())
    })?;
    Ok(Heard {
        samples,
        notes: summary.notes,
    })
}

pub fn fixture(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    std::fs::read(folder.join(name)).expect("a fixture")
}

/// How well a stretch of `a` from `at` on is `b` from `at - late` on: 1 is the same but for loudness.
pub fn likeness(a: &[i16], b: &[i16], late: isize, stretch: std::ops::Range<usize>) -> f64 {
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for at in stretch {
        let other = at.checked_add_signed(-late).and_then(|at| b.get(at));
        let (Some(&x), Some(&y)) = (a.get(at), other) else {
            continue;
        };
        let (x, y) = (f64::from(x), f64::from(y));
        both += x * y;
        of_a += x * x;
        of_b += y * y;
    }
    both / (of_a * of_b).sqrt().max(1.0)
}

/// By how many samples `a` is later than `b`, within `most` on either side, and how alike they are then.
pub fn lateness(a: &[i16], b: &[i16], most: isize) -> (isize, f64) {
    let middle = b.len() / 4..(b.len() / 4 + 8_000).min(b.len());
    let shift = |range: &std::ops::Range<usize>, by: isize| {
        range.start.saturating_add_signed(by)..range.end.saturating_add_signed(by)
    };
    let all = (-most..=most).map(|late| (late, likeness(a, b, late, shift(&middle, late))));
    all.max_by(|x, y| x.1.total_cmp(&y.1)).expect("some")
}
