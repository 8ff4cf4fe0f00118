//! Words gathered into cues.

use std::time::Duration;

use super::lines::{chop, lay_out, width};
use super::tokens::{Token, tokens};
use crate::transcript::Transcript;

/// A subtitle.
///
/// ```
/// let cue = groq_audio::subtitles::Cue::new(0, 1_500, ["Good evening.".to_owned()]);
/// assert_eq!(cue.end - cue.start, 1_500);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cue {
    /// When it appears, in milliseconds from the beginning.
    pub start: u64,
    /// When it goes, in milliseconds; not after the next one appears.
    pub end: u64,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Cue {
    /// Creates a cue from `start` to `end`, in milliseconds.
    pub fn new(start: u64, end: u64, lines: impl IntoIterator<Item = String>) -> Self {
        Self {
            start,
            end,
            lines: lines.into_iter().collect(),
        }
    }
}

crate::setters::options! {
    /// How subtitles are laid out.
    ///
    /// ```
    /// use groq_audio::subtitles::Cues;
    /// use std::time::Duration;
    ///
    /// let large_type = Cues::new().line_width(30).longest(Duration::from_secs(5));
    /// ```
    #[must_use = "a layout does nothing until it is used"]
    Cues;

    /// Sets the characters of a line: 42 by default, and 8 at least. East Asian characters count twice.
    line_width: usize = 42;
    /// Sets the lines of a cue, from 1 to 8: 2 by default.
    lines: usize = 2;
    /// Sets the longest time of a cue: 7 s by default.
    longest: Duration = Duration::from_secs(7);
    /// Sets the shortest time of a cue where there is room: 1 s by default.
    shortest: Duration = Duration::from_secs(1);
    /// Sets the reading speed in characters per second: 17 by default. A cue stays as long as that needs, where there is room.
    reading_speed: f64 = 17.0;
    /// Sets the silence that ends a cue: 800 ms by default.
    pause: Duration = Duration::from_millis(800);
}

impl Cues {
    /// Lays a transcript out as cues, which are in order and never overlap.
    ///
    /// ```
    /// use groq_audio::types::VerboseTranscription;
    /// use groq_audio::subtitles::Cues;
    /// use groq_audio::{MergeOptions, PieceTranscript, Transcript, merge};
    ///
    /// let piece = PieceTranscript::new(0, 16_000, VerboseTranscription::new("Good evening."));
    /// let transcript = Transcript::new(merge(&[piece], &MergeOptions::new()), 1.0);
    /// assert_eq!(Cues::new().lay_out(&transcript)[0].lines, ["Good evening."]);
    /// ```
    pub fn lay_out(&self, transcript: &Transcript) -> Vec<Cue> {
        let width = self.line_width.max(8);
        let tokens = narrow(tokens(transcript), width);
        let mut cues: Vec<Cue> = Vec::new();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(self.break_at(rest));
            cues.extend(self.cue(now));
            rest = later;
        }
        self.settle(&mut cues);
        cues
    }

    /// How many tokens go into the next cue: at least one.
    fn break_at(&self, tokens: &[Token]) -> usize {
        let mut fits = 1;
        for count in 1..=tokens.len() {
            if !self.fits(&tokens[..count]) {
                break;
            }
            fits = count;
            if self.ends_here(tokens, count) {
                return count;
            }
        }
        if fits == tokens.len() {
            return fits;
        }
        best_break(&tokens[..fits])
    }

    fn fits(&self, tokens: &[Token]) -> bool {
        let length = tokens[tokens.len() - 1].end - tokens[0].start;
        length <= self.longest.as_secs_f64() && self.laid(tokens).is_some()
    }

    fn laid(&self, tokens: &[Token]) -> Option<Vec<String>> {
        let list: Vec<(&str, bool)> = tokens
            .iter()
            .map(|token| (token.text.as_str(), token.spaced))
            .collect();
        lay_out(&list, self.line_width.max(8), self.lines.clamp(1, 8))
    }

    /// Whether a reader expects a new cue after `count` tokens: at the end of a sentence, or at a silence.
    fn ends_here(&self, tokens: &[Token], count: usize) -> bool {
        let Some(next) = tokens.get(count) else {
            return false;
        };
        let last = &tokens[count - 1];
        if next.start - last.end >= self.pause.as_secs_f64() {
            return true;
        }
        let long_enough = last.end - tokens[0].start >= self.shortest.as_secs_f64();
        ends_sentence(&last.text) && long_enough
    }

    fn cue(&self, tokens: &[Token]) -> Option<Cue> {
        // One token always fits a line, since wide ones were chopped.
        let lines = self.laid(tokens)?;
        let start = milliseconds(tokens[0].start);
        let end = milliseconds(tokens[tokens.len() - 1].end);
        Some(Cue::new(start, end.max(start), lines))
    }

    /// How long a reader needs, in milliseconds.
    fn reading_time(&self, cue: &Cue) -> u64 {
        let characters: usize = cue.lines.iter().map(|line| width(line)).sum();
        milliseconds(characters as f64 / self.reading_speed.max(1.0))
    }

    /// Makes cues long enough to read, not too long, and apart.
    fn settle(&self, cues: &mut [Cue]) {
        let (shortest, longest) = (as_millis(self.shortest), as_millis(self.longest).max(1));
        let mut earliest = 0;
        for index in 0..cues.len() {
            let next = cues.get(index + 1).map_or(u64::MAX, |next| next.start);
            let cue = &mut cues[index];
            cue.start = cue.start.max(earliest);
            let wanted = shortest.max(self.reading_time(cue)).min(longest);
            let wanted = cue.end.max(cue.start.saturating_add(wanted));
            let room = next.max(cue.start + 1);
            cue.end = wanted
                .min(room)
                .min(cue.start.saturating_add(longest))
                .max(cue.start + 1);
            earliest = cue.end;
        }
    }
}

