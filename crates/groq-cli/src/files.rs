//! Files that appear whole or not at all, and replace nothing unless told to.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

use crate::failure::Failure;

/// A place for output, looked at before the work begins and filled after it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
    force: bool,
}

impl Place {
    /// Refuses a place where something is, or nothing can be, before anything has been paid for.
    pub(crate) fn new(path: impl Into<PathBuf>, force: bool) -> Result<Self, Failure> {
        let place = Self {
            path: path.into(),
            force,
        };
        let taken = "it exists; --force replaces it";
        match fs::metadata(&place.path) {
            Ok(there) if there.is_dir() => return Err(place.refused("it is a folder")),
            Ok(there) if there.is_file() && !force => return Err(place.refused(taken)),
            Ok(there) if !there.is_file() => return Ok(place),
            // A link that leads nowhere is there all the same.
            Err(_) if place.path.is_symlink() && !force => return Err(place.refused(taken)),
            _ => {}
        }
        if names_a_folder(&place.path) || !place.folder().is_dir() {
            return Err(place.refused("there is no such folder"));
        }
        // A folder that takes no files is found now, and not when the work is done.
        temporary(folder(&place.target())).map_err(|error| place.refused(&plain(&error)))?;
        Ok(place)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Takes over what is in a finished file.
    pub(crate) fn take(&self, finished: &Path) -> Result<(), Failure> {
        self.write(|out| io::copy(&mut File::open(finished)?, out).map(drop))
    }

    /// Writes the file: under another name first, and under its own when all of it is on the disk.
    pub(crate) fn write(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let written = if self.is_special() {
            File::options()
                .write(true)
                .open(&self.path)
                .and_then(|mut file| content(&mut file))
        } else {
            self.write_beside(content)
        };
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.refused("it exists; --force replaces it"),
            // A pipe by name, whose reader has gone.
            io::ErrorKind::BrokenPipe => Failure::from(error),
            _ => Failure::internal(format!("write '{}': {error}", self.path.display())),
        })
    }

    fn write_beside(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let path = self.target();
        let mut file = temporary(folder(&path))?;
        {
            let mut writer = io::BufWriter::new(file.as_file_mut());
            content(&mut writer)?;
            writer.flush()?;
        }
        file.as_file().sync_all()?;
        let kept = if self.force {
            file.persist(path)
        } else {
            file.persist_noclobber(path)
        };
        kept.map(drop).map_err(|error| error.error)
    }

    /// What is replaced: a link stays a link, and what it leads to is another.
    fn target(&self) -> PathBuf {
        match self.force {
            true => fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone()),
            false => self.path.clone(),
        }
    }

    /// A device or a pipe by name is written to as it is: there is nothing to replace.
    fn is_special(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|there| !there.is_file())
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::usage(format!("cannot write '{}': {why}", self.path.display()))
    }
}

/// A path as JSON has it: text, even where it is none.
pub(crate) fn in_json(path: &Path) -> String {
    path.display().to_string()
}

/// A folder beside the output, for what is not whole yet.
pub(crate) fn workshop(place: &Place) -> Result<TempDir, Failure> {
    let made = tempfile::Builder::new()
        .prefix(".groq-")
        .tempdir_in(place.folder());
    made.map_err(|error| Failure::internal(format!("make a temporary folder: {error}")))
}

/// `a/`, which no file can be.
fn names_a_folder(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|last| std::path::is_separator(char::from(*last)))
}

/// What went wrong, without the name of a file that nobody asked for.
fn plain(error: &io::Error) -> String {
    io::Error::from(error.kind()).to_string()
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file that is gone unless it is kept, with the permissions of any other new file.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".groq-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_appears_whole_and_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let place = Place::new(&path, false).unwrap();
        place.write(|out| out.write_all(b"one")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["a.txt"]);
        let refused = Place::new(&path, false).unwrap_err();
        assert!(refused.to_string().contains("--force"), "{refused}");
        // One that came about meanwhile is safe as well.
        assert!(place.write(|out| out.write_all(b"two")).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        Place::new(&path, true)
            .unwrap()
            .write(|out| out.write_all(b"two"))
            .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn what_fails_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path().join("a.txt"), false).unwrap();
        let failed = place.write(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_is_missing_is_told_before() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Place::new(folder.path().join("no/a.txt"), false).is_err());
        assert!(Place::new(folder.path(), true).is_err());
        assert!(Place::new(folder.path().join("no/"), true).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_no_files_is_told_before() {
        // Not even the superuser writes there.
        let refused = Place::new("/proc/a.txt", false).unwrap_err();
        assert_eq!(refused.status(), crate::failure::Status::Usage);
        assert!(!refused.to_string().contains(".part"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_something_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(Place::new(&link, false).is_err(), "though it leads nowhere");
        fs::write(&file, "one").unwrap();
        assert!(Place::new(&link, false).is_err());
        let place = Place::new(&link, true).unwrap();
        place.write(|out| out.write_all(b"two")).unwrap();
        assert!(link.is_symlink(), "it stays a link");
        assert_eq!(fs::read(&file).unwrap(), b"two");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_as_it_is() {
        let place = Place::new("/dev/null", false).unwrap();
        place.write(|out| out.write_all(b"gone")).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
