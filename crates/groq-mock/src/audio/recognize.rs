//! Tones back into words, as samples come: however long it is, little of it is kept.

use std::f64::consts::TAU;
use std::ops::Range;

use super::sound::seconds;
use super::tones::{BEEP, MAX_WORD, check, high, low};
use crate::cast::rounded;

/// What is less loud is silence.
const SILENCE: f32 = 0.02;
const FRAME: f64 = 0.005;
/// Frames of silence that end a word; the fading between two beeps is shorter.
const GAP: usize = 6;
/// Seconds at either end of a beep that are left out.
const MARGIN: f64 = 0.006;
/// Seconds of a sound in which no words are looked for any more.
const LONGEST_RUN: f64 = 20.0;
/// Frames below the level of a word that part two words where a codec has filled the pause.
const SMEARED_GAP: usize = 4;
/// How much of a beep's energy its two tones must have.
const PURITY: f64 = 0.6;
/// How loud a word begins and ends at least, as a part of its loudest sample: what a codec smears is less.
const EDGE: f32 = 0.15;
/// Seconds by which a word may begin before or after it seems to, since a codec moves it; likely ones first.
const SHIFTS: [f64; 7] = [0.0, -0.003, 0.003, -0.006, 0.006, -0.010, 0.010];
/// Seconds of a day, which is more than any recording has.
const LONGEST: f64 = 86_400.0;

/// A sound between two silences.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
    /// The word, where it is one and whole.
    pub(super) word: Option<String>,
}

/// Recognizes a recording, piece by piece.
#[derive(Debug, Default)]
pub(super) struct Recognizer {
    rate: u32,
    /// The seconds before the first sample at this rate.
    before: f64,
    /// Samples at this rate in whole frames.
    processed: usize,
    /// The beginning of the next frame.
    frame: Vec<f32>,
    /// Silent frames since the last sound.
    quiet: usize,
    run: Option<Run>,
    spans: Vec<Span>,
}

/// A sound that may go on: a stretch between silences, to the sample.
#[derive(Debug)]
struct Run {
    place: Range<usize>,
    /// From its frame's first sample on; cleared once it is too long for words.
    samples: Vec<f32>,
    /// Where in `samples` the sound begins.
    offset: usize,
    is_long: bool,
}

impl Recognizer {
    /// Takes what comes next. Samples at another rate than before follow those before.
    pub(super) fn push(&mut self, rate: u32, samples: &[f32]) {
        if self.rate != rate {
            self.change_rate(rate);
        }
        let length = rounded(FRAME * f64::from(rate)).max(1);
        let mut rest = samples;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rest.len().min(length - self.frame.len()));
            self.frame.extend_from_slice(piece);
            rest = after;
            if self.frame.len() == length {
                self.take_held();
            }
        }
    }

    /// Whether it is longer than a recording can have.
    pub(super) fn is_full(&self) -> bool {
        self.seconds() > LONGEST
    }

    /// The duration in seconds, and all that was not silence, in order.
    pub(super) fn finish(mut self) -> (f64, Vec<Span>) {
        self.take_held();
        self.end_run();
        (self.seconds(), self.spans)
    }

    fn seconds(&self) -> f64 {
        self.before + seconds(self.processed + self.frame.len(), self.rate)
    }

    fn change_rate(&mut self, rate: u32) {
        self.take_held();
        self.end_run();
        self.before = self.seconds();
        (self.rate, self.processed, self.quiet) = (rate, 0, 0);
    }

    fn take_held(&mut self) {
        let frame = std::mem::take(&mut self.frame);
        self.take(&frame);
        self.frame = frame;
        self.frame.clear();
    }

    fn take(&mut self, frame: &[f32]) {
        let loud = |sample: &f32| sample.abs() > SILENCE;
        let start = self.processed;
        self.processed += frame.len();
        let ends = frame
            .iter()
            .position(loud)
            .zip(frame.iter().rposition(loud));
        let Some((first, last)) = ends else {
            return self.take_silence(frame);
        };
        self.quiet = 0;
        let run = self.run.get_or_insert_with(|| Run {
            place: start + first..start + first,
            samples: Vec::new(),
            offset: first,
            is_long: false,
        });
        run.place.end = start + last + 1;
        run.keep(frame, self.rate);
    }

    fn take_silence(&mut self, frame: &[f32]) {
        self.quiet += 1;
        if self.quiet >= GAP {
            self.end_run();
        } else if let Some(run) = &mut self.run {
            run.keep(frame, self.rate);
        }
    }

    fn end_run(&mut self) {
        let Some(run) = self.run.take() else {
            return;
        };
        let (rate, first) = (self.rate, run.place.start);
        let at = |place| self.before + seconds(first + place, rate);
        let span = |place: Range<usize>, word| Span {
            start: at(place.start),
            end: at(place.end),
            word,
        };
        let whole = 0..run.place.len();
        let Some(sound) = run.sound() else {
            return self.spans.push(span(whole, None));
        };
        let words = words(sound, rate);
        if words.iter().all(|(_, word)| word.is_none()) {
            return self.spans.push(span(whole, None));
        }
        let words = words.into_iter();
        self.spans
            .extend(words.map(|(place, word)| span(place, word)));
    }
}

