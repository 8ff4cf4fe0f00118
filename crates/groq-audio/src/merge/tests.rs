use groq_types::{TranscriptionSegment, TranscriptionWord, VerboseTranscription};

use super::*;

mod another;
mod hostile;
mod laws;
mod recognizers;

type Timed<'a> = &'a [(&'a str, f64)];

fn words(list: Timed<'_>) -> VerboseTranscription {
    let words = list
        .iter()
        .map(|&(word, at)| TranscriptionWord::new(word, at, at + 0.25));
    VerboseTranscription::new("").with_words(words)
}

fn with_segments(list: Timed<'_>, segments: &[(&str, f64, f64)]) -> VerboseTranscription {
    words(list).with_segments(segments_of(segments))
}

fn only_segments(segments: &[(&str, f64, f64)]) -> VerboseTranscription {
    VerboseTranscription::new("").with_segments(segments_of(segments))
}

fn segments_of(segments: &[(&str, f64, f64)]) -> Vec<TranscriptionSegment> {
    segments
        .iter()
        .map(|&(text, start, end)| TranscriptionSegment::new(start, end, text))
        .collect()
}

fn pair(left: VerboseTranscription, right: VerboseTranscription) -> Merged {
    // The left piece is 0 to 10 s, the right one 5 to 15 s.
    let parts = [
        PieceTranscript::new(0, 160_000, left),
        PieceTranscript::new(80_000, 240_000, right),
    ];
    merge(&parts, &MergeOptions::default())
}

#[test]
fn garbled_edges_vanish() {
    let left = words(&[
        ("alpha", 4.0),
        ("beta", 6.0),
        ("gamma", 7.5),
        ("delxx", 9.7),
    ]);
    let right = words(&[
        ("xxta", 1.0),
        ("gamma", 2.6),
        ("delta", 4.7),
        ("omega", 6.0),
    ]);
    let merged = pair(left, right);
    assert_eq!(merged.text, "alpha beta gamma delta omega");
    assert_eq!(merged.joins[0].kind, JoinKind::Aligned);
    assert_eq!(merged.first_words, [0, 3]);
}

#[test]
fn repeats_stay_repeats() {
    let left = words(&[("no", 4.0), ("no", 6.0), ("no", 8.0)]);
    let right = words(&[("no", 1.05), ("no", 3.05), ("no", 5.05)]);
    assert_eq!(pair(left, right).text, "no no no no");
}

#[test]
fn without_agreement_the_middle_decides() {
    let left = words(&[("a", 4.0), ("b", 6.0), ("x", 9.0)]);
    let right = words(&[("y", 1.0), ("c", 4.0)]);
    let merged = pair(left, right);
    assert_eq!(merged.text, "a b c");
    assert_eq!(merged.joins[0].kind, JoinKind::Unaligned);
}

#[test]
fn one_side_is_enough() {
    let merged = pair(words(&[("a", 4.0), ("b", 6.0)]), words(&[]));
    assert_eq!(merged.text, "a b");
    assert_eq!(merged.joins[0].kind, JoinKind::OneSided);
    let merged = pair(words(&[("a", 1.0)]), words(&[("b", 8.0)]));
    assert_eq!(merged.joins[0].kind, JoinKind::Quiet);
}

#[test]
fn segments_are_cut_with_the_words() {
    let left = with_segments(
        &[
            ("alpha", 4.0),
            ("beta", 6.0),
            ("gamma", 7.5),
            ("delxx", 9.7),
        ],
        &[(" Alpha.", 4.0, 5.0), (" Beta, gamma delxx", 6.0, 10.0)],
    );
    let right = with_segments(
        &[("gamma", 2.6), ("delta", 4.7), ("omega", 6.0)],
        &[(" Gamma delta,", 2.6, 5.0), (" omega!", 6.0, 7.0)],
    );
    let merged = pair(left, right);
    assert_eq!(merged.text, "Alpha. Beta, gamma delta, omega!");
    let spans: Vec<(f64, f64)> = merged.segments.iter().map(|s| (s.start, s.end)).collect();
    assert!((spans[1].1 - 7.75).abs() < 0.01, "{spans:?}");
    assert!((spans[2].0 - 9.7).abs() < 0.01, "{spans:?}");
    assert_eq!(merged.segments[3].id, Some(3));
}

#[test]
fn segments_alone_are_cut_by_guessed_words() {
    let left = VerboseTranscription::new("").with_segments([
        TranscriptionSegment::new(0.0, 5.0, " one two three four"),
        TranscriptionSegment::new(5.0, 10.0, " five six seven eighxx"),
    ]);
    let right = VerboseTranscription::new("").with_segments([
        TranscriptionSegment::new(0.0, 5.0, " xxve six seven eight"),
        TranscriptionSegment::new(5.0, 10.0, " nine ten"),
    ]);
    let merged = pair(left, right);
    assert_eq!(
        merged.text,
        "one two three four five six seven eight nine ten"
    );
    assert!(merged.words.is_empty());
}

#[test]
fn plain_text_is_joined_in_the_middle_of_what_is_common() {
    let left = VerboseTranscription::new("We went home, and then it began to raxx");
    let right = VerboseTranscription::new("xx then it began to rain for days.");
    let merged = pair(left, right);
    assert_eq!(
        merged.text,
        "We went home, and then it began to rain for days."
    );
    let merged = pair(
        VerboseTranscription::new("Nothing in common"),
        VerboseTranscription::new("with this."),
    );
    assert_eq!(merged.text, "Nothing in common with this.");
    assert_eq!(merged.joins[0].kind, JoinKind::Unaligned);
}

#[test]
fn languages_without_spaces_are_joined_by_characters() {
    let left = VerboseTranscription::new("今日は天気がいいから散歩に行きx");
    let right = VerboseTranscription::new("xいから散歩に行きましょう。");
    assert_eq!(
        pair(left, right).text,
        "今日は天気がいいから散歩に行きましょう。"
    );
    let left = words(&[("今日", 4.0), ("散歩に", 6.0), ("行き", 8.0)]);
    let right = words(&[("散", 1.0), ("歩に", 1.1), ("行", 3.0), ("きます", 3.1)]);
    assert_eq!(pair(left, right).text, "今日散歩に行きます");
}

#[test]
fn one_answer_is_left_as_it_is() {
    let answer = words(&[("a", 0.1)]).with_text(" Exactly, as   it was. ");
    let merged = merge(
        &[PieceTranscript::new(0, 16_000, answer)],
        &MergeOptions::default(),
    );
    assert_eq!(merged.text, "Exactly, as   it was.");
}
