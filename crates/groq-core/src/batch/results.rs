//! The results of a batch: each item once, whatever the files hold.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use groq_types::{BatchLineResponse, BatchResponseLine, BatchStatus};
use serde_json::Value;

use super::item::{BatchItem, ItemError};
use super::lines::{Ids, LineId, Lines};
use super::state::{self, Part};
use crate::error::{ApiError, Error, ErrorKind, explain, explain_error};

/// The results of a batch, read from the disk one by one; from [`Job::run`](super::Job::run).
///
/// They come in the service's order, which is not that of the items. Each item comes once: first those with results, then those that failed,
/// then those that have neither. An error means that the files cannot be read; of a line that is none, the next is still read.
pub struct Results<T> {
    folder: PathBuf,
    max_line: usize,
    parts: std::vec::IntoIter<Part>,
    current: Option<Current>,
    item: PhantomData<fn() -> T>,
}

/// An item of a batch, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Item<R> {
    /// The id that you gave it.
    pub id: String,
    /// Its reply, or why there is none.
    pub outcome: Result<R, ItemError>,
    /// The id of its request, for Groq's support.
    pub request_id: Option<String>,
}

/// A part that is being read.
struct Current {
    part: Part,
    stage: Stage,
    lines: Option<Lines>,
    /// Items that have not come yet.
    open: Ids,
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    Output,
    Errors,
    Missing,
}

const OPERATION: &str = "read batch results";

impl<T: BatchItem> Results<T> {
    pub(super) fn new(folder: &Path, parts: Vec<Part>, max_line: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            max_line,
            parts: parts.into_iter(),
            current: None,
            item: PhantomData,
        }
    }

    fn try_next(&mut self) -> Result<Option<Item<T::Reply>>, Error> {
        loop {
            let Some(current) = &mut self.current else {
                let Some(part) = self.parts.next() else {
                    return Ok(None);
                };
                self.current = Some(Current::begin(part, &self.folder, self.max_line)?);
                continue;
            };
            match current.next_line()? {
                Some(line) => {
                    if let Some(item) = current.read::<T>(&line)? {
                        return Ok(Some(item));
                    }
                }
                None if current.stage == Stage::Missing => self.current = None,
                None => current.advance(&self.folder, self.max_line)?,
            }
        }
    }
}

impl Current {
    fn begin(part: Part, folder: &Path, max_line: usize) -> Result<Self, Error> {
        let mut open = Ids::default();
        let mut lines =
            Lines::open(&state::input(folder, part.number), max_line).map_err(failed)?;
        while let Some((line, _)) = lines.next().map_err(failed)? {
            if let Ok(line) = serde_json::from_slice::<LineId>(line) {
                open.insert(&line.custom_id);
            }
        }
        let output = state::output(folder, part.number);
        Ok(Self {
            part,
            stage: Stage::Output,
            lines: if_there(&output, max_line)?,
            open,
        })
    }

    fn advance(&mut self, folder: &Path, max_line: usize) -> Result<(), Error> {
        let number = self.part.number;
        (self.stage, self.lines) = if self.stage == Stage::Output {
            let errors = state::errors(folder, number);
            (Stage::Errors, if_there(&errors, max_line)?)
        } else {
            let input = state::input(folder, number);
            (Stage::Missing, if_there(&input, max_line)?)
        };
        Ok(())
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(lines) = &mut self.lines else {
            return Ok(None);
        };
        let line = lines.next().map_err(failed)?;
        Ok(line.map(|(line, _)| line.to_vec()))
    }

    /// What a line says; `None` if it says nothing new.
    fn read<T: BatchItem>(&mut self, line: &[u8]) -> Result<Option<Item<T::Reply>>, Error> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let id: LineId = serde_json::from_slice(line).map_err(|error| undecodable(line, &error))?;
        if !self.open.remove(&id.custom_id) {
            return Ok(None);
        }
        if self.stage == Stage::Missing {
            let status = self.part.status.as_deref().unwrap_or_default();
            return Ok(Some(Item {
                id: id.custom_id,
                outcome: Err(ItemError::NotRun {
                    status: BatchStatus::from(status),
                    reason: self.part.reason.clone(),
                }),
                request_id: None,
            }));
        }
        Ok(Some(match serde_json::from_slice(line) {
            Ok(line) => answered::<T>(line),
            Err(error) => garbled(id.custom_id, line, &error),
        }))
    }
}

fn answered<T: BatchItem>(line: BatchResponseLine) -> Item<T::Reply> {
    let request_id = line
        .response
        .as_ref()
        .and_then(|response| response.request_id.clone());
    let outcome = match (line.response, line.error) {
        (Some(response), _) => reply::<T>(response),
        (None, error) => {
            let (code, message) = error
                .map(|error| (error.code, error.message))
                .unwrap_or_default();
            Err(ItemError::Failed { code, message })
        }
    };
    Item {
        id: line.custom_id,
        outcome,
        request_id,
    }
}

/// A line whose item is known, and nothing else of it.
fn garbled<R>(id: String, line: &[u8], error: &serde_json::Error) -> Item<R> {
    Item {
        id,
        outcome: Err(ItemError::Undecodable {
            reason: explain_error(line, error),
            body: serde_json::from_slice(line).unwrap_or_default(),
        }),
        request_id: None,
    }
}

fn reply<T: BatchItem>(response: BatchLineResponse) -> Result<T::Reply, ItemError> {
    let body = Value::Object(response.body);
    if !(200..300).contains(&response.status_code) {
        let api = ApiError::from_body(body.to_string().as_bytes());
        return Err(ItemError::AcquireError {
            status: u16::try_from(response.status_code).unwrap_or_default(),
            code: api.code,
            message: api.message,
        });
    }
    match serde_json::from_value(body.clone()) {
        Ok(reply) => Ok(reply),
        Err(_) => Err(ItemError::Undecodable {
            reason: explain::<T::Reply>(body.to_string().as_bytes()),
            body: match body {
                Value::Object(body) => body,
                _ => serde_json::Map::new(),
            },
        }),
    }
}

fn if_there(path: &Path, max_line: usize) -> Result<Option<Lines>, Error> {
    match Lines::open(path, max_line) {
        Ok(lines) => Ok(Some(lines)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::io("cannot read the files of the batch", error).with_operation(OPERATION)
}

fn undecodable(line: &[u8], error: &serde_json::Error) -> Error {
    let message = format!("a line does not decode: {}", explain_error(line, error));
    Error::new(ErrorKind::Decode, message).with_operation(OPERATION)
}

impl<T: BatchItem> Iterator for Results<T> {
    type Item = Result<Item<T::Reply>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.try_next() {
            Ok(item) => item.map(Ok),
            Err(error) => {
                if error.is_io() {
                    // What cannot be read now cannot be read on either.
                    self.current = None;
                    self.parts = Vec::new().into_iter();
                }
                Some(Err(error))
            }
        }
    }
}

impl<T> fmt::Debug for Results<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results").finish_non_exhaustive()
    }
}
