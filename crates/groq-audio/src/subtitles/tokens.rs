//! The words of a transcript with their marks and times.

use crate::merge::{TimedText, units};
use crate::transcript::Transcript;

/// A word as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) text: String,
    pub(super) start: f64,
    pub(super) end: f64,
    /// Whether a space goes before it.
    pub(super) spaced: bool,
}

/// All tokens in order: the segments' text, which has the marks, with the words' times, which are exact.
pub(super) fn tokens(transcript: &Transcript) -> Vec<Token> {
    let (words, mut segments) = (transcript.words(), transcript.segments());
    if words.is_empty() && segments.is_empty() {
        segments = &transcript.merged.untimed;
    }
    if segments.is_empty() {
        let timed = words
            .iter()
            .map(|word| (word.word.as_str(), word.start, word.end));
        return split(timed);
    }
    let mut tokens = split(segments.iter().map(|s| (s.text.as_str(), s.start, s.end)));
    let spoken = split(words.iter().map(|w| (w.word.as_str(), w.start, w.end)));
    take_times(&mut tokens, &spoken);
    tokens
}

fn split<'a>(texts: impl Iterator<Item = (&'a str, f64, f64)>) -> Vec<Token> {
    let texts: Vec<(&str, f64, f64)> = texts.collect();
    let timed = texts
        .iter()
        .map(|&(text, start, end)| TimedText { text, start, end });
    let units = units(timed);
    let mut tokens = Vec::with_capacity(units.len());
    for (index, unit) in units.iter().enumerate() {
        let text = texts[unit.owner].0;
        let first = index == 0 || units[index - 1].owner != unit.owner;
        // Between two owners there is a space, unless both sides are written without.
        let spaced = if first {
            !unit.is_character() || index > 0 && !units[index - 1].is_character()
        } else {
            text[..unit.from].ends_with(char::is_whitespace)
        };
        tokens.push(Token {
            text: text[unit.from..unit.to].trim().to_owned(),
            start: unit.start,
            end: unit.end,
            spaced,
        });
    }
    tokens
}

/// Gives tokens the times of the words that they are, going through both in step.
fn take_times(tokens: &mut [Token], spoken: &[Token]) {
    const LOOK_AHEAD: usize = 12;
    let keys = |list: &[Token]| -> Vec<String> {
        let texts = list.iter().map(|token| TimedText {
            text: &token.text,
            start: 0.0,
            end: 0.0,
        });
        units(texts).into_iter().map(|unit| unit.key).collect()
    };
    let (shown, said) = (keys(tokens), keys(spoken));
    if shown.len() != tokens.len() || said.len() != spoken.len() {
        return;
    }
    let mut next = 0;
    for (token, key) in tokens.iter_mut().zip(&shown) {
        let ahead = said.iter().enumerate().skip(next).take(LOOK_AHEAD);
        let same = |(index, word): &(usize, &String)| {
            *word == key && (spoken[*index].start - token.start).abs() < 10.0
        };
        if let Some((index, _)) = ahead.into_iter().find(same) {
            (token.start, token.end) = (spoken[index].start, spoken[index].end);
            next = index + 1;
        }
    }
}
