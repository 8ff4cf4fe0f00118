//! What is aligned: words, or characters of languages without spaces, each with its time.

use groq_types::{TranscriptionSegment, TranscriptionWord};
use unicode_segmentation::UnicodeSegmentation;

use super::key::{is_spaceless, key, tokens};

/// Text with a time: a word or a segment.
pub(crate) struct TimedText<'a> {
    pub(crate) text: &'a str,
    pub(crate) start: f64,
    pub(crate) end: f64,
}

impl<'a> TimedText<'a> {
    pub(super) fn of_word(word: &'a TranscriptionWord) -> Self {
        Self {
            text: &word.word,
            start: word.start,
            end: word.end,
        }
    }

    pub(super) fn of_segment(segment: &'a TranscriptionSegment) -> Self {
        Self {
            text: &segment.text,
            start: segment.start,
            end: segment.end,
        }
    }
}

/// What an answer's units are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    Words,
    Segments,
    Text,
}

/// A word or character, and where it stands in its owner's text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Unit {
    /// The number of the word or segment that it comes from.
    pub(crate) owner: usize,
    /// Its range in the owner's text, in bytes.
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) key: String,
    /// Its time in seconds, guessed by characters where the owner has more than one unit.
    pub(crate) start: f64,
    pub(crate) end: f64,
}

impl Unit {
    pub(crate) fn middle(&self) -> f64 {
        f64::midpoint(self.start, self.end)
    }

    /// Whether it can be what two pieces agree on.
    pub(super) fn is_solid(&self) -> bool {
        !self.key.is_empty()
    }

    pub(crate) fn is_character(&self) -> bool {
        self.key.chars().any(is_spaceless)
    }
}

/// The units of all texts, in order.
pub(crate) fn units<'a>(texts: impl IntoIterator<Item = TimedText<'a>>) -> Vec<Unit> {
    let mut units = Vec::new();
    for (owner, timed) in texts.into_iter().enumerate() {
        add(owner, &timed, &mut units);
    }
    units
}

fn add(owner: usize, timed: &TimedText<'_>, units: &mut Vec<Unit>) {
    let ranges = tokens(timed.text);
    let lengths: Vec<usize> = ranges
        .iter()
        .map(|&(from, to)| timed.text[from..to].graphemes(true).count() + 1)
        .collect();
    let total = lengths.iter().sum::<usize>().max(1) as f64;
    let span = timed.end - timed.start;
    let mut before = 0.0;
    for (&(from, to), length) in ranges.iter().zip(lengths) {
        let after = before + length as f64;
        units.push(Unit {
            owner,
            from,
            to,
            key: key(&timed.text[from..to]),
            start: timed.start + span * before / total,
            end: timed.start + span * after / total,
        });
        before = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shared_by_characters() {
        let segment = TimedText {
            text: " abc abcd.",
            start: 10.0,
            end: 20.0,
        };
        let units = units([segment]);
        assert_eq!(units.len(), 2);
        assert!((units[1].start - 14.0).abs() < 1e-9);
        assert!((units[1].end - 20.0).abs() < 1e-9);
        assert_eq!(units[1].key, "abcd");
    }
}
