//! Answers that are right wherever a piece can be heard well are joined without a fault, whatever the words and the cuts.

use proptest::prelude::*;
use proptest::strategy::ValueTree;

use super::*;

#[derive(Clone, Debug)]
struct Spoken {
    text: String,
    start: f64,
    end: f64,
}

/// How a recognizer spoils an answer.
#[derive(Clone, Copy, Debug)]
struct Spoils {
    jitter: f64,
    /// Words so near to an edge, in seconds, are wrong or missing every second time.
    zone: f64,
}

fn talk(list: &[(usize, f64, f64)], words: usize) -> Vec<Spoken> {
    let mut at = 0.3;
    let mut talk = Vec::new();
    for &(word, gap, length) in list {
        talk.push(Spoken {
            text: format!("w{}", word % words),
            start: at,
            end: at + length,
        });
        at += length + gap;
    }
    talk
}

/// The answers of pieces of a length that share so many seconds.
fn answers(
    talk: &[Spoken],
    length: f64,
    shared: f64,
    spoils: Spoils,
    seed: u64,
) -> Vec<PieceTranscript> {
    let end = talk.last().map_or(0.0, |word| word.end) + 0.5;
    let mut state = seed;
    let mut share = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1_u64 << 31) as f64
    };
    let mut heard = Vec::new();
    let mut from = 0.0;
    loop {
        let start = (from * 16_000.0_f64).round() as u64;
        let to = (from + length).min(end);
        let mut words = Vec::new();
        for word in talk {
            let (first, last) = (word.start.max(from), word.end.min(to));
            if last - first < 0.04 {
                continue;
            }
            let cut = last - first < word.end - word.start - 1e-9;
            // The first and the last words of all have no second hearing.
            let near = word.start - from < spoils.zone && from > 0.0
                || to - word.end < spoils.zone && to < end;
            let spoiled = cut || near && share() < 0.5;
            if spoiled && share() < 0.5 {
                continue;
            }
            let text = if spoiled {
                format!("x{}", (share() * 99.0) as u32)
            } else {
                word.text.clone()
            };
            let jitter = (2.0 * share() - 1.0) * spoils.jitter;
            let offset = start as f64 / 16_000.0;
            words.push(TranscriptionWord::new(
                text,
                first - offset + jitter,
                last - offset + jitter,
            ));
        }
        let answer = VerboseTranscription::new("").with_words(words);
        heard.push(PieceTranscript::new(
            start,
            (to * 16_000.0).round() as u64,
            answer,
        ));
        if to >= end {
            return heard;
        }
        from += length - shared;
    }
}

fn said(talk: &[Spoken]) -> Vec<&str> {
    talk.iter().map(|word| word.text.as_str()).collect()
}

fn listed(merged: &Merged) -> Vec<&str> {
    merged.words.iter().map(|word| word.word.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn exact_answers_give_exact_words(
        list in proptest::collection::vec((0usize..1_000, 0.05f64..1.5, 0.1f64..0.6), 1..80),
        vocabulary in 1usize..40,
        length in 6.0f64..25.0,
        shared in 1.4f64..5.0,
        seed in any::<u64>(),
    ) {
        let talk = talk(&list, vocabulary);
        let heard = answers(&talk, length, shared, Spoils { jitter: 0.0, zone: 0.0 }, seed);
        let merged = merge(&heard, &MergeOptions::default());
        prop_assert_eq!(listed(&merged), said(&talk));
        prop_assert_eq!(merged.text.split(' ').collect::<Vec<_>>(), said(&talk));
        for (word, spoken) in merged.words.iter().zip(&talk) {
            prop_assert!((word.start - spoken.start).abs() < 1e-3);
        }
    }

    #[test]
    fn spoiled_edges_are_healed(
        list in proptest::collection::vec((0usize..1_000, 0.06f64..0.8, 0.15f64..0.5), 1..80),
        length in 8.0f64..25.0,
        shared in 2.0f64..5.0,
        seed in any::<u64>(),
    ) {
        let talk = talk(&list, 30);
        let heard = answers(&talk, length, shared, Spoils { jitter: 0.06, zone: 0.3 }, seed);
        let merged = merge(&heard, &MergeOptions::default());
        prop_assert_eq!(listed(&merged), said(&talk));
    }
}

/// The same answers with nothing but segments of so many words, whatever pauses are between them.
fn only_segments(heard: &PieceTranscript, words_each: usize) -> PieceTranscript {
    let words = heard.answer.words.clone().unwrap_or_default();
    let segments = words.chunks(words_each).map(|words| {
        let text: String = words.iter().map(|word| format!(" {}", word.word)).collect();
        TranscriptionSegment::new(words[0].start, words[words.len() - 1].end, text)
    });
    let answer = VerboseTranscription::new("").with_segments(segments);
    PieceTranscript::new(heard.start, heard.end, answer)
}

fn errors(said: &[&str], heard: &[&str]) -> usize {
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (index, word) in said.iter().enumerate() {
        let mut corner = row[0];
        row[0] = index + 1;
        for (column, other) in heard.iter().enumerate() {
            let change = corner + usize::from(word != other);
            corner = row[column + 1];
            row[column + 1] = change.min(corner + 1).min(row[column] + 1);
        }
    }
    row[heard.len()]
}

/// Segments that know nothing of pauses lead to times that are seconds wrong.
#[test]
fn segments_of_any_length_lose_next_to_nothing() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let lists = proptest::collection::vec((0usize..100_000, 0.06f64..1.2, 0.15f64..0.5), 250..300);
    let (mut all, mut wrong) = (0, [0; 4]);
    for seed in 0..40 {
        let list = lists.new_tree(&mut runner).expect("a list").current();
        let talk = talk(&list, 300);
        let spoils = Spoils {
            jitter: 0.06,
            zone: 0.3,
        };
        let heard = answers(&talk, 30.0, 5.0, spoils, seed);
        all += talk.len();
        for (words_each, wrong) in [6, 12, 25, 200].into_iter().zip(&mut wrong) {
            let heard: Vec<PieceTranscript> = heard
                .iter()
                .map(|it| only_segments(it, words_each))
                .collect();
            let merged = merge(&heard, &MergeOptions::default());
            *wrong += errors(&said(&talk), &merged.text.split(' ').collect::<Vec<_>>());
        }
    }
    println!("{wrong:?} of {all} words are wrong");
    assert!(
        wrong.iter().all(|wrong| wrong * 200 <= all),
        "{wrong:?} of {all}"
    );
}
