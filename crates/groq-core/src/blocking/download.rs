//! Answers that are no JSON, read as they come.

use std::io::{self, Read, Write};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use bytes::{Buf, Bytes};

use super::{Client, Worker};
use crate::error::Error;

/// The content of a file, or spoken audio, as it comes in.
///
/// It is an iterator over the pieces; it can also be read as a whole ([`bytes`](Self::bytes)), by a [reader](Self::into_reader), or written to
/// a writer or a file. It ends without an error only if it is whole. What can be asked without waiting is asked of the
/// [`Download`](crate::Download) that it derefs to: `download.length()`.
///
/// ```no_run
/// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
/// let content = client.files().content("file_01")?;
/// println!("{:?} bytes", content.length());
/// content.write_to(&mut std::io::stdout())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Download {
    download: crate::Download,
    worker: Arc<Worker>,
}

impl Download {
    pub(super) fn new(client: &Client, download: crate::Download) -> Self {
        Self {
            download,
            worker: Arc::clone(client.worker()),
        }
    }

    /// All of it, in memory.
    ///
    /// # Errors
    ///
    /// Those of [`Download::bytes`](crate::Download::bytes).
    pub fn bytes(self) -> Result<Bytes, Error> {
        self.worker.finish(self.download.bytes())
    }

    /// Writes all of it, in constant memory, and returns how many bytes it had.
    ///
    /// # Errors
    ///
    /// Those of [`Download::next`](crate::Download::next), and [`is_io`](Error::is_io) where the writer fails.
    pub fn write_to(mut self, writer: &mut (impl Write + ?Sized)) -> Result<u64, Error> {
        let doing = self.download.doing();
        let failed = |error| Error::io("cannot write what comes in", error).while_doing(doing);
        for piece in self.by_ref() {
            writer.write_all(&piece?).map_err(failed)?;
        }
        writer.flush().map_err(failed)?;
        Ok(self.received())
    }

    /// Writes all of it to a file, which gets its name only when it is whole, and returns how many bytes it had; see
    /// [`Download::save`](crate::Download::save).
    ///
    /// # Errors
    ///
    /// Those of [`Download::save`](crate::Download::save).
    pub fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        self.worker.finish(self.download.save(path))
    }

    /// A reader of it. An error while reading wraps an [`Error`].
    pub fn into_reader(self) -> DownloadReader {
        DownloadReader {
            download: self,
            rest: Bytes::new(),
        }
    }
}

impl Iterator for Download {
    type Item = Result<Bytes, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.worker.next(self.download.next())
    }
}

impl std::iter::FusedIterator for Download {}

impl Deref for Download {
    type Target = crate::Download;

    fn deref(&self) -> &Self::Target {
        &self.download
    }
}

/// Reads a download; from [`Download::into_reader`].
#[derive(Debug)]
pub struct DownloadReader {
    download: Download,
    /// What of a piece is not read yet.
    rest: Bytes,
}

impl Read for DownloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && !buffer.is_empty() {
            match self.download.next() {
                None => return Ok(0),
                Some(piece) => self.rest = piece.map_err(io::Error::other)?,
            }
        }
        let length = buffer.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
