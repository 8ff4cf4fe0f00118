//! Words against sound: text where it is quiet, sound where there is no text.

use super::sound::Sound;
use super::thresholds::Thresholds;

/// A stretch of a piece that some words claim, in seconds from its start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
    /// How many words.
    words: usize,
}

impl Span {
    pub(super) fn new(start: f64, end: f64, words: usize) -> Self {
        Self { start, end, words }
    }

    /// How long it would take to say it: recognizers stretch words over the pauses beside them.
    fn spoken(&self) -> f64 {
        (self.end - self.start).min(0.2 + 0.3 * self.words as f64)
    }

    /// How long it may take: three words that claim half a minute leave most of it unheard.
    fn longest(&self) -> f64 {
        2.0 + self.words as f64
    }
}

/// How far from its true place a recognizer may put a word, in seconds.
const SLACK: f64 = 0.3;
/// So much sound nearby that no word claims, as a share of a phrase's length, is that phrase at its true place.
const UNCLAIMED: f64 = 0.6;
/// How many words before and after a phrase may claim sound around it.
const AROUND: usize = 20;
/// No phrase is looked at for longer than half a minute, in hops, so that hostile times cost nothing.
const LONGEST: usize = 3_000;

/// The phrases that stand where it is quiet.
pub(super) fn text_on_silence(words: &[Span], sound: &Sound, thresholds: &Thresholds) -> Vec<Span> {
    let is_quiet = |index: usize| {
        let word = &words[index];
        let hops = ((word.end - word.start) * 100.0).clamp(2.0, LONGEST as f64);
        let loud = unclaimed(
            words,
            (index, index + 1),
            (word.start, word.start + hops / 100.0),
            sound,
        );
        loud / hops < 1.0 - thresholds.quiet_share
    };
    let mut phrases = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let length = (from..words.len())
            .take_while(|&index| is_quiet(index))
            .count();
        let to = from + length;
        if length > 0 && !is_misplaced(words, (from, to), sound) {
            phrases.push(Span::new(words[from].start, words[to - 1].end, length));
        }
        from = to + 1;
    }
    phrases
}

/// Whether enough sound nearby belongs to no word that it must belong to these words.
fn is_misplaced(words: &[Span], (from, to): (usize, usize), sound: &Sound) -> bool {
    let (start, end) = (words[from].start - SLACK, words[to - 1].end + SLACK);
    let spoken: f64 = words[from..to].iter().map(Span::spoken).sum();
    let loud = unclaimed(words, (from, to), (start, end), sound);
    loud / 100.0 >= (UNCLAIMED * spoken).max(0.06)
}

/// How many hops between two times are loud and belong to no other word than those from `from` to `to`.
fn unclaimed(
    words: &[Span],
    (from, to): (usize, usize),
    (start, end): (f64, f64),
    sound: &Sound,
) -> f64 {
    let first = (start * 100.0).max(0.0).round() as usize;
    let last = ((end * 100.0).max(0.0).round() as usize).min(first + LONGEST);
    let before = &words[from.saturating_sub(AROUND)..from];
    let after = &words[to..(to + AROUND).min(words.len())];
    let claimed = |hop: usize| {
        let at = (hop as f64 + 0.5) / 100.0;
        let others = before.iter().chain(after);
        others
            .into_iter()
            .any(|word| (word.start..word.end).contains(&at))
    };
    let loud = (first..last).filter(|&hop| sound.levels.is_loud(hop, sound.quiet) && !claimed(hop));
    loud.count() as f64
}

/// Stretches with much sound and no words, and how many seconds of sound each has.
pub(super) fn unheard(words: &[Span], sound: &Sound, thresholds: &Thresholds) -> Vec<(Span, f64)> {
    let end = sound.levels.len() as f64 / 100.0;
    let mut found = Vec::new();
    let mut heard_to = 0.0_f64;
    let mut check = |start: f64, stop: f64, most: f64| {
        let loud = sound.levels.seconds_above(sound.quiet, start, stop);
        if stop > start && loud > most {
            found.push((Span::new(start, stop, 0), loud));
        }
    };
    for word in words {
        check(heard_to, word.start.min(end), thresholds.unheard_gap);
        heard_to = heard_to.max(word.end.min(word.start + word.longest()));
    }
    let share = (sound.loud_seconds() * thresholds.unheard_share).max(2.0);
    check(heard_to, end, thresholds.unheard_tail.min(share));
    found
}
