//! Items on their way to the disk.

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufWriter, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::files::{self, FolderLock};
use super::item::BatchItem;
use super::job::Job;
use super::lines::{Ids, LineEnd, LineId, Lines};
use super::state::{self, Part, State};
use super::window::CompletionWindow;
use crate::error::{Error, ErrorKind};
use crate::shared::Core;

/// Writes the items of a batch to its folder; from [`Batches::write`](crate::Batches::write).
///
/// It blocks on the disk: in an async program with a slow disk, use it from a blocking task.
#[must_use = "a batch is only complete after `finish`"]
pub struct Writer<T> {
    core: Core,
    folder: PathBuf,
    max_items: u64,
    max_bytes: u64,
    parts: Vec<Part>,
    file: Option<BufWriter<File>>,
    lock: FolderLock,
    /// Bytes in the last file.
    bytes: u64,
    /// Items that an earlier run wrote, and this one did not give yet.
    found: Ids,
    written: Ids,
    line: Vec<u8>,
    item: PhantomData<fn(T)>,
}

const OPERATION: &str = "write batch";

#[derive(Serialize)]
struct Line<'a, T> {
    custom_id: &'a str,
    method: &'static str,
    url: &'a str,
    body: &'a T,
}

impl<T: BatchItem> Writer<T> {
    pub(crate) fn open(core: Core, folder: &Path) -> Result<Self, Error> {
        let not_finished = || {
            if !State::exists(folder) {
                return Ok(());
            }
            Err(Error::refused("the batch in the folder is finished")
                .with_hint("go on with it by batches().resume, or use another folder"))
        };
        let lock = not_finished().and_then(|()| {
            files::create_folder(folder).map_err(failed)?;
            let lock = files::lock(folder)?;
            // Another process may have finished it meanwhile.
            not_finished().map(|()| lock)
        });
        let lock = lock.map_err(|error| error.with_operation(OPERATION))?;
        let mut writer = Self {
            max_bytes: core.settings().max_file_bytes,
            core,
            folder: folder.to_owned(),
            max_items: 50_000,
            parts: Vec::new(),
            file: None,
            lock,
            bytes: 0,
            found: Ids::default(),
            written: Ids::default(),
            line: Vec::new(),
            item: PhantomData,
        };
        writer.recover().map_err(failed)?;
        Ok(writer)
    }

    /// Sets the number of items in one file; 50,000 by default, the limit of the API that Groq is compatible with.
    pub fn max_items(mut self, items: u64) -> Self {
        self.max_items = items.max(1);
        self
    }

    /// Sets the size of one file; the client's [`max_file_bytes`](crate::ClientBuilder::max_file_bytes) by default.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Writes an item, and returns whether it is new: one that an earlier run wrote to this folder is skipped.
    ///
    /// ```no_run
    /// # async fn example(mut writer: groq_core::batch::Writer<groq_core::types::ChatCompletionRequest>, request: groq_core::types::ChatCompletionRequest) -> Result<(), groq_core::Error> {
    /// let is_new = writer.push("item-1", &request)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) if the id was used before or is empty, or the request cannot be in a batch;
    /// [`is_limit_exceeded`](Error::is_limit_exceeded) if it is larger than a whole file may be; [`is_io`](Error::is_io) if the disk fails.
    pub fn push(&mut self, id: impl AsRef<str>, request: &T) -> Result<bool, Error> {
        self.try_push(id.as_ref(), request)
            .map_err(|error| error.with_operation(OPERATION))
    }

