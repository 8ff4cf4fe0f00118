//! How far a transcript is from what was said.

use groq_audio::Transcript;

use crate::speech::{RATE, Talk};

/// Words that are wrong, missing, or too many.
pub fn word_errors(said: &[String], heard: &[String]) -> usize {
    const BAND: usize = 400;
    let infinite = usize::MAX / 2;
    let mut before: Vec<usize> = (0..=heard.len()).collect();
    for (row, word) in said.iter().enumerate() {
        let mut now = vec![infinite; heard.len() + 1];
        let from = row.saturating_sub(BAND);
        let to = (row + BAND).min(heard.len());
        if from == 0 {
            now[0] = row + 1;
        }
        for column in from..to {
            let same = usize::from(heard[column] != *word);
            now[column + 1] = (before[column] + same)
                .min(before[column + 1] + 1)
                .min(now[column] + 1);
        }
        before = now;
    }
    before[heard.len()]
}

pub fn texts(transcript: &Transcript) -> Vec<String> {
    let words = transcript.text().split_whitespace();
    words
        .map(|word| word.trim_matches('.').to_owned())
        .collect()
}

pub struct Clock {
    /// The largest error of a start, in seconds.
    pub worst: f64,
    /// How much the clock runs ahead or behind, in parts per million.
    pub drift: f64,
}

/// Compares times, where all words are right.
pub fn clock(talk: &Talk, transcript: &Transcript) -> Clock {
    let pairs: Vec<(f64, f64)> = talk
        .words
        .iter()
        .zip(transcript.words())
        .map(|(said, heard)| {
            let at = said.start as f64 / RATE as f64;
            (at, heard.start - at)
        })
        .collect();
    let count = pairs.len() as f64;
    let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let slope = mean(&|pair| (pair.0 - x) * (pair.1 - y)) / mean(&|pair| (pair.0 - x).powi(2));
    Clock {
        worst: pairs.iter().map(|pair| pair.1.abs()).fold(0.0, f64::max),
        drift: slope * 1e6,
    }
}

pub fn never_steps_back(transcript: &Transcript) -> bool {
    let words = transcript
        .words()
        .windows(2)
        .all(|pair| pair[0].end <= pair[1].start);
    let segments = transcript
        .segments()
        .windows(2)
        .all(|pair| pair[0].end <= pair[1].start);
    words && segments
}

/// Where the two first differ, for a person to look at.
pub fn first_difference(said: &[String], heard: &[String]) -> String {
    let at = said
        .iter()
        .zip(heard)
        .position(|(a, b)| a != b)
        .unwrap_or(said.len().min(heard.len()));
    let around = |words: &[String]| {
        words[at.saturating_sub(6).min(words.len())..(at + 8).min(words.len())].join(" ")
    };
    format!(
        "at word {at}:\n  said  {}\n  heard {}",
        around(said),
        around(heard)
    )
}
