//! Files of lines, read one by one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The lines of a file. None of them is longer than a limit.
pub(super) struct Lines {
    file: BufReader<File>,
    max_bytes: usize,
    line: Vec<u8>,
}

impl Lines {
    pub(super) fn open(path: &Path, max_bytes: usize) -> io::Result<Self> {
        Ok(Self {
            file: BufReader::with_capacity(64 << 10, File::open(path)?),
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
