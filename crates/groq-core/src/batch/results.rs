//! The results of a batch: each item once, whatever the files hold.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use groq_types::{BatchLineResponse, BatchResponseLine, BatchStatus};
use serde_json::{Map, Value};

use super::item::{BatchItem, ItemError};
use super::lines::{Ids, LineId, Lines, if_there};
use super::state::{self, Part};
use crate::error::{ApiError, Error, explain, explain_error, text};

/// The results of a batch, read from the disk one by one; from [`Job::run`](super::Job::run).
///
/// They come in the service's order, which is not that of the items. Each item comes once: first those with results, then those that failed,
/// then those that have neither. A line that does not decode is an error of its item. An error of the iterator means that the files cannot be
/// read, and ends it.
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
    /// Why the first line that does not say whose it is does not decode.
    undecodable: Option<String>,
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
                    if let Some(item) = current.read::<T>(&line) {
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
        let input = Lines::open(&state::input(folder, part.number), max_line);
        let output = if_there(&state::output(folder, part.number), max_line);
        Ok(Self {
            part,
            stage: Stage::Output,
            lines: output.map_err(failed)?,
            open: input.and_then(Lines::ids).map_err(failed)?,
            undecodable: None,
        })
    }

    fn advance(&mut self, folder: &Path, max_line: usize) -> Result<(), Error> {
        let number = self.part.number;
        let (stage, path) = if self.stage == Stage::Output {
            (Stage::Errors, state::errors(folder, number))
        } else {
            (Stage::Missing, state::input(folder, number))
        };
        self.stage = stage;
        self.lines = if_there(&path, max_line).map_err(failed)?;
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
    fn read<T: BatchItem>(&mut self, line: &[u8]) -> Option<Item<T::Reply>> {
        let line = text::without_byte_order_mark(line);
        if line.trim_ascii().is_empty() {
            return None;
        }
        let id = match serde_json::from_slice::<LineId>(line) {
            Ok(line) => line.custom_id,
            Err(error) => {
                let reason = explain_error(line, &error);
                let reason = || format!("no line has its id, and one cannot be read: {reason}");
                self.undecodable.get_or_insert_with(reason);
                return None;
            }
        };
        if !self.open.remove(&id) {
            return None;
        }
        if self.stage == Stage::Missing {
            return Some(Item {
                id,
                outcome: Err(self.missing()),
                request_id: None,
            });
        }
        Some(match serde_json::from_slice(line) {
            Ok(line) => answered::<T>(line),
            Err(error) => garbled(id, line, &error),
        })
    }

    /// Why an item has no line of its own: it may be the one that does not decode.
    fn missing(&self) -> ItemError {
        if let Some(reason) = &self.undecodable {
            return ItemError::Undecodable {
                reason: reason.clone(),
                body: Map::new(),
            };
        }
        let status = self.part.status.as_deref().unwrap_or_default();
        ItemError::NotRun {
            status: BatchStatus::from(status),
            reason: self.part.reason.clone(),
        }
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
    let body = response.body;
    if !(200..300).contains(&response.status_code) {
        let api = ApiError::from_body(Value::Object(body).to_string().as_bytes());
        return Err(ItemError::Refused {
            status: u16::try_from(response.status_code).unwrap_or_default(),
            code: api.code,
            message: api.message,
        });
    }
    serde_json::from_value(Value::Object(body.clone())).map_err(|_| {
        let json = Value::Object(body.clone()).to_string();
        ItemError::Undecodable {
            reason: explain::<T::Reply>(json.as_bytes()),
            body,
        }
    })
}

fn failed(error: std::io::Error) -> Error {
    Error::io("cannot read the files of the batch", error).with_operation(OPERATION)
}

impl<T: BatchItem> Iterator for Results<T> {
    type Item = Result<Item<T::Reply>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.try_next();
        if item.is_err() {
            // What cannot be read now cannot be read on either.
            self.current = None;
            self.parts = Vec::new().into_iter();
        }
        item.transpose()
    }
}

impl<T> fmt::Debug for Results<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results").finish_non_exhaustive()
    }
}
