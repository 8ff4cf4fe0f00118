//! The questions of earlier conversations, in a file that only its owner can read.

use std::{
    fs::OpenOptions,
    io::{self, Read as _, Write as _},
    path::PathBuf,
};

use crate::files::{open_private, private_folder, replace_private};

/// How many questions are kept.
pub(super) const MAX_QUESTIONS: usize = 1_000;

/// How much of the file is read, in bytes.
const MAX_BYTES: u64 = 8 << 20;

/// A file with one question per line, as a JSON string, since questions may have several lines.
pub(super) struct History {
    path: PathBuf,
}

impl History {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Reads the newest questions, oldest first, and shortens a file that has grown too long.
    pub(super) fn read(&self) -> Vec<String> {
        let mut text = String::new();
        let file = open_private(&self.path, OpenOptions::new().read(true));
        if file
            .and_then(|file| file.take(MAX_BYTES).read_to_string(&mut text))
            .is_err()
        {
            return Vec::new();
        }
        // Damaged lines are skipped.
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<String>(line).ok());
        let lines: Vec<String> = lines.collect();
        let newest = lines[lines.len().saturating_sub(MAX_QUESTIONS)..].to_vec();
        if lines.len() > 2 * MAX_QUESTIONS {
            let lines = newest.iter().filter_map(|question| line(question).ok());
            let _ = replace_private(&self.path, lines.collect::<String>().as_bytes());
        }
        newest
    }

    /// Adds a question.
    pub(super) fn append(&self, question: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            private_folder(folder)?;
        }
        // In one write, so that the lines of two conversations do not mix.
        open_private(&self.path, OpenOptions::new().create(true).append(true))?
            .write_all(line(question)?.as_bytes())
    }
}

fn line(question: &str) -> io::Result<String> {
    Ok(serde_json::to_string(question)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_found_again_and_the_oldest_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let history = History::new(folder.path().join("state").join("history"));
        assert!(history.read().is_empty());
        history.append("one\nin two lines").unwrap();
        history.append("two").unwrap();
        assert_eq!(history.read(), ["one\nin two lines", "two"]);
        for number in 0..2 * MAX_QUESTIONS {
            history.append(&number.to_string()).unwrap();
        }
        assert_eq!(history.read().len(), MAX_QUESTIONS);
        let kept = std::fs::read_to_string(&history.path).unwrap();
        assert_eq!(kept.lines().count(), MAX_QUESTIONS);
        assert_eq!(history.read().last().map(String::as_str), Some("1999"));
    }
}
