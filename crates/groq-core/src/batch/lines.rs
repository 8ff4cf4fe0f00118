//! The lines of the files of a batch, and the ids on them.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::files;

/// The lines of a file. None of them is longer than a limit.
pub(super) struct Lines {
    file: BufReader<File>,
    max_bytes: usize,
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn open(path: &Path, max_bytes: usize) -> io::Result<Self> {
        Ok(Self {
            file: BufReader::with_capacity(
                64 << 10,
                files::existing(path, OpenOptions::new().read(true))?,
            ),
            max_bytes,
            line: Vec::new(),
        })
    }

    /// The next line, without its end, and whether it had one.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], bool)>> {
        self.line.clear();
        let mut limited = (&mut self.file).take(self.max_bytes as u64 + 1);
        limited.read_until(b'\n', &mut self.line)?;
        if self.line.is_empty() {
            return Ok(None);
        }
        let ended = self.line.last() == Some(&b'\n');
        if !ended && self.line.len() > self.max_bytes {
            let message = format!("a line is longer than {} bytes", self.max_bytes);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let end = self.line.len() - usize::from(ended);
        Ok(Some((&self.line[..end], ended)))
    }
}

/// What of a line says which item it belongs to.
#[derive(Deserialize)]
pub(super) struct LineId {
    pub(super) custom_id: String,
}

/// A set of ids. It keeps 64 bits of each: of a million ids, two meet by a chance of one in thirty million, and then the writer refuses
/// the second as given before. The bits of an id are the same throughout a program, so what the writer let in does not meet
/// among the results.
#[derive(Clone, Debug, Default)]
pub(super) struct Ids(HashSet<u64>);

impl Ids {
    /// Adds an id; says whether it is new.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        self.0.insert(digest(id))
    }

    /// Takes an id out; says whether it was there.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        self.0.remove(&digest(id))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

fn digest(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_again() {
        let mut ids = Ids::default();
        assert!(ids.insert("a") && ids.insert("b") && !ids.insert("a"));
        assert!(ids.remove("a") && !ids.remove("a"));
        assert_eq!(ids.len(), 1);
    }
}
