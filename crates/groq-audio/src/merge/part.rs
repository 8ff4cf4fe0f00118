//! One piece's answer, on the recording's clock, and how much of it is kept.

use groq_types::{TranscriptionSegment, TranscriptionWord};

use super::units::{TimedText, Unit, units};
use super::{Heard, Merged, key, segments};
use crate::clock::seconds;

/// What an answer's units are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    Words,
    Segments,
    Text,
}

/// An answer and the units of it that are kept.
pub(super) struct Part<'a> {
    heard: &'a Heard,
    pub(super) basis: Basis,
    pub(super) units: Vec<Unit>,
    /// The first unit that is kept, and the one after the last.
    pub(super) from: usize,
    pub(super) to: usize,
}

impl<'a> Part<'a> {
    pub(super) fn new(heard: &'a Heard) -> Self {
        let basis = basis(heard);
        let shift = heard.origin_seconds();
        let units = match basis {
            Basis::Words => units(words(heard).iter().map(|word| timed_word(word, shift))),
            Basis::Segments => units(segments_of(heard).iter().map(|part| timed(part, shift))),
            Basis::Text => units([TimedText {
                text: &heard.answer.text,
                start: seconds(heard.start),
                end: seconds(heard.end),
            }]),
        };
        Self {
            heard,
            basis,
            from: 0,
            to: units.len(),
            units,
        }
    }

    pub(super) fn start(&self) -> f64 {
        seconds(self.heard.start)
    }

    pub(super) fn end(&self) -> f64 {
        seconds(self.heard.end)
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
        let shift = self.heard.origin_seconds();
        let words = words(self.heard);
        merged
            .words
            .extend(words.iter().map(|word| shifted_word(word, shift)));
        let segments = segments_of(self.heard);
        merged
            .segments
            .extend(segments.iter().map(|part| shifted(part, shift)));
        let text = match self.heard.answer.text.trim() {
            "" if segments.is_empty() => join(words.iter().map(|word| word.word.as_str())),
            "" => join(segments.iter().map(|segment| segment.text.as_str())),
            text => text.to_owned(),
        };
        append_text(&mut merged.text, &text);
    }

    fn append_kept(&self, merged: &mut Merged) {
        let shift = self.heard.origin_seconds();
        let kept = &self.units[self.from..self.to];
        if self.basis == Basis::Text {
            let text = &self.heard.answer.text;
            append_text(
                &mut merged.text,
                &text[kept[0].from..kept[kept.len() - 1].to],
            );
            return;
        }
        let new_words = match self.basis {
            Basis::Words => cut_words(words(self.heard), kept, shift),
            _ => Vec::new(),
        };
        let new_segments = segments::cut(segments_of(self.heard), self, shift);
        let text = match new_segments.is_empty() {
            true => join(new_words.iter().map(|word| word.word.as_str())),
            false => join(new_segments.iter().map(|segment| segment.text.as_str())),
        };
        append_text(&mut merged.text, &text);
        merged.words.extend(new_words);
        merged.segments.extend(new_segments);
    }
}

fn basis(heard: &Heard) -> Basis {
    if !words(heard).is_empty() {
        Basis::Words
    } else if !segments_of(heard).is_empty() {
        Basis::Segments
    } else {
        Basis::Text
    }
}

fn words(heard: &Heard) -> &[TranscriptionWord] {
    heard.answer.words.as_deref().unwrap_or_default()
}

fn segments_of(heard: &Heard) -> &[TranscriptionSegment] {
    heard.answer.segments.as_deref().unwrap_or_default()
}

fn timed_word(word: &TranscriptionWord, shift: f64) -> TimedText<'_> {
    TimedText {
        text: &word.word,
        start: word.start + shift,
        end: word.end + shift,
    }
}

fn timed(segment: &TranscriptionSegment, shift: f64) -> TimedText<'_> {
    TimedText {
        text: &segment.text,
        start: segment.start + shift,
        end: segment.end + shift,
    }
}

pub(super) fn shifted_word(word: &TranscriptionWord, shift: f64) -> TranscriptionWord {
    let (start, end) = (word.start + shift, word.end + shift);
    word.clone().with_start(start).with_end(end)
}

pub(super) fn shifted(segment: &TranscriptionSegment, shift: f64) -> TranscriptionSegment {
    let (start, end) = (segment.start + shift, segment.end + shift);
    segment.clone().with_start(start).with_end(end)
}

/// The words that own the kept units, cut where a unit is only a part of its word.
fn cut_words(words: &[TranscriptionWord], kept: &[Unit], shift: f64) -> Vec<TranscriptionWord> {
    let mut cut: Vec<TranscriptionWord> = Vec::new();
    for group in kept.chunk_by(|a, b| a.owner == b.owner) {
        let (first, last) = (&group[0], &group[group.len() - 1]);
        let word = &words[first.owner];
        // Words without a unit of their own, such as lone marks without any text, are not kept at a seam.
        let whole = first.from <= leading(&word.word) && last.to >= word.word.trim_end().len();
        cut.push(match whole {
            true => shifted_word(word, shift),
            false => word
                .clone()
                .with_word(&word.word[first.from..last.to])
                .with_start(first.start)
                .with_end(last.end),
        });
    }
    cut
}

fn leading(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// Joins texts with one space between them, or none where the script has none.
pub(crate) fn join<'a>(texts: impl Iterator<Item = &'a str>) -> String {
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
