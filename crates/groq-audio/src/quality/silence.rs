//! Words against sound: text where it is quiet, sound where there is no text.

use super::piece::Sound;
use super::thresholds::Thresholds;

/// A stretch of a piece, in seconds from its start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
}

/// How far from its true place a recogniser may put a word, in seconds.
const SLACK: f64 = 0.3;
/// So much sound nearby that no word claims, as a share of a phrase's length, is that phrase at its true place.
const UNCLAIMED: f64 = 0.6;

/// The phrases that stand where it is quiet.
pub(super) fn text_on_silence(words: &[Span], sound: &Sound, thresholds: &Thresholds) -> Vec<Span> {
    let quiet = |word: &Span| {
        let end = word.end.max(word.start + 0.02);
        sound.levels.share_quiet(sound.quiet, word.start, end) > thresholds.quiet_share
    };
    let mut phrases = Vec::new();
    let mut from = 0;
    while from < words.len() {
        let length = words[from..].iter().take_while(|word| quiet(word)).count();
        let to = from + length;
        if length > 0 && !is_misplaced(from, to, words, sound) {
            phrases.push(Span {
                start: words[from].start,
                end: words[to - 1].end,
            });
        }
        from = to + 1;
    }
    phrases
}

/// Whether so much sound close by belongs to no word that it must be these words'.
fn is_misplaced(from: usize, to: usize, words: &[Span], sound: &Sound) -> bool {
    let (start, end) = (words[from].start, words[to - 1].end);
    let first = ((start - SLACK) * 100.0).max(0.0) as usize;
    let last = ((end + SLACK) * 100.0).max(0.0) as usize;
    let others = |range: &[Span], at: f64| {
        range
            .iter()
            .any(|word| (word.start..word.end).contains(&at))
    };
    let before = &words[from.saturating_sub(20)..from];
    let after = &words[to..(to + 20).min(words.len())];
    // A phrase is at most half a minute, so hostile times cost nothing.
    let unclaimed = (first..last.min(first + 3_000)).filter(|&hop| {
        let at = (hop as f64 + 0.5) / 100.0;
        let claimed = others(before, at) || others(after, at);
        !claimed && sound.levels.is_loud(hop, sound.quiet)
    });
    let spoken: f64 = words[from..to]
        .iter()
        .map(|word| word.end - word.start)
        .sum();
    unclaimed.count() as f64 / 100.0 >= (UNCLAIMED * spoken).max(0.06)
}

/// Stretches with much sound and no words, and how many seconds of sound each has.
pub(super) fn unheard(words: &[Span], sound: &Sound, thresholds: &Thresholds) -> Vec<(Span, f64)> {
    let end = sound.levels.len() as f64 / 100.0;
    let mut found = Vec::new();
    let mut heard_to = 0.0_f64;
    let mut check = |start: f64, stop: f64, most: f64| {
        let loud = sound.levels.seconds_above(sound.quiet, start, stop);
        if stop > start && loud > most {
            found.push((Span { start, end: stop }, loud));
        }
    };
    for word in words {
        check(heard_to, word.start.min(end), thresholds.unheard_gap);
        heard_to = heard_to.max(word.end);
    }
    let share = (sound.loud_seconds() * thresholds.unheard_share).max(2.0);
    check(heard_to, end, thresholds.unheard_tail.min(share));
    found
}