impl Run {
    fn keep(&mut self, frame: &[f32], rate: u32) {
        self.is_long |= self.samples.len() > rounded(LONGEST_RUN * f64::from(rate));
        if self.is_long {
            self.samples = Vec::new();
        } else {
            self.samples.extend_from_slice(frame);
        }
    }

    /// From its first loud sample to its last, unless it is too long for words.
    fn sound(&self) -> Option<&[f32]> {
        self.samples
            .get(self.offset..self.offset + self.place.len())
    }
}

/// What a sound is: one word, or what is left of it where a codec has filled the pauses.
fn words(sound: &[f32], rate: u32) -> Vec<(Range<usize>, Option<String>)> {
    let peak = sound.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    let core = loud(sound, EDGE * peak);
    if let Some(text) = shifted(sound, rate, &core) {
        return vec![(core, Some(text))];
    }
    let parts = parts(sound, rate, EDGE * peak).into_iter();
    parts
        .map(|part| {
            let text = shifted(sound, rate, &part);
            (part, text)
        })
        .collect()
}

/// Stretches that are loud, apart by some frames that are not.
fn parts(sound: &[f32], rate: u32, level: f32) -> Vec<Range<usize>> {
    let length = rounded(FRAME * f64::from(rate)).max(1);
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (index, frame) in sound.chunks(length).enumerate() {
        let within = loud(frame, level);
        if within.is_empty() {
            continue;
        }
        let (start, end) = (index * length + within.start, index * length + within.end);
        match parts.last_mut() {
            Some(part) if start - part.end < SMEARED_GAP * length => part.end = end,
            _ => parts.push(start..end),
        }
    }
    parts
}

/// A sound without what is below this level at either end.
fn loud(sound: &[f32], level: f32) -> Range<usize> {
    let loud = |sample: &f32| sample.abs() > level;
    let start = sound.iter().position(loud).unwrap_or(0);
    let end = sound.iter().rposition(loud).map_or(0, |last| last + 1);
    start..end
}

/// The word in a part of a sound, or a little to its left or right.
fn shifted(sound: &[f32], rate: u32, part: &Range<usize>) -> Option<String> {
    let beeps = rounded(seconds(part.len(), rate) / BEEP);
    SHIFTS.iter().find_map(|shift| {
        let from = seconds(part.start, rate) + shift;
        [beeps, beeps.wrapping_sub(1)]
            .into_iter()
            .find_map(|beeps| word(sound, rate, from, beeps))
    })
}

/// All that a sound is, said at once.
#[cfg(test)]
pub(super) fn recognize(sound: &super::sound::Sound) -> Vec<Span> {
    let mut recognizer = Recognizer::default();
    recognizer.push(sound.rate, &sound.samples);
    recognizer.finish().1
}

/// The word of `beeps` beeps that begins at `from` seconds.
fn word(sound: &[f32], rate: u32, from: f64, beeps: usize) -> Option<String> {
    if !(2..=MAX_WORD + 1).contains(&beeps) {
        return None;
    }
    let mut bytes = (0..beeps)
        .map(|index| byte(sound, rate, from + seconds(index, 1) * BEEP))
        .collect::<Option<Vec<u8>>>()?;
    let check_byte = bytes.pop()?;
    (check(&bytes) == check_byte)
        .then(|| String::from_utf8(bytes).ok())
        .flatten()
}

/// The byte of the beep that begins at `from` seconds, if two tones and little else are in it.
fn byte(sound: &[f32], rate: u32, from: f64) -> Option<u8> {
    let at = |time: f64| rounded(time.max(0.0) * f64::from(rate));
    let range = at(from + MARGIN)..at(from + BEEP - MARGIN).min(sound.len());
    let window = windowed(sound.get(range)?);
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
