//! The answers of all pieces on one clock, with no word lost or doubled where pieces share audio.
//!
//! Neighbours hear the same few seconds. Their words there are aligned with a limit on how far apart in time two equal
//! words may be, and the switch from one piece to the next is made at a word that both heard alike, as far as possible
//! from either piece's edge, where words are heard badly.

mod align;
mod key;
mod part;
mod seam;
mod segments;
mod times;
mod units;

use groq_types::{TranscriptionSegment, TranscriptionWord, VerboseTranscription};

use crate::clock::SAMPLE_RATE;
use part::Part;
pub(crate) use times::Clocked;
pub(crate) use units::{TimedText, units};

/// What was heard in one piece.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Heard {
    /// The sample of the recording, at 16 kHz, at which the piece's own clock shows 0. It is negative where silence was put
    /// before the recording.
    pub origin: i64,
    /// The first sample of the recording that the piece holds.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
    /// The answer, with times on the piece's own clock.
    pub answer: VerboseTranscription,
}

impl Heard {
    /// What was heard in the samples from `start` to `end` of the recording, at 16 kHz.
    pub fn new(start: u64, end: u64, answer: VerboseTranscription) -> Self {
        Self {
            origin: start as i64,
            start,
            end,
            answer,
        }
    }

    /// Sets where the piece's own clock shows 0, if not at its start.
    pub fn with_origin(mut self, origin: i64) -> Self {
        self.origin = origin;
        self
    }

    pub(crate) fn origin_seconds(&self) -> f64 {
        self.origin as f64 / f64::from(SAMPLE_RATE)
    }
}

/// How words are compared where pieces meet.
///
/// ```
/// let options = groq_audio::MergeOptions::default();
/// assert_eq!(options.tolerance, 0.4);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MergeOptions {
    /// How far apart the middles of the same word may be in two answers, in seconds.
    pub tolerance: f64,
    /// The same where only segments have times, and those of words are guessed.
    pub tolerance_of_segments: f64,
    /// How far beyond the shared audio words are looked at, in seconds.
    pub margin: f64,
    /// How many words of plain text, without any times, are looked at on either side.
    pub text_window: usize,
}

impl Default for MergeOptions {
    fn default() -> Self {
        Self {
            tolerance: 0.4,
            tolerance_of_segments: 1.5,
            margin: 0.3,
            text_window: 60,
        }
    }
}

/// How two pieces were joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SeamKind {
    /// At a word that both pieces heard alike.
    Aligned,
    /// Nobody spoke in the shared audio.
    Quiet,
    /// Only one of the pieces heard words in the shared audio; they were taken.
    OneSided,
    /// Both heard words there, but none alike: cut in the middle by time, or, without times, both kept.
    Unaligned,
}

/// Where two pieces were joined, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Seam {
    /// The number of the piece before it.
    pub piece: usize,
    /// Where, in seconds from the beginning of the recording.
    pub at: f64,
    /// How.
    pub kind: SeamKind,
    /// How many words both pieces heard alike.
    pub agreed: usize,
    /// How sure it is, from 0 to 1: the share of the words in the shared audio on which both pieces agree.
    pub sureness: f64,
}

/// What was heard in the whole recording.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Merged {
    /// The text.
    pub text: String,
    /// The words in order, in seconds from the beginning of the recording; none if the answers had none.
    pub words: Vec<TranscriptionWord>,
    /// The segments in order; none if the answers had none.
    pub segments: Vec<TranscriptionSegment>,
    /// Where the pieces were joined.
    pub seams: Vec<Seam>,
    /// For each piece, the number of its first word among all [`words`](Self::words).
    pub first_words: Vec<usize>,
}

/// Joins the answers of pieces, which must be in order.
///
/// It works from words if the answers have them, else from segments, else from plain text: ask for words and segments.
///
/// ```
/// use groq_audio::types::{TranscriptionWord, VerboseTranscription};
/// use groq_audio::{Heard, MergeOptions, merge};
///
/// let answer = |words: &[(&str, f64)]| {
///     let words = words.iter().map(|&(word, at)| TranscriptionWord::new(word, at, at + 0.3));
///     VerboseTranscription::new("").with_words(words)
/// };
/// let left = Heard::new(0, 64_000, answer(&[("one", 0.5), ("two", 2.2), ("three", 3.0)]));
/// let right = Heard::new(32_000, 96_000, answer(&[("two", 0.2), ("three", 1.0), ("four", 2.5)]));
/// let merged = merge(&[left, right], &MergeOptions::default());
/// assert_eq!(merged.text, "one two three four");
/// assert_eq!(merged.words[3].start, 4.5);
/// ```
pub fn merge(parts: &[Heard], options: &MergeOptions) -> Merged {
    let mut open: Vec<Part<'_>> = parts.iter().map(Part::new).collect();
    let mut merged = Merged::default();
    for right in 1..open.len() {
        let (before, after) = open.split_at_mut(right);
        if let (Some(left), Some(right)) = (before.last_mut(), after.first_mut()) {
            let mut seam = seam::join(left, right, options);
            seam.piece = before.len() - 1;
            merged.seams.push(seam);
        }
    }
    for part in &open {
        merged.first_words.push(merged.words.len());
        part.append_to(&mut merged);
    }
    times::in_order(&mut merged);
    merged
}

#[cfg(test)]
mod tests;
