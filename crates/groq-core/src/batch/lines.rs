//! The lines of the files of a batch, and the ids on them.

use std::collections::HashSet;
use std::fs::{File, OpenOptions};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;

use super::files;

/// The lines of a file. No more of one is kept than a limit.
pub(super) struct Lines {
    file: BufReader<File>,
    max_bytes: usize,
    line: Vec<u8>,
}

/// How a line ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineEnd {
    Newline,
    File,
    /// It is longer than the limit, and the rest of it was left out.
    Limit,
}

impl Lines {
    pub(super) fn open(path: &Path, max_bytes: usize) -> io::Result<Self> {
        let file = files::existing(path, OpenOptions::new().read(true))?;
        Ok(Self {
            file: BufReader::with_capacity(64 << 10, file),
            max_bytes,
            line: Vec::new(),
        })
    }

    /// The next line, without its end, and how it ends.
    pub(super) fn next(&mut self) -> io::Result<Option<(&[u8], LineEnd)>> {
        self.line.clear();
        let mut limited = (&mut self.file).take(self.max_bytes as u64 + 1);
        limited.read_until(b'\n', &mut self.line)?;
        let end = if self.line.pop_if(|last| *last == b'\n').is_some() {
            LineEnd::Newline
        } else if self.line.len() > self.max_bytes {
            self.file.skip_until(b'\n')?;
            LineEnd::Limit
        } else if self.line.is_empty() {
            return Ok(None);
        } else {
            LineEnd::File
        };
        Ok(Some((&self.line, end)))
    }

    /// The ids on all lines that have one.
    pub(super) fn ids(mut self) -> io::Result<Ids> {
        let mut ids = Ids::default();
        while let Some((line, _)) = self.next()? {
            if let Ok(line) = serde_json::from_slice::<LineId>(line) {
                ids.insert(&line.custom_id);
            }
        }
        Ok(ids)
    }
}

/// The lines of a file, if there is one.
pub(super) fn if_there(path: &Path, max_bytes: usize) -> io::Result<Option<Lines>> {
    match Lines::open(path, max_bytes) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        lines => lines.map(Some),
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
