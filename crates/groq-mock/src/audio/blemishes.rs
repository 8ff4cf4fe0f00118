//! Mistakes to order, such as a real recogniser makes.

use std::time::Duration;

use super::hear::{Kind, Recording, Word};
use crate::random::Random;

/// Seconds at either end of a recording in which words are misheard.
const EDGE: f64 = 0.3;
/// Seconds of silence in which something is invented.
const SILENCE: f64 = 2.0;
/// How much of an answer that is cut short is left, in words of ten.
const LEFT: usize = 6;

/// What goes wrong in transcriptions: the same each time for the same recording.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use std::time::Duration;
/// use groq_mock::{Blemishes, Mock};
///
/// let blemishes = Blemishes::new().jitter(Duration::from_millis(60)).edge_words(0.5);
/// let mock = Mock::builder().blemishes(blemishes).start().await?;
/// # drop(mock); Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Blemishes {
    jitter: Duration,
    edge_words: f64,
    invented: f64,
    short: f64,
}

impl Blemishes {
    /// None at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves the times of words by up to so much, forwards or back.
    pub fn jitter(mut self, most: Duration) -> Self {
        self.jitter = most;
        self
    }

    /// How likely a word within 0.3 s of either end of the recording is wrong or missing, from 0 to 1.
    pub fn edge_words(mut self, chance: f64) -> Self {
        self.edge_words = chance;
        self
    }

    /// How likely a silence of more than two seconds has words that nobody said, from 0 to 1.
    pub fn invented(mut self, chance: f64) -> Self {
        self.invented = chance;
        self
    }

    /// How likely an answer stops after the first six tenths of its words, from 0 to 1.
    pub fn short_answers(mut self, chance: f64) -> Self {
        self.short = chance;
        self
    }

    pub(super) fn apply(&self, recording: &mut Recording) {
        let random = Random::new(recording.digest.finish());
        self.mishear(recording, &mut random.fork("edges"));
        self.invent(recording, &mut random.fork("silences"));
        self.shift(recording, &mut random.fork("times"));
        if random.fork("length").unit() < self.short {
            let left = recording.words.len() * LEFT / 10;
            recording.words.truncate(left);
        }
    }

    fn mishear(&self, recording: &mut Recording, random: &mut Random) {
        let last = recording.duration - EDGE;
        recording.words.retain_mut(|word| {
            let at_edge = word.start < EDGE || word.end > last;
            if !at_edge || word.kind != Kind::Spoken || random.unit() >= self.edge_words {
                return true;
            }
            random
                .pick(&["uh", "the", "and", "so"])
                .clone_into(&mut word.text);
            random.unit() < 0.5
        });
    }

    fn invent(&self, recording: &mut Recording, random: &mut Random) {
        let mut words = Vec::with_capacity(recording.words.len());
        let mut quiet_since = 0.0;
        for word in std::mem::take(&mut recording.words) {
            self.fill(quiet_since, word.start, &mut words, random);
            quiet_since = word.end;
            words.push(word);
        }
        self.fill(quiet_since, recording.duration, &mut words, random);
        recording.words = words;
    }

    fn fill(&self, from: f64, to: f64, words: &mut Vec<Word>, random: &mut Random) {
        if to - from < SILENCE || random.unit() >= self.invented {
            return;
        }
        let mut start = from + 0.5;
        for text in ["Thank", "you."] {
            words.push(Word {
                text: text.to_owned(),
                start,
                end: start + 0.4,
                kind: Kind::Invented,
            });
            start += 0.5;
        }
    }

    fn shift(&self, recording: &mut Recording, random: &mut Random) {
        let most = self.jitter.as_secs_f64();
        if most <= 0.0 {
            return;
        }
        let end = recording.duration;
        let mut moved = |time: f64| (time + most * (random.unit() * 2.0 - 1.0)).clamp(0.0, end);
        for word in &mut recording.words {
            word.start = moved(word.start);
            word.end = moved(word.end).max(word.start);
        }
    }
}
