//! Segments cut where words were.

use groq_types::TranscriptionSegment;

use super::align::{Column, Scoring, align};
use super::part::{Basis, Part};
use super::units::{TimedText, Unit, units};

/// How many units around a boundary are compared to find it again in the segments' text.
const AROUND: usize = 40;

/// What is left of a part's segments once only its kept units count.
pub(super) fn cut(
    segments: &[TranscriptionSegment],
    part: &Part<'_>,
    shift: f64,
) -> Vec<TranscriptionSegment> {
    let tokens = units(segments.iter().map(|segment| TimedText {
        text: &segment.text,
        start: segment.start + shift,
        end: segment.end + shift,
    }));
    let (from, to) = match part.basis {
        Basis::Segments => (part.from, part.to),
        _ => (
            boundary(&part.units, part.from, &tokens),
            boundary(&part.units, part.to, &tokens),
        ),
    };
    let kept = tokens.get(from..to.max(from)).unwrap_or_default();
    let groups = kept.chunk_by(|a, b| a.owner == b.owner);
    groups
        .map(|group| shorten(&segments[group[0].owner], group, part, shift))
        .collect()
}

fn shorten(
    segment: &TranscriptionSegment,
    group: &[Unit],
    part: &Part<'_>,
    shift: f64,
) -> TranscriptionSegment {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let text = &segment.text;
    let mut short = super::part::shifted(segment, shift);
    let leading = text.len() - text.trim_start().len();
    if first.from > leading {
        short.start = edge(part, part.from, first.start).clamp(short.start, short.end);
        // What is cut begins like any word: with a space, as its neighbours do.
        short.text = format!(" {}", &text[first.from..last.to]);
    } else {
        text[..last.to].clone_into(&mut short.text);
    }
    if last.to < text.trim_end().len() {
        let end = part.to.checked_sub(1).map(|last| part.units[last].end);
        let end = end
            .filter(|_| part.basis == Basis::Words)
            .unwrap_or(last.end);
        short.end = end.clamp(short.start, short.end.max(short.start));
    } else if first.from <= leading {
        short.text.clone_from(text);
    }
    short
}

/// The time of the first kept word, where words have times of their own.
fn edge(part: &Part<'_>, index: usize, guessed: f64) -> f64 {
    match part.units.get(index) {
        Some(unit) if part.basis == Basis::Words => unit.start,
        _ => guessed,
    }
}

/// The token that stands where the word with this index stands.
fn boundary(words: &[Unit], index: usize, tokens: &[Unit]) -> usize {
    if index == 0 {
        return 0;
    }
    if index >= words.len() {
        return tokens.len();
    }
    if words.len() == tokens.len() {
        return index;
    }
    found(words, index, tokens).unwrap_or_else(|| by_clock(words[index].middle(), tokens))
}

/// Looks for the word, or the one before it, among the tokens of about the same time.
fn found(words: &[Unit], index: usize, tokens: &[Unit]) -> Option<usize> {
    let from = index.saturating_sub(AROUND);
    let to = (index + AROUND).min(words.len());
    let near = by_clock(words[index].middle(), tokens);
    let first = near.saturating_sub(2 * AROUND);
    let last = (near + 2 * AROUND).min(tokens.len());
    let scoring = Scoring {
        tolerance: Some(5.0),
        open_ends: false,
    };
    let columns = align(&words[from..to], &tokens[first..last], scoring);
    let at = |word: usize| {
        let here =
            |column: &&Column| column.equal && column.left.is_some_and(|at| at + from == word);
        Some(columns.iter().find(here)?.right? + first)
    };
    at(index).or_else(|| Some(at(index - 1)? + 1))
}

fn by_clock(time: f64, tokens: &[Unit]) -> usize {
    tokens
        .iter()
        .position(|token| token.middle() >= time)
        .unwrap_or(tokens.len())
}
