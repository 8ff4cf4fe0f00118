//! Where files are kept: in memory, or in a folder that outlives the mock.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::api_error::{ApiError, Outcome};
use crate::lock::lock;

/// In bytes.
pub(crate) const MAX_FILE: usize = 100 * 1024 * 1024;
const MAX_FILES: usize = 10_000;
/// In bytes, of all files together.
const MAX_TOTAL: u64 = 1 << 30;
/// Bytes of a file that says what another one is.
const MAX_ABOUT: u64 = 16 * 1024;

/// What is known of a file, as the wire has it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct About {
    pub(crate) id: String,
    pub(crate) object: String,
    pub(crate) bytes: u64,
    pub(crate) created_at: u64,
    pub(crate) filename: String,
    pub(crate) purpose: String,
}

/// All files of one mock.
#[derive(Debug)]
pub(crate) struct Files {
    kept: Mutex<Vec<Kept>>,
    folder: Option<PathBuf>,
}

#[derive(Clone, Debug)]
struct Kept {
    about: About,
    /// `None` if it is in the folder, under the file's id.
    content: Option<Bytes>,
}

impl Files {
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let kept = folder.as_deref().map(found).unwrap_or_default();
        Self {
            kept: Mutex::new(kept),
            folder,
        }
    }

    pub(crate) fn add(&self, about: About, content: Bytes) -> Outcome<()> {
        let mut kept = lock(&self.kept);
        let total: u64 = kept.iter().map(|kept| kept.about.bytes).sum();
        if kept.len() >= MAX_FILES || total.saturating_add(about.bytes) > MAX_TOTAL {
            return Err(ApiError::invalid(
                "the organization has no room for another file: delete some",
            ));
        }
        let content = match &self.folder {
            Some(folder) => {
                write(folder, &about, &content).map_err(|_| unusable_folder())?;
                None
            }
            None => Some(content),
        };
        kept.push(Kept { about, content });
        Ok(())
    }

    /// The newest first.
    pub(crate) fn list(&self) -> Vec<About> {
        let kept = lock(&self.kept);
        kept.iter().rev().map(|kept| kept.about.clone()).collect()
    }

    pub(crate) fn about(&self, id: &str) -> Outcome<About> {
        self.find(id).map(|kept| kept.about)
    }

    pub(crate) fn content(&self, id: &str) -> Outcome<Bytes> {
        let kept = self.find(id)?;
        let read = |folder: &PathBuf| fs::read(content_path(folder, &kept.about.id)).ok();
        let read = || self.folder.as_ref().and_then(read).map(Bytes::from);
        kept.content.or_else(read).ok_or_else(unusable_folder)
    }

    pub(crate) fn remove(&self, id: &str) -> Outcome<()> {
        let mut kept = lock(&self.kept);
        let place = kept.iter().position(|kept| kept.about.id == id);
        let removed = kept.remove(place.ok_or_else(|| missing(id))?);
        if let Some(folder) = &self.folder {
            let _ = fs::remove_file(about_path(folder, &removed.about.id));
            let _ = fs::remove_file(content_path(folder, &removed.about.id));
        }
        Ok(())
    }

    fn find(&self, id: &str) -> Outcome<Kept> {
        let kept = lock(&self.kept);
        let found = kept.iter().find(|kept| kept.about.id == id);
        found.cloned().ok_or_else(|| missing(id))
    }
}

fn missing(id: &str) -> Box<ApiError> {
    ApiError::with_status(404, format!("The file `{id}` does not exist."))
}

fn unusable_folder() -> Box<ApiError> {
    ApiError::with_status(500, "the folder of this mock's files cannot be used")
        .kind("internal_server_error")
}

fn write(folder: &Path, about: &About, content: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(content_path(folder, &about.id), content)?;
    // Last, since it is what makes the file known.
    fs::write(about_path(folder, &about.id), serde_json::to_vec(about)?)
}

fn content_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.jsonl"))
}

fn about_path(folder: &Path, id: &str) -> PathBuf {
    folder.join(format!("{id}.json"))
}

/// What an earlier mock left in the folder, oldest first. What cannot be read is left alone.
fn found(folder: &Path) -> Vec<Kept> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let paths = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let mut files: Vec<About> = paths
        .filter_map(|path| about(folder, &path))
        .take(MAX_FILES)
        .collect();
    files.sort_by(|one, two| (one.created_at, &one.id).cmp(&(two.created_at, &two.id)));
    let kept = |about| Kept {
        about,
        content: None,
    };
    files.into_iter().map(kept).collect()
}

/// Paths are made of ids, so an id from a file must be one, and the one that the file is named after.
fn about(folder: &Path, path: &Path) -> Option<About> {
    if fs::metadata(path).ok()?.len() > MAX_ABOUT {
        return None;
    }
    let mut about: About = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_id = about.id.starts_with("file_") && about.id.bytes().all(is_part);
    if !is_id || path != about_path(folder, &about.id) {
        return None;
    }
    about.bytes = fs::metadata(content_path(folder, &about.id)).ok()?.len();
    (usize::try_from(about.bytes).ok()? <= MAX_FILE).then_some(about)
}
