//! Where the answers of a job wait until it is done.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{session::Session, settings};

/// How long a job that was broken off can be resumed.
const KEPT: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A journal of this many bytes has no answer in it.
const EMPTY: u64 = 64;

/// The journal for a recording; none for what cannot be found again, or where nothing can be kept.
///
/// It is named by the recording and by who answers: what one server heard is no answer of another. The answers in it are found
/// by the hash of the audio and all options, so a file that has changed gets none of them.
pub(super) fn of(input: &Path, session: &Session) -> Option<PathBuf> {
    if super::is_stdin(input) || super::address(input).is_some() {
        return None;
    }
    let path = fs::canonicalize(input).ok()?;
    let server = match session.global.mock {
        true => Some("mock".to_owned()),
        false => session.settings.base_url(&session.global).ok()?,
    };
    // It need not be the same in the next version: then the job begins anew.
    let mut hasher = DefaultHasher::new();
    (&path, server).hash(&mut hasher);
    let folder = settings::state_folder()?.join("journals");
    if let Err(error) = private_folder(&folder) {
        session.talk.note(format!(
            "a broken-off job cannot be resumed: '{}': {error}",
            folder.display()
        ));
        return None;
    }
    forget_old_ones(&folder);
    let stem = path
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let stem: String = stem
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
        .take(40)
        .collect();
    Some(folder.join(format!("{stem}-{:016x}.journal", hasher.finish())))
}

/// Done with, after the job succeeded, or if there is nothing in it.
pub(super) fn close(path: &Path, succeeded: bool) {
    let is_empty = || fs::metadata(path).is_ok_and(|there| there.len() <= EMPTY);
    if succeeded || is_empty() {
        let _ = fs::remove_file(path);
    }
}

/// Jobs that nobody came back to.
fn forget_old_ones(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let age = entry
            .metadata()
            .and_then(|there| there.modified())
            .map(|changed| changed.elapsed());
        if matches!(age, Ok(Ok(age)) if age > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// What is said in recordings is nobody else's business.
fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
