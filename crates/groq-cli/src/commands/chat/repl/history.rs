//! The questions of earlier conversations, in a file that only its owner can read.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::PathBuf,
};

/// How many questions are remembered.
pub(super) const MOST: usize = 1_000;

/// How much of the file is read, in bytes.
const MOST_BYTES: u64 = 8 << 20;

/// A file with a question a line, each as a JSON string, since questions may have several lines.
pub(super) struct History {
    path: PathBuf,
}

impl History {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The newest questions, oldest first. A file that has grown too long is cut.
    pub(super) fn read(&self) -> Vec<String> {
        let mut text = String::new();
        let file = File::open(&self.path).map(|file| file.take(MOST_BYTES));
        if file
            .and_then(|mut file| file.read_to_string(&mut text))
            .is_err()
        {
            return Vec::new();
        }
        // Whatever is no question is left alone.
        let lines = text
            .lines()
            .filter_map(|line| serde_json::from_str::<String>(line).ok());
        let lines: Vec<String> = lines.collect();
        let newest = lines[lines.len().saturating_sub(MOST)..].to_vec();
        if lines.len() > 2 * MOST {
            let _ = self.replace(&newest);
        }
        newest
    }

    /// Adds a question. One that begins with a blank is not to be remembered.
    pub(super) fn append(&self, question: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        // In one write, so that the lines of two conversations do not mix.
        options
            .open(&self.path)?
            .write_all(line(question)?.as_bytes())
    }

    fn replace(&self, questions: &[String]) -> io::Result<()> {
        let folder = self.path.parent().ok_or(io::ErrorKind::NotFound)?;
        // It is its owner's alone, by nature.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        for question in questions {
            file.write_all(line(question)?.as_bytes())?;
        }
        file.persist(&self.path)?;
        Ok(())
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
        for number in 0..2 * MOST {
            history.append(&number.to_string()).unwrap();
        }
        assert_eq!(history.read().len(), MOST);
        let kept = fs::read_to_string(&history.path).unwrap();
        assert_eq!(kept.lines().count(), MOST);
        assert_eq!(history.read().last().map(String::as_str), Some("1999"));
    }
}
