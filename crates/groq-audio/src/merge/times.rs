//! Timestamps that are possible, and never step back.
//!
//! A recognizer's times are guesses: before the piece or beyond it, ending before they begin, stepping back, or the same
//! for all words. They are mended once, where an answer comes in, and everything behind that can rely on them.

use groq_types::{TranscriptionSegment, TranscriptionWord};

use super::{Merged, PieceTranscript};
use crate::clock::seconds;

/// How far outside of its piece a time may be and still be meant, in seconds.
const SLACK: f64 = 1.0;
/// A step back by no more than this, in seconds, is a rounding.
const ROUNDING: f64 = 0.02;

/// An answer's words and segments on the recording's clock, with times in order and within the piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocked {
    pub(crate) words: Vec<TranscriptionWord>,
    pub(crate) segments: Vec<TranscriptionSegment>,
    /// How many words, and how many segments, had times that cannot be.
    pub(crate) wrong_words: usize,
    pub(crate) wrong_segments: usize,
}

impl Clocked {
    /// Puts an answer on the recording's clock. Words and segments without any text are left out.
    pub(crate) fn new(transcript: &PieceTranscript) -> Self {
        let answer = &transcript.answer;
        let words = answer.words.iter().flatten();
        let mut words: Vec<_> = words
            .filter(|word| !word.word.trim().is_empty())
            .cloned()
            .collect();
        let segments = answer.segments.iter().flatten();
        let mut segments: Vec<_> = segments
            .filter(|segment| !segment.text.trim().is_empty())
            .cloned()
            .collect();
        let times = words.iter_mut().map(|it| (&mut it.start, &mut it.end));
        let wrong_words = mend_all(transcript, times.collect());
        let times = segments.iter_mut().map(|it| (&mut it.start, &mut it.end));
        let wrong_segments = mend_all(transcript, times.collect());
        Self {
            words,
            segments,
            wrong_words,
            wrong_segments,
        }
    }
}

fn mend_all(transcript: &PieceTranscript, times: Vec<(&mut f64, &mut f64)>) -> usize {
    let shift = transcript.origin_seconds();
    let from = seconds(transcript.start);
    // A piece of unknown length has no end.
    let to = if transcript.end > transcript.start {
        seconds(transcript.end)
    } else {
        f64::INFINITY
    };
    let mut spans: Vec<Span> = times
        .iter()
        .map(|(start, end)| (**start + shift, **end + shift))
        .collect();
    let wrong = mend(&mut spans, from, to);
    for ((start, end), span) in times.into_iter().zip(spans) {
        (*start, *end) = span;
    }
    wrong
}

type Span = (f64, f64);

/// Brings spans into order and between two bounds; says how many could not be true.
///
/// The largest set of starts that never step back is believed; the others are put between their neighbors.
fn mend(spans: &mut [Span], from: f64, to: f64) -> usize {
    let given = spans.to_vec();
    let possible = |time: f64| time >= from - SLACK && time <= to + SLACK;
    let starts: Vec<Option<f64>> = if all_alike(spans) {
        vec![None; spans.len()]
    } else {
        let start = |span: &Span| possible(span.0).then(|| span.0.clamp(from, to));
        spans.iter().map(start).collect()
    };
    let kept = longest_in_order(&starts);
    place(spans, &kept, from, to);
    let mut stop = to;
    for index in (0..spans.len()).rev() {
        let next = spans.get(index + 1).map_or(to, |next| next.0);
        let (start, end) = spans[index];
        // Of several with the same start, each may last until another one begins.
        stop = if next > start { next } else { stop };
        let end = match (kept[index].is_some(), end.is_finite()) {
            (true, true) => end,
            (true, false) => start,
            (false, _) => stop,
        };
        let end = if end.is_finite() { end } else { start };
        spans[index].1 = end.clamp(start, stop.max(start));
    }
    spread(spans);
    let is_wrong = |(index, &(start, end)): (usize, &Span)| {
        let moved = kept[index].is_none() && (spans[index].0 - start).abs() > ROUNDING;
        !possible(start) || !possible(end) || end < start || moved
    };
    let wrong = given.iter().enumerate();
    wrong.filter(|&it| is_wrong(it)).count()
}

/// Whether many spans are all the same instant, which says nothing.
fn all_alike(spans: &[Span]) -> bool {
    let alike = |span: &Span| (span.0 - spans[0].0).abs() < 1e-9 && span.1 - span.0 < 1e-9;
    spans.len() >= 4 && spans.iter().all(alike)
}

