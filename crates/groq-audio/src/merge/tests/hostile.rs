//! Answers that no recognizer should give.

use proptest::prelude::*;

use super::*;

fn never_steps_back(merged: &Merged) -> bool {
    let words: Vec<(f64, f64)> = merged.words.iter().map(|it| (it.start, it.end)).collect();
    let segments: Vec<(f64, f64)> = merged
        .segments
        .iter()
        .map(|it| (it.start, it.end))
        .collect();
    let ordered = |spans: &[(f64, f64)]| {
        spans.iter().all(|span| span.0 <= span.1)
            && spans.windows(2).all(|pair| pair[0].1 <= pair[1].0)
    };
    ordered(&words) && ordered(&segments)
}

#[test]
fn a_segment_that_ends_before_it_begins() {
    let left = only_segments(&[("東", 29.24, 29.24), ("b", 22.4, 22.4)]);
    let right = only_segments(&[("東b", 1.6, 1.36)]);
    let parts = [
        PieceTranscript::new(0, 400_000, left),
        PieceTranscript::new(320_000, 720_000, right),
    ];
    let merged = merge(&parts, &MergeOptions::default());
    assert!(never_steps_back(&merged), "{merged:?}");
}

#[test]
fn one_wild_time_moves_no_other_word() {
    let left = words(&[("a", 1.0), ("b", 9.9), ("c", 3.0), ("d", 6.0), ("e", 8.0)]);
    let merged = pair(left, words(&[("d", 1.0), ("e", 3.0), ("f", 7.0)]));
    assert_eq!(merged.text, "a b c d e f");
    let starts: Vec<f64> = merged.words.iter().map(|word| word.start).collect();
    assert_eq!(starts[2..], [3.0, 6.0, 8.0, 12.0]);
    assert!(starts[1] > 1.0 && starts[1] < 3.0);
}

#[test]
fn words_that_all_have_the_same_time_are_joined_by_their_text() {
    let still = |text: &str| {
        let words = text
            .split(' ')
            .map(|word| TranscriptionWord::new(word, 0.0, 0.0));
        VerboseTranscription::new(text).with_words(words)
    };
    let merged = pair(
        still("one two three four five six seven"),
        still("four five six seven eight nine"),
    );
    assert_eq!(merged.text, "one two three four five six seven eight nine");
    assert_eq!(merged.words.len(), 9);
    assert!(never_steps_back(&merged));
}

#[test]
fn what_lies_beyond_the_recording_is_brought_back() {
    let answer = words(&[("a", -7.0), ("b", 2.0), ("c", 400.0)]);
    let merged = merge(
        &[PieceTranscript::new(0, 160_000, answer)],
        &MergeOptions::default(),
    );
    assert!(
        merged
            .words
            .iter()
            .all(|word| (0.0..=10.0).contains(&word.start))
    );
    assert!(never_steps_back(&merged));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever pieces say, nothing panics, times never step back, and no word is invented.
    #[test]
    fn any_answers_can_be_merged(
        parts in proptest::collection::vec(
            proptest::collection::vec(("[abc東。 ]{0,3}", -2.0f64..40.0, -9.0f64..9.0), 0..30),
            0..5,
        ),
        kind in 0..4,
        backwards in any::<bool>(),
    ) {
        let heard: Vec<PieceTranscript> = parts.iter().enumerate().map(|(index, list)| {
            let start = index as u64 * 320_000;
            let text: String = list.iter().map(|(text, ..)| format!(" {text}")).collect();
            let words = || list.iter().map(|(t, at, len)| TranscriptionWord::new(t.clone(), *at, at + len));
            let segments = || list.iter().map(|(t, at, len)| TranscriptionSegment::new(*at, at + len, t.clone()));
            let answer = match kind {
                0 => VerboseTranscription::new("").with_words(words()),
                1 => VerboseTranscription::new("").with_segments(segments()),
                2 => VerboseTranscription::new("").with_segments(segments()).with_words(words()),
                _ => VerboseTranscription::new(text),
            };
            let end = if backwards { start / 2 } else { start + 400_000 };
            PieceTranscript::new(start, end, answer)
        }).collect();
        let merged = merge(&heard, &MergeOptions::default());
        prop_assert!(never_steps_back(&merged));
        let given: usize = parts.iter().map(Vec::len).sum();
        prop_assert!(merged.words.len() <= given);
        prop_assert!(merged.first_words.len() == heard.len());
    }
}
