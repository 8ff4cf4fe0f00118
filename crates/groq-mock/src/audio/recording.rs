//! What is in a recording: words of tones, and other sound.

use bytes::Bytes;

use super::noise::TranscriptNoise;
use super::recognize::{Recognizer, Span};
use super::request::Source;
use super::{container, decode};
use crate::api_error::{ApiError, Outcome};
use crate::random::{Digest, Random};

/// Seconds that a recording must have.
const SHORTEST: f64 = 0.01;
/// Seconds of silence that part two sounds.
const APART: f64 = 0.5;
/// Seconds after which a sound goes on as another one.
const LONGEST: f64 = 10.0;
/// Seconds of silence in which words may be invented.
const SILENCE: f64 = 2.0;

/// A recording, recognized.
#[derive(Debug)]
pub(super) struct Recording {
    pub(super) duration: f64,
    pub(super) words: Vec<Word>,
    /// A number that depends on all of it.
    pub(super) digest: Digest,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) start: f64,
    pub(super) end: f64,
    /// Words of other kinds are in segments of their own.
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Spoken,
    /// One of the words that stand for a sound, which has a number.
    Sound(usize),
    /// Transcribed, but not spoken.
    Invented,
}

impl Recording {
    pub(super) fn new(source: &Source, seed: u64, noise: &TranscriptNoise) -> Outcome<Self> {
        let digest = Digest::new(seed);
        let (duration, spans, digest) = match source {
            Source::Bytes(bytes) => {
                let (duration, spans) = recognized(bytes).ok_or_else(unreadable)?;
                (duration, spans, digest.bytes(bytes))
            }
            Source::Address(address) => {
                let digest = digest.text(address);
                // Nothing is fetched: an address is a recording of some sound.
                let duration = 5.0 + (Random::new(digest.finish()).unit() * 600.0).round() / 10.0;
                (duration, vec![whole(duration)], digest)
            }
        };
        if duration < SHORTEST {
            return Err(ApiError::invalid(format!(
                "Audio file is too short. Minimum audio length is {SHORTEST} seconds."
            )));
        }
        let mut recording = Self {
            duration,
            words: words(spans),
            digest,
        };
        recording.spoil(noise);
        Ok(recording)
    }

    /// Adds the mistakes that are asked for: the same each time for the same recording.
    fn spoil(&mut self, noise: &TranscriptNoise) {
        let random = Random::new(self.digest.finish());
        let mut silences = random.fork("silences");
        let mut spoken = std::mem::take(&mut self.words).into_iter();
        let mut from = 0.0;
        loop {
            let next = spoken.next();
            let to = next.as_ref().map_or(self.duration, |word| word.start);
            if to - from >= SILENCE && silences.unit() < noise.invented {
                for (text, after) in [("Thank", 0.5), ("you.", 1.0)] {
                    self.words.push(Word {
                        text: text.to_owned(),
                        start: from + after,
                        end: from + after + 0.4,
                        kind: Kind::Invented,
                    });
                }
            }
            let Some(word) = next else { break };
            from = word.end;
            self.words.push(word);
        }
        if random.fork("length").unit() < noise.short {
            self.words.truncate(self.words.len() * 6 / 10);
        }
    }
}

fn recognized(bytes: &Bytes) -> Option<(f64, Vec<Span>)> {
    let mut recognizer = Recognizer::default();
    if decode::decode(bytes, &mut recognizer).is_some() {
        return Some(recognizer.finish());
    }
    let duration = container::duration(bytes)?;
    Some((duration, vec![whole(duration)]))
}

fn unreadable() -> Box<ApiError> {
    ApiError::invalid("could not process file - is it a valid media file?")
}

fn whole(duration: f64) -> Span {
    Span {
        start: 0.0,
        end: duration,
        word: None,
    }
}

/// Words as they are; sounds joined over short silences, and cut where they are long.
fn words(spans: Vec<Span>) -> Vec<Word> {
    let mut joined: Vec<Span> = Vec::new();
    for next in spans {
        match joined.last_mut() {
            Some(last)
                if last.word.is_none() && next.word.is_none() && next.start - last.end < APART =>
            {
                last.end = next.end;
            }
            _ => joined.push(next),
        }
    }
    let mut words = Vec::new();
    let mut sounds = 0;
    for span in joined {
        match span.word {
            Some(text) => words.push(Word {
                text,
                start: span.start,
                end: span.end,
                kind: Kind::Spoken,
            }),
            None => describe(span.start, span.end, &mut sounds, &mut words),
        }
    }
    words
}

/// `Sound for 2.5 seconds.`, its words spread over the time.
fn describe(start: f64, end: f64, sounds: &mut usize, words: &mut Vec<Word>) {
    let mut from = start;
    while from < end {
        let to = end.min(from + LONGEST);
        let text = format!("Sound for {:.1} seconds.", to - from);
        let share = (to - from) / 4.0;
        for (place, text) in (0_u8..).zip(text.split(' ')) {
            let start = from + share * f64::from(place);
            words.push(Word {
                text: text.to_owned(),
                start,
                end: start + share,
                kind: Kind::Sound(*sounds),
            });
        }
        *sounds += 1;
        from += LONGEST;
    }
}