/// The longest choice of times that never steps back; none for those that are left out.
fn longest_in_order(times: &[Option<f64>]) -> Vec<Option<f64>> {
    // For each length, the choice of that length that ends earliest, by its last index.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; times.len()];
    for (index, time) in times.iter().enumerate() {
        let Some(time) = *time else { continue };
        let length = ends.partition_point(|&end| times[end].is_some_and(|end| end <= time));
        before[index] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let mut kept = vec![None; times.len()];
    let mut at = ends.last().copied();
    while let Some(index) = at {
        kept[index] = times[index];
        at = before[index];
    }
    kept
}

/// Sets all starts: those that are believed, and the others evenly between them.
fn place(spans: &mut [Span], kept: &[Option<f64>], from: f64, to: f64) {
    let mut index = 0;
    let mut free_from = from;
    while index < spans.len() {
        if let Some(start) = kept[index] {
            spans[index].0 = start;
            let end = spans[index].1;
            free_from = if end.is_finite() {
                end.max(start)
            } else {
                start
            };
            index += 1;
            continue;
        }
        let count = kept[index..].iter().take_while(|it| it.is_none()).count();
        let next = kept.get(index + count).copied().flatten().unwrap_or(to);
        let earliest = index.checked_sub(1).map_or(from, |last| spans[last].0);
        let start = free_from.min(next).max(earliest);
        let room = if next.is_finite() { next - start } else { 0.0 };
        for (place, span) in spans[index..index + count].iter_mut().enumerate() {
            span.0 = start + room * place as f64 / count as f64;
        }
        index += count;
    }
}

/// Shares time among neighbors that were all given the same.
fn spread(spans: &mut [Span]) {
    for run in spans.chunk_by_mut(|a, b| a.0 >= b.0) {
        let start = run[0].0;
        let end = run.iter().map(|span| span.1).fold(start, f64::max);
        let count = run.len();
        let at = |place: usize| {
            if place == count {
                end
            } else {
                start + (end - start) * place as f64 / count as f64
            }
        };
        if count > 1 && end > start {
            for (place, span) in run.iter_mut().enumerate() {
                *span = (at(place), at(place + 1));
            }
        }
    }
}

/// Makes the times of the whole follow each other without overlaps; numbers the segments.
pub(super) fn in_order(merged: &mut Merged) {
    let words = merged.words.iter_mut();
    clamp(words.map(|word| (&mut word.start, &mut word.end)));
    let segments = merged.segments.iter_mut();
    clamp(segments.map(|segment| (&mut segment.start, &mut segment.end)));
    for (number, segment) in merged.segments.iter_mut().enumerate() {
        segment.id = Some(number as u32);
    }
}

fn clamp<'a>(spans: impl Iterator<Item = (&'a mut f64, &'a mut f64)>) {
    let mut before: Option<(&mut f64, &mut f64)> = None;
    for (start, end) in spans {
        let earliest = before.as_ref().map_or(0.0, |(start, _)| **start);
        *start = start.max(earliest);
        *end = end.max(*start);
        if let Some((_, before_end)) = before {
            *before_end = before_end.min(*start);
        }
        before = Some((start, end));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mended(spans: &[Span]) -> (Vec<Span>, usize) {
        let mut spans = spans.to_vec();
        let wrong = mend(&mut spans, 10.0, 20.0);
        (spans, wrong)
    }

    #[test]
    fn times_in_order_stay_as_they_are() {
        let good = [(10.0, 10.4), (10.4, 11.0), (12.0, 12.0), (19.5, 20.0)];
        assert_eq!(mended(&good), (good.to_vec(), 0));
    }

    #[test]
    fn what_cannot_be_is_put_where_it_fits() {
        let close =
            |(a, b): (f64, f64), (c, d): (f64, f64)| (a - c).abs() < 1e-9 && (b - d).abs() < 1e-9;
        let table: [(&str, &[Span], &[Span], usize); 7] = [
            (
                "one far ahead",
                &[(10.0, 11.0), (19.0, 19.5), (12.0, 13.0), (14.0, 15.0)],
                &[(10.0, 11.0), (11.0, 12.0), (12.0, 13.0), (14.0, 15.0)],
                1,
            ),
            (
                "the end before the start",
                &[(12.0, 11.0)],
                &[(12.0, 12.0)],
                1,
            ),
            (
                "beyond the piece",
                &[(15.0, 16.0), (40.0, 41.0)],
                &[(15.0, 16.0), (16.0, 20.0)],
                1,
            ),
            (
                "a little beyond the piece",
                &[(9.5, 10.5), (19.8, 20.9)],
                &[(10.0, 10.5), (19.8, 20.0)],
                0,
            ),
            (
                "overlapping",
                &[(10.0, 15.0), (11.0, 12.0)],
                &[(10.0, 11.0), (11.0, 12.0)],
                0,
            ),
            (
                "all the same",
                &[(12.0, 14.0), (12.0, 14.0)],
                &[(12.0, 13.0), (13.0, 14.0)],
                0,
            ),
            (
                "no number",
                &[(f64::NAN, 11.0), (12.0, f64::INFINITY)],
                &[(10.0, 12.0), (12.0, 12.0)],
                2,
            ),
        ];
        for (name, given, expected, wrong) in table {
            let (spans, found) = mended(given);
            assert!(
                spans.iter().zip(expected).all(|(&a, &b)| close(a, b)),
                "{name}: {spans:?}"
            );
            assert_eq!(found, wrong, "{name}");
        }
    }

    #[test]
    fn times_that_say_nothing_are_shared_out() {
        let (spans, wrong) = mended(&[(10.0, 10.0); 5]);
        assert_eq!(
            spans,
            [
                (10.0, 12.0),
                (12.0, 14.0),
                (14.0, 16.0),
                (16.0, 18.0),
                (18.0, 20.0)
            ]
        );
        assert_eq!(wrong, 4);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_in_order_and_within_bounds(
            mut spans in proptest::collection::vec((-50.0f64..80.0, -50.0f64..80.0), 0..40),
            holes in proptest::collection::vec(0usize..40, 0..4),
        ) {
            for hole in holes {
                if let Some(span) = spans.get_mut(hole) {
                    span.0 = f64::NAN;
                }
            }
            mend(&mut spans, 10.0, 20.0);
            prop_assert!(spans.iter().all(|(start, end)| 10.0 <= *start && start <= end && *end <= 20.0), "{spans:?}");
            prop_assert!(spans.windows(2).all(|pair| pair[0].0 <= pair[1].0 && pair[0].1 <= pair[1].0), "{spans:?}");
        }
    }
}
