//! One piece's answer, on the recording's clock, and how much of it is kept.

use groq_types::{TranscriptionSegment, TranscriptionWord};

use super::segments::{self, Kept};
use super::times::Clocked;
use super::units::{Basis, TimedText, Unit, units};
use super::{Merged, PieceTranscript, key};
use crate::clock::seconds;

/// An answer and the units of it that are kept.
pub(super) struct Part<'a> {
    transcript: &'a PieceTranscript,
    pub(super) words: Vec<TranscriptionWord>,
    pub(super) segments: Vec<TranscriptionSegment>,
    pub(super) basis: Basis,
    /// Whether the units' times can be relied on.
    pub(super) is_timed: bool,
    pub(super) units: Vec<Unit>,
    /// The first unit that is kept, and the one after the last.
    pub(super) from: usize,
    pub(super) to: usize,
}

impl<'a> Part<'a> {
    pub(super) fn new(transcript: &'a PieceTranscript) -> Self {
        let clocked = Clocked::new(transcript);
        let (words, segments) = (clocked.words, clocked.segments);
        let (basis, wrong, count) = match (words.len(), segments.len()) {
            (0, 0) => (Basis::Text, 0, 0),
            (0, count) => (Basis::Segments, clocked.wrong_segments, count),
            (count, _) => (Basis::Words, clocked.wrong_words, count),
        };
        let units = match basis {
            Basis::Words => units(words.iter().map(TimedText::of_word)),
            Basis::Segments => units(segments.iter().map(TimedText::of_segment)),
            Basis::Text => units([TimedText {
                text: &transcript.answer.text,
                start: seconds(transcript.start),
                end: seconds(transcript.end),
            }]),
        };
        Self {
            transcript,
            words,
            segments,
            basis,
            is_timed: basis != Basis::Text && wrong * 2 <= count,
            from: 0,
            to: units.len(),
            units,
        }
    }

    pub(super) fn start(&self) -> f64 {
        seconds(self.transcript.start)
    }

    pub(super) fn end(&self) -> f64 {
        seconds(self.transcript.end)
    }

    /// Adds what is kept to the whole.
    pub(super) fn append_to(&self, merged: &mut Merged) {
        if self.from == 0 && self.to == self.units.len() {
            self.append_whole(merged);
        } else if self.from < self.to {
            self.append_kept(merged);
        }
    }

    fn append_whole(&self, merged: &mut Merged) {
        merged.words.extend_from_slice(&self.words);
        merged.segments.extend_from_slice(&self.segments);
        let text = match self.transcript.answer.text.trim() {
            "" if self.segments.is_empty() => self.join_words(&self.words),
            "" => join_segments(&self.segments),
            text => text.to_owned(),
        };
        self.append_untimed(&text, merged);
    }

    /// Adds text, with the times of the piece where it has none of its own.
    fn append_untimed(&self, text: &str, merged: &mut Merged) {
        append_text(&mut merged.text, text);
        if self.basis == Basis::Text && !text.is_empty() {
            let start = merged.untimed.last().map_or(0.0, |last| last.end);
            let start = start.max(self.start());
            let segment = TranscriptionSegment::new(start, self.end().max(start), text);
            merged.untimed.push(segment);
        }
    }

    fn append_kept(&self, merged: &mut Merged) {
        let kept = &self.units[self.from..self.to];
        if self.basis == Basis::Text {
            let text = &self.transcript.answer.text;
            return self.append_untimed(&text[kept[0].from..kept[kept.len() - 1].to], merged);
        }
        let new_words = match self.basis {
            Basis::Words => cut_words(&self.words, kept),
            _ => Vec::new(),
        };
        let new_segments = segments::cut(&Kept {
            segments: &self.segments,
            units: &self.units,
            basis: self.basis,
            from: self.from,
            to: self.to,
        });
        let text = if new_segments.is_empty() {
            self.join_words(&new_words)
        } else {
            join_segments(&new_segments)
        };
        append_text(&mut merged.text, &text);
        merged.words.extend(new_words);
        merged.segments.extend(new_segments);
    }

    /// Joins words. Where they bring their own spaces, one without is the rest of the word before it.
    fn join_words(&self, words: &[TranscriptionWord]) -> String {
        let is_spaced = |word: &&TranscriptionWord| word.word.starts_with(char::is_whitespace);
        if self.words.iter().filter(is_spaced).count() * 2 < self.words.len() {
            return join(words.iter().map(|word| word.word.as_str()));
        }
        let text: String = words.iter().map(|word| word.word.as_str()).collect();
        text.trim().to_owned()
    }
}

/// The words that own the kept units, cut where a unit is only a part of its word.
fn cut_words(words: &[TranscriptionWord], kept: &[Unit]) -> Vec<TranscriptionWord> {
    let mut cut: Vec<TranscriptionWord> = Vec::new();
    for group in kept.chunk_by(|a, b| a.owner == b.owner) {
        let (first, last) = (&group[0], &group[group.len() - 1]);
        let word = &words[first.owner];
        let leading = word.word.len() - word.word.trim_start().len();
        let whole = first.from <= leading && last.to >= word.word.trim_end().len();
        let mut part = word.clone();
        if !whole {
            word.word[first.from..last.to].clone_into(&mut part.word);
            (part.start, part.end) = (first.start, last.end);
        }
        cut.push(part);
    }
    cut
}

fn join_segments(segments: &[TranscriptionSegment]) -> String {
    join(segments.iter().map(|segment| segment.text.as_str()))
}

/// Joins texts with one space between them, or none where the script has none.
fn join<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    texts.for_each(|text| append_text(&mut joined, text));
    joined
}

pub(super) fn append_text(whole: &mut String, text: &str) {
    let text = text.trim();
    let (Some(last), Some(first)) = (whole.chars().next_back(), text.chars().next()) else {
        whole.push_str(text);
        return;
    };
    if needs_space(last, first) {
        whole.push(' ');
    }
    whole.push_str(text);
}

/// Thai and its like put spaces between phrases, and their pieces end anywhere, so none is added.
fn needs_space(last: char, first: char) -> bool {
    let tight = |letter: char| key::is_spaceless(letter) || is_wide_mark(letter);
    !(last.is_whitespace() || tight(last) && tight(first))
}

fn is_wide_mark(letter: char) -> bool {
    matches!(u32::from(letter), 0x3000..=0x303F | 0xFF00..=0xFF65)
}
