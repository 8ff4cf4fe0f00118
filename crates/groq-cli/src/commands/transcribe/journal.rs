//! Journals: what is done of a job, so that the same command continues after an interruption.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::Duration,
};

use super::input::{is_stdin, url};
use crate::{
    files::{check_regular, private_folder},
    session::Session,
    settings,
};

/// How long an interrupted job can be resumed.
const KEPT: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A journal of at most this many bytes is empty.
const EMPTY: u64 = 64;

/// The journal of a recording; `None` for what cannot be found again, or if nothing can be kept.
///
/// It is named after the recording and the server: the answers of one server are not those of another. Answers are found by
/// the hash of the audio and all options, so that a file that has changed gets none of them.
pub(super) fn path(input: &Path, session: &Session) -> Option<PathBuf> {
    if is_stdin(input) || url(input).is_some() {
        return None;
    }
    let path = fs::canonicalize(input).ok()?;
    let mock = session.global.mock.then(|| "mock".to_owned());
    let server = mock.map_or_else(|| session.base_url(), |mock| Ok(Some(mock)));
    let server = server.ok()?;
    // The hash may differ in another version: then the job starts again.
    let mut hasher = DefaultHasher::new();
    (&path, server).hash(&mut hasher);
    let state = settings::state_folder()?;
    let folder = state.join("journals");
    let stem = path.file_stem()?.to_string_lossy();
    let is_plain = |c: &char| c.is_alphanumeric() || matches!(c, '-' | '_');
    let stem: String = stem.chars().filter(is_plain).take(40).collect();
    let journal = folder.join(format!("{stem}-{:016x}.journal", hasher.finish()));
    let usable = private_folder(&state)
        .and_then(|()| private_folder(&folder))
        .and_then(|()| check_regular(&journal));
    if let Err(error) = usable {
        session.stderr.note(format!(
            "this job cannot be resumed if it is interrupted: {error}"
        ));
        return None;
    }
    remove_old(&folder);
    Some(journal)
}

/// Removes the journal of a job that has succeeded, or that has nothing in it.
pub(super) fn close(path: &Path, succeeded: bool) {
    let is_empty = || fs::metadata(path).is_ok_and(|there| there.len() <= EMPTY);
    if succeeded || is_empty() {
        let _ = fs::remove_file(path);
    }
}

/// Removes the journals of jobs that were not continued.
fn remove_old(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|there| there.modified());
        if changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > KEPT)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
