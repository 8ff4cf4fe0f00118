//! The transcriptions of all pieces on one clock, with no word lost or doubled where pieces share audio.
//!
//! Neighbors share a few seconds of audio. Their words there are aligned with a limit on how far apart in time two equal
//! words may be, and the switch from one piece to the next is made at a word that both have, as far as possible
//! from either piece's edge, where words are recognized badly.

mod align;
mod join;
mod key;
mod part;
mod segments;
mod times;
mod units;

use groq_types::{TranscriptionSegment, TranscriptionWord, VerboseTranscription};

use crate::clock::SAMPLE_RATE;
use part::Part;
pub(crate) use times::Clocked;
pub(crate) use units::{TimedText, units};

/// The transcription of one piece.
///
/// ```
/// use groq_audio::PieceTranscript;
/// use groq_audio::types::VerboseTranscription;
///
/// let second = PieceTranscript::new(16_000, 32_000, VerboseTranscription::new("evening"));
/// assert_eq!(second.origin, 16_000);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PieceTranscript {
    /// The sample of the recording, at 16 kHz, at which the piece's own clock is 0. It is negative where silence was added
    /// before the recording.
    pub origin: i64,
    /// The first sample of the recording that the piece holds.
    pub start: u64,
    /// The sample after the last.
    pub end: u64,
    /// The transcription, with times on the piece's own clock.
    pub answer: VerboseTranscription,
}

impl PieceTranscript {
    /// Creates the transcription of the samples from `start` to `end` of the recording, at 16 kHz.
    pub fn new(start: u64, end: u64, answer: VerboseTranscription) -> Self {
        Self {
            origin: start as i64,
            start,
            end,
            answer,
        }
    }

    /// Sets the sample at which the piece's own clock is 0, if it is not the first.
    #[must_use]
    pub fn origin(mut self, origin: i64) -> Self {
        self.origin = origin;
        self
    }

    pub(crate) fn origin_seconds(&self) -> f64 {
        self.origin as f64 / f64::from(SAMPLE_RATE)
    }
}

crate::setters::options! {
    /// How words are compared where pieces are joined.
    ///
    /// ```
    /// let options = groq_audio::MergeOptions::new().tolerance(0.5);
    /// ```
    #[must_use = "options do nothing until they are given to `merge`"]
    MergeOptions;

    /// Sets how far apart, in seconds, the middles of the same word may be in two transcriptions: 0.4 by default.
    tolerance: f64 = 0.4;
    /// Sets the same where only segments have times, and those of words are estimated: 1.5 by default.
    segment_tolerance: f64 = 1.5;
    /// Sets how far beyond the shared audio, in seconds, words are compared: 0.3 by default.
    margin: f64 = 0.3;
    /// Sets how many words of plain text, without times, are compared on each side: 60 by default.
    text_window: usize = 60;
}

/// How two pieces were joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JoinKind {
    /// At a word that both pieces have.
    Aligned,
    /// No piece has words in the shared audio.
    Quiet,
    /// Only one piece has words in the shared audio; they were taken.
    OneSided,
    /// Both have words there, but none in common: cut in the middle by time, or, without times, both kept.
    Unaligned,
}

/// Where two pieces were joined, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Join {
    /// The number of the piece before it.
    pub piece: usize,
    /// Where, in seconds from the beginning of the recording.
    pub at: f64,
    /// How.
    pub kind: JoinKind,
    /// How many words both pieces have in common.
    pub agreed: usize,
    /// How sure it is, from 0 to 1: the share of the words in the shared audio on which both pieces agree.
    pub sureness: f64,
}

/// The transcription of a whole recording.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Merged {
    /// The text.
    pub text: String,
    /// The words in order, in seconds from the beginning of the recording; none if the answers had none.
    pub words: Vec<TranscriptionWord>,
    /// The segments in order; none if the answers had none.
    pub segments: Vec<TranscriptionSegment>,
    /// The text of answers without words and segments, each with the times of its piece.
    pub(crate) untimed: Vec<TranscriptionSegment>,
    /// Where the pieces were joined.
    pub joins: Vec<Join>,
    /// For each piece, the number of its first word among all [`words`](Self::words).
    pub first_words: Vec<usize>,
}

/// Joins the transcriptions of pieces, which must be in order.
///
/// It works from words if there are any, else from segments, else from plain text.
///
/// ```
/// use groq_audio::types::{TranscriptionWord, VerboseTranscription};
/// use groq_audio::{PieceTranscript, MergeOptions, merge};
///
/// let answer = |words: &[(&str, f64)]| {
///     let words = words.iter().map(|&(word, at)| TranscriptionWord::new(word, at, at + 0.3));
///     VerboseTranscription::new("").with_words(words)
/// };
/// let left = PieceTranscript::new(0, 64_000, answer(&[("one", 0.5), ("two", 2.2), ("three", 3.0)]));
/// let right = PieceTranscript::new(32_000, 96_000, answer(&[("two", 0.2), ("three", 1.0), ("four", 2.5)]));
/// let merged = merge(&[left, right], &MergeOptions::default());
/// assert_eq!(merged.text, "one two three four");
/// assert_eq!(merged.words[3].start, 4.5);
/// ```
pub fn merge(parts: &[PieceTranscript], options: &MergeOptions) -> Merged {
    let mut open: Vec<Part<'_>> = parts.iter().map(Part::new).collect();
    let mut merged = Merged::default();
    for right in 1..open.len() {
        let (before, after) = open.split_at_mut(right);
        if let (Some(left), Some(right)) = (before.last_mut(), after.first_mut()) {
            let mut join = join::join(left, right, options);
            join.piece = before.len() - 1;
            merged.joins.push(join);
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
