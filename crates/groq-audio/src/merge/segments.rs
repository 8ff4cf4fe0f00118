//! Segments cut where words were.

use groq_types::TranscriptionSegment;

use super::align::{Column, Scoring, align};
use super::units::{Basis, TimedText, Unit, units};

/// How many units around a boundary are compared to find it again in the segments' text.
const AROUND: usize = 40;

/// The units of a piece that are kept, among all of them.
pub(super) struct Kept<'a> {
    pub(super) segments: &'a [TranscriptionSegment],
    pub(super) units: &'a [Unit],
    pub(super) basis: Basis,
    /// The first unit that is kept, and the one after the last.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What is left of a piece's segments once only its kept units count.
pub(super) fn cut(part: &Kept<'_>) -> Vec<TranscriptionSegment> {
    let tokens = units(part.segments.iter().map(TimedText::of_segment));
    let (from, to) = match part.basis {
        Basis::Segments => (part.from, part.to),
        _ => (
            boundary(part.units, part.from, &tokens),
            boundary(part.units, part.to, &tokens),
        ),
    };
    let kept = tokens.get(from..to.max(from)).unwrap_or_default();
    let groups = kept.chunk_by(|a, b| a.owner == b.owner);
    groups
        .map(|group| shorten(&part.segments[group[0].owner], group, part))
        .collect()
}

fn shorten(
    segment: &TranscriptionSegment,
    group: &[Unit],
    part: &Kept<'_>,
) -> TranscriptionSegment {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    let text = &segment.text;
    let mut short = segment.clone();
    let leading = text.len() - text.trim_start().len();
    if first.from > leading {
        let start = edge(part, Some(part.from), first.start, |unit| unit.start);
        short.start = start.clamp(segment.start, segment.end);
        // What is cut begins like any word: with a space, as its neighbors do.
        short.text = format!(" {}", &text[first.from..last.to]);
    } else if last.to < text.trim_end().len() {
        text[..last.to].clone_into(&mut short.text);
    }
    if last.to < text.trim_end().len() {
        let end = edge(part, part.to.checked_sub(1), last.end, |unit| unit.end);
        short.end = end.clamp(short.start, segment.end);
    }
    short
}

/// The time of the first or last kept word, where words have times of their own.
fn edge(part: &Kept<'_>, index: Option<usize>, guessed: f64, time: impl Fn(&Unit) -> f64) -> f64 {
    match index.and_then(|index| part.units.get(index)) {
        Some(unit) if part.basis == Basis::Words => time(unit),
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
    spelled(words, index, tokens)
        .or_else(|| found(words, index, tokens))
        .unwrap_or_else(|| by_clock(words[index].middle(), tokens))
}

/// Counts letters, where words and tokens are the same text, however it is split.
fn spelled(words: &[Unit], index: usize, tokens: &[Unit]) -> Option<usize> {
    let letters =
        |units: &[Unit]| -> String { units.iter().map(|unit| unit.key.as_str()).collect() };
    if letters(words) != letters(tokens) {
        return None;
    }
    let before: usize = words[..index].iter().map(|word| word.key.len()).sum();
    let mut count = 0;
    let ends = tokens.iter().position(|token| {
        count += token.key.len();
        count > before
    });
    // A token that the boundary falls into goes to where most of it is.
    let at = ends?;
    let inside = tokens[at].key.len() - (count - before);
    Some(at + usize::from(inside * 2 > tokens[at].key.len()))
}

/// Looks for the word, or one near it, among the tokens of about the same time.
fn found(words: &[Unit], index: usize, tokens: &[Unit]) -> Option<usize> {
    const NEAR: usize = 6;
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
    (0..NEAR).find_map(|by| {
        let before = || Some(at(index.checked_sub(by)?)? + by);
        let after = || at(index + by)?.checked_sub(by);
        Some(before().or_else(after)?.min(tokens.len()))
    })
}

fn by_clock(time: f64, tokens: &[Unit]) -> usize {
    tokens
        .iter()
        .position(|token| token.middle() >= time)
        .unwrap_or(tokens.len())
}