    fn try_push(&mut self, id: &str, request: &T) -> Result<bool, Error> {
        if id.is_empty() {
            return Err(Error::refused("the id of an item is empty"));
        }
        request.check()?;
        if self.found.remove(id) {
            self.written.insert(id);
            return Ok(false);
        }
        let endpoint = T::endpoint();
        let line = Line {
            custom_id: id,
            method: "POST",
            url: endpoint.as_str(),
            body: request,
        };
        self.line.clear();
        serde_json::to_writer(&mut self.line, &line).map_err(|error| {
            Error::refused("the item cannot be written as JSON").with_source(error)
        })?;
        self.line.push(b'\n');
        let length = self.line.len() as u64;
        if length > self.max_bytes {
            let message = format!(
                "the item has {length} bytes, and a file at most {} (max_bytes)",
                self.max_bytes
            );
            return Err(Error::new(ErrorKind::LimitExceeded, message));
        }
        if !self.written.insert(id) {
            let message = format!("the id {id:?} was given to an item before");
            return Err(Error::refused(message));
        }
        self.append(length).map_err(failed)?;
        Ok(true)
    }

    /// How many items are written, those of earlier runs included.
    pub fn len(&self) -> usize {
        self.written.len() + self.found.len()
    }

    /// Whether no item is written.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Finishes writing. `window` is how long the batch may take.
    ///
    /// Nothing is sent before [`Job::run`].
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request) if there is no item; [`is_io`](Error::is_io) if the disk fails.
    pub fn finish(mut self, window: CompletionWindow) -> Result<Job<T>, Error> {
        if self.parts.is_empty() {
            return Err(Error::refused("the batch has no items").with_operation(OPERATION));
        }
        self.close().map_err(failed)?;
        let token = format!("{:016x}", RandomState::new().hash_one(0));
        let endpoint = T::endpoint().as_str().to_owned();
        let state = State::new(token, endpoint, window.to_string(), self.parts);
        state
            .save(&self.folder)
            .map_err(|error| error.with_operation(OPERATION))?;
        Job::load(self.core, &self.folder, self.lock)
    }

    /// Takes over what an earlier run wrote. What it was writing when it ended is cut off.
    fn recover(&mut self) -> io::Result<()> {
        for number in 0.. {
            let path = state::input(&self.folder, number);
            if !files::is_there(&path) {
                return Ok(());
            }
            let (mut items, mut bytes) = (0, 0);
            let max = usize::try_from(self.max_bytes).unwrap_or(usize::MAX);
            let mut lines = Lines::open(&path, max)?;
            while let Some((line, end)) = lines.next()? {
                if end == LineEnd::Limit {
                    let message = format!("a line is longer than {max} bytes");
                    return Err(io::Error::new(io::ErrorKind::InvalidData, message));
                }
                if end == LineEnd::File {
                    break;
                }
                let Ok(line_id) = serde_json::from_slice::<LineId>(line) else {
                    break;
                };
                bytes += line.len() as u64 + 1;
                items += 1;
                self.found.insert(&line_id.custom_id);
            }
            files::existing(&path, OpenOptions::new().write(true))?.set_len(bytes)?;
            self.bytes = bytes;
            self.parts.push(Part {
                number,
                items,
                ..Part::default()
            });
        }
        Ok(())
    }

    fn append(&mut self, length: u64) -> io::Result<()> {
        let full = self.parts.last().is_none_or(|part| {
            part.items >= self.max_items || self.bytes + length > self.max_bytes
        });
        if full {
            self.close()?;
            let number = u32::try_from(self.parts.len()).map_err(io::Error::other)?;
            self.parts.push(Part {
                number,
                ..Part::default()
            });
            self.bytes = 0;
        }
        let (Some(part), folder) = (self.parts.last_mut(), &self.folder) else {
            return Ok(());
        };
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(BufWriter::new(files::append(&state::input(
                folder,
                part.number,
            ))?)),
        };
        file.write_all(&self.line)?;
        part.items += 1;
        self.bytes += length;
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        match self.file.take() {
            Some(file) => file.into_inner()?.sync_all(),
            None => Ok(()),
        }
    }
}

fn failed(error: io::Error) -> Error {
    Error::io("cannot write the items", error).with_operation(OPERATION)
}

impl<T> std::fmt::Debug for Writer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("files", &self.parts.len())
            .field("items", &(self.written.len() + self.found.len()))
            .finish_non_exhaustive()
    }
}
