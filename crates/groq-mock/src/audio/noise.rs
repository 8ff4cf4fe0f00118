//! Mistakes to order, such as a real recogniser makes.

use super::hear::{Kind, Recording, Word};
use crate::random::Random;

/// Seconds of silence in which something is invented.
const SILENCE: f64 = 2.0;
/// How much of an answer that is cut short is left, in words of ten.
const LEFT: usize = 6;

/// What goes wrong in transcriptions: the same each time for the same recording.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use groq_mock::{Mock, TranscriptNoise};
///
/// let noise = TranscriptNoise::new().invented(0.5);
/// let mock = Mock::builder().transcript_noise(noise).start().await?;
/// # drop(mock); Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct TranscriptNoise {
    invented: f64,
    short: f64,
}

impl TranscriptNoise {
    /// None at all.
    pub fn new() -> Self {
        Self::default()
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
        self.invent(recording, &mut random.fork("silences"));
        if random.fork("length").unit() < self.short {
            let left = recording.words.len() * LEFT / 10;
            recording.words.truncate(left);
        }
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
}
