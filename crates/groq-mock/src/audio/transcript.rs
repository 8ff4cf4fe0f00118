//! Words as the text, the segments and the words of an answer.

use serde_json::{Value, json};

use super::recording::{Kind, Recording, Word};
use crate::random::{Digest, Random};
use crate::text::tokens;

/// Seconds of silence that end a segment, and seconds that it has at most.
const APART: f64 = 0.8;
const LONGEST: f64 = 30.0;

/// The whole text; words are apart by a space, and one is before the first, as the service has it.
pub(super) fn text(words: &[Word]) -> String {
    words
        .iter()
        .fold(String::new(), |text, word| text + " " + &word.text)
}

pub(super) fn words(recording: &Recording) -> Vec<Value> {
    let word = |word: &Word| json!({"word": word.text, "start": hundredths(word.start), "end": hundredths(word.end)});
    recording.words.iter().map(word).collect()
}

pub(super) fn segments(recording: &Recording, temperature: f64) -> Vec<Value> {
    let groups = recording.words.chunk_by(|one, two| !ends(one, two));
    let mut segments = Vec::new();
    for words in groups.flat_map(within_length) {
        segments.push(segment(
            segments.len(),
            words,
            temperature,
            recording.digest,
        ));
    }
    segments
}

fn ends(one: &Word, two: &Word) -> bool {
    one.kind != two.kind || one.text.ends_with(['.', '!', '?']) || two.start - one.end > APART
}

/// A group of words in pieces of half a minute.
fn within_length(words: &[Word]) -> impl Iterator<Item = &[Word]> {
    let mut rest = words;
    std::iter::from_fn(move || {
        let start = rest.first()?.start;
        let length = rest
            .iter()
            .position(|word| word.end - start > LONGEST)
            .unwrap_or(rest.len())
            .max(1);
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some(piece)
    })
}

fn segment(index: usize, words: &[Word], temperature: f64, digest: Digest) -> Value {
    let text = text(words);
    let start = words.first().map_or(0.0, |word| word.start);
    let end = words.last().map_or(0.0, |word| word.end);
    let mut random = Random::new(digest.text(&text).finish());
    let invented = words.iter().any(|word| word.kind == Kind::Invented);
    let (log_probability, no_speech) = if invented {
        (-1.1 - 0.3 * random.unit(), 0.7 + 0.25 * random.unit())
    } else {
        (-0.05 - 0.2 * random.unit(), 0.001 + 0.02 * random.unit())
    };
    let tokens: Vec<i64> = tokens::tokens(&text)
        .map(|token| Random::new(Digest::new(0).text(token).finish()).between(200, 50_000))
        .collect();
    json!({
        "id": index,
        "seek": window(start),
        "start": hundredths(start),
        "end": hundredths(end),
        "text": text,
        "tokens": tokens,
        "temperature": temperature,
        "avg_logprob": log_probability,
        "compression_ratio": 1.1 + 0.6 * random.unit(),
        "no_speech_prob": no_speech,
    })
}

/// Where the half minute begins that a time is in, in hundredths of a second.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a recording is far shorter than that"
)]
fn window(start: f64) -> i64 {
    ((start / LONGEST).floor() * LONGEST * 100.0) as i64
}

fn hundredths(time: f64) -> f64 {
    (time * 100.0).round() / 100.0
}
