//! A file that gets its name when it is whole.

use std::ffi::OsString;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::File;
use tokio::task::spawn_blocking;

/// A file under another name. It goes away unless it is finished.
pub(super) struct Unfinished {
    name: PathBuf,
    path: PathBuf,
    renamed: bool,
}

impl Unfinished {
    pub(super) async fn create(name: &Path) -> io::Result<(Self, File)> {
        let (name, path) = (name.to_owned(), beside(name)?);
        // Where no one waits any more, the file is still made; it belongs to its guard then, which goes with what no one takes.
        let made = spawn_blocking(move || {
            let mut options = fs::OpenOptions::new();
            let file = options.write(true).create_new(true).open(&path)?;
            let guard = Self {
                name,
                path,
                renamed: false,
            };
            Ok::<_, io::Error>((guard, file))
        });
        let (guard, file) = made.await.map_err(io::Error::other)??;
        Ok((guard, File::from_std(file)))
    }

    /// Gives the file its name, once its content is on the disk.
    pub(super) async fn finish(mut self, file: File) -> io::Result<()> {
        file.sync_all().await?;
        drop(file);
        let named = spawn_blocking(move || {
            fs::rename(&self.path, &self.name)?;
            self.renamed = true;
            sync_folder(self.name.parent().unwrap_or(&self.name));
            Ok(())
        });
        named.await.map_err(io::Error::other)?
    }
}

/// Makes a new name in a folder outlive a crash of the system, where the system can do that.
pub(crate) fn sync_folder(folder: &Path) {
    let here = folder.as_os_str().is_empty();
    let folder = if here { Path::new(".") } else { folder };
    #[cfg(unix)]
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.renamed {
            // If it cannot be removed, it stays under a name that says what it is.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A name in the same folder, so that renaming moves no bytes.
fn beside(name: &Path) -> io::Result<PathBuf> {
    let last = name
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let mut unfinished = OsString::from(".");
    unfinished.push(last);
    unfinished.push(format!(
        ".{:08x}.part",
        RandomState::new().hash_one(0) >> 32
    ));
    Ok(name.with_file_name(unfinished))
}
