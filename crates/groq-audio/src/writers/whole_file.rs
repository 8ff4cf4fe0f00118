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
    let unfinished = Unfinished::create(path)?;
    content(&mut BufWriter::new(unfinished.file()))?;
    unfinished.finish()
}

/// A file under a name of our own in the same folder; it goes when this is dropped.
pub(crate) struct Unfinished {
    file: File,
    beside: PathBuf,
    path: PathBuf,
}

impl Unfinished {
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut name = std::ffi::OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(format!(".{}-{count}.part", std::process::id()));
        let beside = path.with_file_name(name);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&beside)
            .map_err(|cause| failed(path, cause))?;
        Ok(Self {
            file,
            beside,
            path: path.to_owned(),
        })
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Gives it its name, once the disk has all of it.
    pub(crate) fn finish(self) -> Result<(), Error> {
        self.file
            .sync_all()
            .and_then(|()| fs::rename(&self.beside, &self.path))
            .map_err(|cause| failed(&self.path, cause))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After the rename there is nothing to remove.
        let _ = fs::remove_file(&self.beside);
    }
}

fn failed(path: &Path, cause: std::io::Error) -> Error {
    Error::io(format!("write '{}'", path.display()), cause)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_file_is_whole_or_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("talk.srt");
        fs::write(&path, "old").expect("writable");
        let half = write(&path, |out| {
            out.write_all(b"half").expect("room");
            Err(Error::invalid("no"))
        });
        assert!(half.is_err());
        assert_eq!(fs::read(&path).expect("there"), b"old");
        write(&path, |out| {
            out.write_all(b"new").expect("room");
            out.flush().map_err(|cause| Error::io("write", cause))
        })
        .expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"new");
        assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1);
        let nowhere = write(&folder.path().join("no/such/talk.srt"), |_| Ok(()));
        assert!(nowhere.expect_err("no folder").is_io());
    }
}
