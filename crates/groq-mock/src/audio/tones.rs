//! Words as tones.
//!
//! A byte of a word is a beep of two tones at once, one for each half of it; a last beep checks the others. Words
//! are apart by silence, so that each has a beginning and an end, and a cut one is noticed.

use std::f64::consts::TAU;

use super::sound::{Sound, seconds};
use crate::cast::{rounded, single};

/// Seconds of one beep, and of its fading at either end.
pub(super) const BEEP: f64 = 0.040;
const FADE: f64 = 0.003;
/// The first of the two groups of tones and the step to the next, in hertz. All of them are below 2,900 Hz, which
/// is what encoders leave of 8,000 samples a second.
const LOW: (f64, f64) = (500.0, 65.0);
const HIGH: (f64, f64) = (1_560.0, 85.0);
const LOUDNESS: f64 = 0.3;
/// Bytes of one word; a longer one is spoken in pieces.
pub(super) const MAX_WORD: usize = 60;
/// Seconds of silence before the first word and after the last.
const EDGE: f64 = 0.15;

/// Says a text. The speed is that of the pauses: a beep stays what it is.
pub(super) fn speak(text: &str, rate: u32, speed: f64) -> Sound {
    let mut sound = Sound {
        rate,
        samples: Vec::new(),
    };
    pause(&mut sound, EDGE);
    for word in text.split_whitespace().flat_map(pieces) {
        beep_word(&mut sound, word);
        let ends = word.ends_with(['.', '!', '?', ':', ';']);
        let length: f64 = if ends { 0.4 } else { 0.09 };
        pause(&mut sound, (length / speed.max(0.1)).max(0.05));
    }
    pause(&mut sound, EDGE);
    sound
}

/// A word, or the pieces of a very long one.
fn pieces(word: &str) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let mut length = rest.len().min(MAX_WORD);
        while !rest.is_char_boundary(length) {
            length -= 1;
        }
        let (piece, after) = rest.split_at(length);
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn pause(sound: &mut Sound, length: f64) {
    let samples = samples(length, sound.rate);
    sound.samples.resize(sound.samples.len() + samples, 0.0);
}

fn beep_word(sound: &mut Sound, word: &str) {
    let start = sound.samples.len();
    let bytes = word.bytes().chain([check(word.as_bytes())]);
    for (index, byte) in (1_u32..).zip(bytes) {
        // Ends are computed from the start of the word: rounding must not add up.
        let end = start + samples(BEEP * f64::from(index), sound.rate);
        beep(sound, byte, end);
    }
}

fn beep(sound: &mut Sound, byte: u8, end: usize) {
    let length = end.saturating_sub(sound.samples.len());
    let whole = seconds(length, sound.rate);
    for place in 0..length {
        let time = seconds(place, sound.rate);
        let fade = (time.min(whole - time) / FADE).min(1.0);
        let wave = (TAU * low(byte >> 4) * time).sin() + (TAU * high(byte & 15) * time).sin();
        sound.samples.push(single(LOUDNESS * fade * wave));
    }
}

/// The lower tone, for the upper half of a byte.
pub(super) fn low(half: u8) -> f64 {
    LOW.0 + LOW.1 * f64::from(half)
}

pub(super) fn high(half: u8) -> f64 {
    HIGH.0 + HIGH.1 * f64::from(half)
}

/// The last beep of a word.
pub(super) fn check(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0xA5_u8, |check, byte| check.rotate_left(1) ^ byte)
}

/// How many samples a time has.
fn samples(length: f64, rate: u32) -> usize {
    rounded(length * f64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::super::recognize::recognize;
    use super::*;

    fn words(sound: &Sound) -> Vec<Option<String>> {
        recognize(sound).into_iter().map(|span| span.word).collect()
    }

    #[test]
    fn words_come_back_at_every_rate_and_speed() {
        let text = "Hello, aaa world! Naïve 日本語 1,234.5 x";
        let expected: Vec<_> = text
            .split_whitespace()
            .map(|word| Some(word.to_owned()))
            .collect();
        for rate in [8_000, 16_000, 22_050, 24_000, 44_100, 48_000] {
            assert_eq!(words(&speak(text, rate, 1.0)), expected, "{rate}");
        }
        for speed in [0.5, 5.0] {
            assert_eq!(words(&speak(text, 16_000, speed)), expected, "{speed}");
        }
    }

    #[test]
    fn times_are_exact() {
        let spans = recognize(&speak("ab c", 16_000, 1.0));
        let close = |one: f64, two: f64| (one - two).abs() < 0.002;
        assert!(close(spans[0].start, EDGE) && close(spans[0].end, EDGE + 3.0 * BEEP));
        assert!(close(spans[1].start, spans[0].end + 0.09));
    }

    #[test]
    fn long_words_come_in_pieces() {
        let spans = words(&speak(&"é".repeat(50), 16_000, 1.0));
        assert_eq!(spans, [Some("é".repeat(30)), Some("é".repeat(20))]);
    }

    #[test]
    fn a_cut_word_is_no_word() {
        let sound = speak("something", 16_000, 1.0);
        let start = samples(EDGE, 16_000);
        for cut in [0.02, 0.04, 0.1, 0.2] {
            let from = start + samples(cut, 16_000);
            let cut_sound = Sound {
                rate: 16_000,
                samples: sound.samples[from..].to_vec(),
            };
            assert_eq!(words(&cut_sound), [None], "{cut}");
        }
    }

    #[test]
    fn other_sound_is_heard_and_is_no_word() {
        let hum = |place: usize| single(0.5 * (seconds(place, 16_000) * TAU * 440.0).sin());
        let sound = Sound {
            rate: 16_000,
            samples: (0..16_000).map(hum).collect(),
        };
        let spans = recognize(&sound);
        assert_eq!(spans.len(), 1);
        assert!(spans[0].word.is_none() && spans[0].end > 0.99);
        let silence = Sound {
            rate: 16_000,
            samples: vec![0.0; 16_000],
        };
        assert!(recognize(&silence).is_empty());
    }
}
