//! Files that appear whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::error::Error;

/// Writes beside `path`, and renames when all is there.
pub(crate) fn write(
    path: &Path,
    content: impl FnOnce(&mut BufWriter<&File>) -> Result<(), Error>,
) -> Result<(), Error> {
    let beside = Beside::new(path);
    let failed = |cause| Error::io(format!("write '{}'", path.display()), cause);
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside.path)
        .map_err(failed)?;
    content(&mut BufWriter::new(&file))?;
    file.sync_all().map_err(failed)?;
    fs::rename(&beside.path, path).map_err(failed)
}

/// A name of our own in the same folder; what is left under it goes when this goes.
struct Beside {
    path: PathBuf,
}

impl Beside {
    fn new(path: &Path) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let own = format!(".{name}.{}-{count}.part", std::process::id());
        Self {
            path: path.with_file_name(own),
        }
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After the rename there is nothing to remove.
        let _ = fs::remove_file(&self.path);
    }
}
