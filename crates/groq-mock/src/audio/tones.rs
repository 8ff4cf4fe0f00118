//! Words as tones.
//!
//! A byte of a word is a beep of two tones at once, one for each half of it; a last beep checks the others. Words
//! are apart by silence, so that each has a beginning and an end that can be heard, and a cut one is noticed.

use std::f64::consts::TAU;
use std::ops::Range;

use super::wav::{Sound, seconds};

/// Seconds of one beep, of its fading at either end, and of what is left out of it in listening.
const BEEP: f64 = 0.040;
const FADE: f64 = 0.003;
const MARGIN: f64 = 0.006;
/// The two groups of tones, in hertz: all of them fit into 8,000 samples a second.
const LOW: (f64, f64) = (600.0, 75.0);
const HIGH: (f64, f64) = (1_950.0, 100.0);
const LOUDNESS: f64 = 0.3;
/// What is less loud is silence.
const SILENCE: f32 = 0.02;
const FRAME: f64 = 0.005;
/// Frames of silence that end a word; the fading between two beeps is shorter.
const GAP: usize = 6;
/// Bytes of one word; a longer one is spoken in pieces.
const MAX_WORD: usize = 60;
/// How much of a beep's energy its two tones must have.
const PURITY: f64 = 0.6;
/// Seconds of silence before the first word and after the last.
const EDGE: f64 = 0.15;

/// What is heard between two silences.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    pub(super) start: f64,
    pub(super) end: f64,
    /// The word, where it is one and whole.
    pub(super) word: Option<String>,
}

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

fn low(half: u8) -> f64 {
    LOW.0 + LOW.1 * f64::from(half)
}

fn high(half: u8) -> f64 {
    HIGH.0 + HIGH.1 * f64::from(half)
}

fn check(bytes: &[u8]) -> u8 {
    bytes
        .iter()
        .fold(0xA5_u8, |check, byte| check.rotate_left(1) ^ byte)
}

/// All that is not silence, in order.
pub(super) fn listen(sound: &Sound) -> Vec<Heard> {
    runs(sound)
        .into_iter()
        .map(|run| Heard {
            start: seconds(run.start, sound.rate),
            end: seconds(run.end, sound.rate),
            word: word(&sound.samples[run], sound.rate),
        })
        .collect()
}

/// Stretches between silences, to the sample.
fn runs(sound: &Sound) -> Vec<Range<usize>> {
    let frame = samples(FRAME, sound.rate).max(1);
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut quiet = GAP;
    for (index, samples) in sound.samples.chunks(frame).enumerate() {
        let loud = |sample: &f32| sample.abs() > SILENCE;
        let (Some(first), Some(last)) = (
            samples.iter().position(loud),
            samples.iter().rposition(loud),
        ) else {
            quiet += 1;
            continue;
        };
        let (start, end) = (index * frame + first, index * frame + last + 1);
        match runs.last_mut().filter(|_| quiet < GAP) {
            Some(run) => run.end = end,
            None => runs.push(start..end),
        }
        quiet = 0;
    }
    runs
}

/// The word that a stretch is, if it is one.
fn word(samples: &[f32], rate: u32) -> Option<String> {
    let length = seconds(samples.len(), rate);
    let beeps = count(length / BEEP);
    if !(2..=MAX_WORD + 1).contains(&beeps) {
        return None;
    }
    let mut bytes = (0..beeps)
        .map(|index| byte(samples, rate, index))
        .collect::<Option<Vec<u8>>>()?;
    let check_byte = bytes.pop()?;
    (check(&bytes) == check_byte)
        .then(|| String::from_utf8(bytes).ok())
        .flatten()
}

/// The byte of one beep, where two tones and little else are heard in it.
fn byte(word: &[f32], rate: u32, index: usize) -> Option<u8> {
    let start = f64::from(u32::try_from(index).ok()?) * BEEP;
    let range = samples(start + MARGIN, rate)..samples(start + BEEP - MARGIN, rate).min(word.len());
    let window = windowed(word.get(range)?);
    let energy: f64 = window.iter().map(|x| x * x).sum();
    let strongest = |tone: fn(u8) -> f64| {
        (0..16_u8)
            .map(|half| (half, tone_energy(&window, tone(half) / f64::from(rate))))
            .max_by(|one, two| one.1.total_cmp(&two.1))
    };
    let ((upper, one), (lower, two)) = (strongest(low)?, strongest(high)?);
    let both = one.min(two) > 0.1 * one.max(two);
    (both && one + two > PURITY * energy).then_some(upper << 4 | lower)
}

/// Under a Hann window.
fn windowed(samples: &[f32]) -> Vec<f64> {
    let length = seconds(samples.len(), 1).max(1.0);
    let weight = |place: usize| 0.5 - 0.5 * (TAU * (seconds(place, 1) + 0.5) / length).cos();
    samples
        .iter()
        .enumerate()
        .map(|(place, sample)| f64::from(*sample) * weight(place))
        .collect()
}

/// How much of the window's energy a tone has, by Goertzel's way; the frequency is in periods per sample.
fn tone_energy(window: &[f64], frequency: f64) -> f64 {
    let factor = 2.0 * (TAU * frequency).cos();
    let (mut one, mut two) = (0.0_f64, 0.0_f64);
    for sample in window {
        (one, two) = (sample + factor * one - two, one);
    }
    let square = one * one + two * two - factor * one * two;
    // Of a tone, a Hann window leaves 3/8 of the energy and sees 1/2 of the height: together a factor of three.
    3.0 * square / seconds(window.len(), 1).max(1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths are positive and short"
)]
fn samples(length: f64, rate: u32) -> usize {
    (length * f64::from(rate)).round() as usize
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of beeps are positive and few"
)]
fn count(beeps: f64) -> usize {
    beeps.round() as usize
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "samples have single precision"
)]
fn single(x: f64) -> f32 {
    x as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sound: &Sound) -> Vec<Option<String>> {
        listen(sound).into_iter().map(|heard| heard.word).collect()
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
        let heard = listen(&speak("ab c", 16_000, 1.0));
        let close = |one: f64, two: f64| (one - two).abs() < 0.002;
        assert!(close(heard[0].start, EDGE) && close(heard[0].end, EDGE + 3.0 * BEEP));
        assert!(close(heard[1].start, heard[0].end + 0.09));
    }

    #[test]
    fn long_words_come_in_pieces() {
        let heard = words(&speak(&"é".repeat(50), 16_000, 1.0));
        assert_eq!(heard, [Some("é".repeat(30)), Some("é".repeat(20))]);
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
        let heard = listen(&sound);
        assert_eq!(heard.len(), 1);
        assert!(heard[0].word.is_none() && heard[0].end > 0.99);
        let silence = Sound {
            rate: 16_000,
            samples: vec![0.0; 16_000],
        };
        assert!(listen(&silence).is_empty());
    }
}