/// Where tokens that fill a cue are best broken: after a mark, before a pause, late rather than early.
fn best_break(tokens: &[Token]) -> usize {
    let earliest = tokens.len() / 2 + 1;
    let value = |count: usize| {
        let last = &tokens[count - 1];
        let mark = match last.text.chars().last() {
            Some('.' | '?' | '!' | '。' | '？' | '！' | '…') => 6.0,
            Some(',' | ';' | ':' | '、' | '，') => 4.0,
            _ => 0.0,
        };
        let pause = tokens.get(count).map_or(0.0, |next| next.start - last.end);
        mark + 8.0 * pause.clamp(0.0, 0.8) + 2.0 * count as f64 / tokens.len() as f64
    };
    (earliest..=tokens.len())
        .max_by(|&a, &b| value(a).total_cmp(&value(b)))
        .unwrap_or(tokens.len())
        .max(1)
}

fn ends_sentence(text: &str) -> bool {
    let text = text.trim_end_matches(['"', '\'', '”', '’', ')', '»', '」']);
    text.ends_with(['.', '?', '!', '。', '？', '！', '…'])
}

/// Chops tokens that are wider than a line.
fn narrow(tokens: Vec<Token>, most: usize) -> Vec<Token> {
    let mut narrow = Vec::with_capacity(tokens.len());
    for token in tokens {
        if width(&token.text) <= most {
            narrow.push(token);
            continue;
        }
        let pieces = chop(&token.text, most);
        let each = (token.end - token.start) / pieces.len() as f64;
        narrow.extend(pieces.iter().enumerate().map(|(index, piece)| Token {
            text: (*piece).to_owned(),
            start: token.start + each * index as f64,
            end: token.start + each * (index + 1) as f64,
            spaced: token.spaced && index == 0,
        }));
    }
    narrow
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0).round() as u64
}

fn as_millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use groq_types::{TranscriptionSegment, TranscriptionWord};
    use proptest::prelude::*;

    use super::*;
    use crate::merge::Merged;

    fn transcript(
        words: Vec<TranscriptionWord>,
        segments: Vec<TranscriptionSegment>,
    ) -> Transcript {
        let merged = Merged {
            words,
            segments,
            ..Merged::default()
        };
        Transcript::new(merged, 0.0)
    }

    fn check(cues: &[Cue], width_limit: usize) {
        for cue in cues {
            assert!(cue.lines.len() <= 2 && !cue.lines.is_empty());
            assert!(
                cue.lines.iter().all(|line| width(line) <= width_limit),
                "{cue:?}"
            );
            assert!(
                cue.start < cue.end && cue.end - cue.start <= 7_000,
                "{cue:?}"
            );
        }
        assert!(
            cues.windows(2).all(|pair| pair[0].end <= pair[1].start),
            "{cues:?}"
        );
    }

    #[test]
    fn sentences_and_pauses_end_cues() {
        let text = " We met in Paris. It was raining, and nobody knew what to say to the other people at that very long table.";
        let words: Vec<TranscriptionWord> = text
            .split_whitespace()
            .enumerate()
            .map(|(at, word)| {
                let at = at as f64 * 0.4;
                TranscriptionWord::new(word.trim_matches(['.', ',']), at, at + 0.3)
            })
            .collect();
        let end = words[words.len() - 1].end;
        let segment = TranscriptionSegment::new(0.0, end, text);
        let cues = Cues::new().lay_out(&transcript(words, vec![segment]));
        check(&cues, 42);
        assert_eq!(cues[0].lines, ["We met in Paris."]);
        assert_eq!(cues[1].start, 1_600);
        let shown: Vec<String> = cues.iter().flat_map(|cue| cue.lines.clone()).collect();
        assert_eq!(shown.join(" "), text.trim());
    }

    #[test]
    fn words_without_segments_are_enough() {
        let words = ["alpha", "beta"].map(|word| TranscriptionWord::new(word, 1.0, 1.1));
        let cues = Cues::new().lay_out(&transcript(words.to_vec(), vec![]));
        assert_eq!(cues, [Cue::new(1_000, 2_000, ["alpha beta".to_owned()])]);
    }

    #[test]
    fn long_text_stays_where_there_is_room() {
        let word = |text: &str, at: f64| TranscriptionWord::new(text, at, at + 0.1);
        let text = "extraordinarily-long-words-take-time";
        let words = vec![
            word(text, 0.0),
            word("next", 9.0),
            word(text, 20.0),
            word("soon", 21.0),
        ];
        let cues = Cues::new().lay_out(&transcript(words, vec![]));
        assert_eq!(cues[0].end, 2_118);
        assert_eq!(cues[2].end, cues[3].start);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(Cues::new().lay_out(&Transcript::default()).is_empty());
    }

    proptest! {
        #[test]
        fn any_transcript_gives_readable_cues(
            list in proptest::collection::vec(("[a-z東,. ]{0,60}", 0.0f64..3.0, 0.0f64..9.0), 0..60),
            segments in any::<bool>(),
        ) {
            let mut at = 0.0;
            let mut merged = Merged::default();
            for (text, gap, length) in list {
                let start = at + gap;
                at = start + length;
                if segments {
                    merged.segments.push(TranscriptionSegment::new(start, at, text));
                } else {
                    merged.words.push(TranscriptionWord::new(text, start, at));
                }
            }
            check(&Cues::new().lay_out(&Transcript::new(merged, at)), 42);
        }
    }
}
