//! How far a batch is, in a file that is always whole.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use groq_types::{Batch, BatchStatus};
use serde::{Deserialize, Serialize};

use super::files;
use crate::download::sync_folder;
use crate::error::Error;
use crate::upload::shown;

/// The state of a batch whose items are all written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    /// Marks our files among those of the organization.
    pub(super) token: String,
    pub(super) endpoint: String,
    pub(super) window: String,
    pub(super) parts: Vec<Part>,
}

/// A file of items, which is a batch to the service.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "steps in a file of JSON")]
pub(super) struct Part {
    pub(super) number: u32,
    pub(super) items: u64,
    /// An upload was begun; whether it arrived is known by `file_id`, or else by the list of files.
    #[serde(default)]
    pub(super) uploading: bool,
    pub(super) file_id: Option<String>,
    /// The same for the batch.
    #[serde(default)]
    pub(super) creating: bool,
    pub(super) batch_id: Option<String>,
    /// The last that was heard of it.
    pub(super) status: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) output_file_id: Option<String>,
    pub(super) error_file_id: Option<String>,
    #[serde(default)]
    pub(super) completed: u64,
    #[serde(default)]
    pub(super) failed: u64,
    /// The files that there are hold as many results as the counts promise.
    #[serde(default)]
    pub(super) complete: bool,
    #[serde(default)]
    pub(super) downloaded: bool,
}

const VERSION: u32 = 1;

impl State {
    pub(super) fn new(token: String, endpoint: String, window: String, parts: Vec<Part>) -> Self {
        Self {
            version: VERSION,
            token,
            endpoint,
            window,
            parts,
        }
    }

    pub(super) fn exists(folder: &Path) -> bool {
        files::is_there(&path(folder))
    }

    pub(super) fn load(folder: &Path) -> Result<Self, Error> {
        let bytes = read(&path(folder)).map_err(|error| {
            Error::io(
                format!("there is no finished batch in {}", shown(folder)),
                error,
            )
            .with_hint("begin it, or go on writing it, by batches().write")
        })?;
        let state: Self = serde_json::from_slice(&bytes).map_err(|error| {
            let message = format!("the state of the batch in {} cannot be read", shown(folder));
            Error::refused(message).with_source(error)
        })?;
        if state.version != VERSION {
            let message = format!(
                "the batch in {} was written by another version",
                shown(folder)
            );
            return Err(Error::refused(message));
        }
        Ok(state)
    }

    /// Saves it in place of what was there. A crash leaves either.
    pub(super) fn save(&self, folder: &Path) -> Result<(), Error> {
        self.write(folder)
            .map_err(|error| Error::io("cannot save the state of the batch", error))
    }

    fn write(&self, folder: &Path) -> io::Result<()> {
        let new = folder.join("batch.json.new");
        let mut file = files::replace(&new)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(&new, path(folder))?;
        sync_folder(folder);
        Ok(())
    }
}

impl Part {
    /// The name that the service sees.
    pub(super) fn upload_name(&self, token: &str) -> String {
        format!("groq-batch-{token}-{:03}.jsonl", self.number)
    }

    /// Takes over what the service says of its batch.
    pub(super) fn note(&mut self, batch: &Batch) {
        self.status = Some(batch.status.as_str().to_owned());
        self.output_file_id = batch.output_file_id.clone().filter(|id| !id.is_empty());
        self.error_file_id = batch.error_file_id.clone().filter(|id| !id.is_empty());
        if let Some(counts) = &batch.request_counts {
            self.completed = counts.completed;
            self.failed = counts.failed;
        }
        let errors = batch.errors.as_ref();
        let first = errors.and_then(|errors| errors.data.as_ref()?.first());
        self.reason = first.and_then(|first| {
            let message = first.message.as_deref().or(first.code.as_deref())?;
            Some(match first.line {
                Some(line) => format!("line {line}: {message}"),
                None => message.to_owned(),
            })
        });
    }

    /// Whether the service is done with it, one way or another, and all that it promises can be downloaded.
    pub(super) fn is_over(&self) -> bool {
        self.has_ended() && (self.complete || !self.lacks_a_file())
    }

    pub(super) fn has_ended(&self) -> bool {
        use BatchStatus::{Cancelled, Completed, Expired, Failed};
        let status = self.status.as_deref().map(BatchStatus::from);
        matches!(status, Some(Completed | Failed | Expired | Cancelled))
    }

    /// Whether the counts promise results of which there is no file yet. Nothing of a batch that failed was run.
    pub(super) fn lacks_a_file(&self) -> bool {
        let lacks = self.completed > 0 && self.output_file_id.is_none()
            || self.failed > 0 && self.error_file_id.is_none();
        lacks && self.status.as_deref() != Some(BatchStatus::Failed.as_str())
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut file = files::existing(path, OpenOptions::new().read(true))?;
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn path(folder: &Path) -> PathBuf {
    folder.join("batch.json")
}

/// The file of the items of a part.
pub(super) fn input(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("input-{number:03}.jsonl"))
}

/// The file of its results.
pub(super) fn output(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("output-{number:03}.jsonl"))
}

/// The file of its failures.
pub(super) fn errors(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("errors-{number:03}.jsonl"))
}

/// The progress of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The current phase.
    pub phase: Phase,
    /// Items in all.
    pub items: u64,
    /// Items that succeeded, as far as the service has reported.
    pub completed: u64,
    /// Items that failed, as far as the service has reported.
    pub failed: u64,
    /// The files that hold the items; each is a batch of the service.
    pub parts: usize,
    /// The files for which the phase is done.
    pub parts_done: usize,
}

/// A phase of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// Files are uploaded, and batches are created.
    Starting,
    /// The service runs the batch.
    Running,
    /// Results are downloaded.
    Downloading,
    /// All results are downloaded.
    Done,
}
