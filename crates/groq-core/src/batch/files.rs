//! The files of a batch: plain files, which only their owner can read.
//!
//! They hold prompts and replies, and are written where others may write too. So none of them is opened through a symbolic link, and
//! nothing but a plain file is opened at all.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::process;

use crate::error::Error;
use crate::upload::shown;

/// Creates a folder for the owner alone; one that exists stays as it is.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Whether anything has this name, a dangling link included.
pub(super) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Makes sure that a plain file has this name, or nothing.
pub(super) fn plain(path: &Path) -> io::Result<Option<Metadata>> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        metadata => metadata?,
    };
    let refused = |what| Err(io::Error::other(format!("{} {what}", path.display())));
    if metadata.is_symlink() {
        return refused("is a symbolic link, which is not followed");
    }
    if !metadata.is_file() {
        return refused("is not a plain file");
    }
    Ok(Some(metadata))
}

/// Opens a file that exists.
pub(super) fn existing(path: &Path, options: &OpenOptions) -> io::Result<File> {
    let expected = plain(path)?.ok_or(io::ErrorKind::NotFound)?;
    let file = options.open(path)?;
    if is_same(&expected, &file.metadata()?) {
        return Ok(file);
    }
    let message = format!("{} was replaced while it was opened", path.display());
    Err(io::Error::other(message))
}

/// Opens a file to write at its end, or creates it.
pub(super) fn append(path: &Path) -> io::Result<File> {
    if plain(path)?.is_some() {
        existing(path, OpenOptions::new().append(true))
    } else {
        new(OpenOptions::new().append(true)).open(path)
    }
}

/// Creates a file, in place of a plain one.
pub(super) fn replace(path: &Path) -> io::Result<File> {
    if plain(path)?.is_some() {
        fs::remove_file(path)?;
    }
    new(OpenOptions::new().write(true)).open(path)
}

/// Takes away what others may do with a file.
pub(super) fn make_private(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(path, only_owner)?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// A folder that is taken for this process, until this is dropped.
pub(super) struct FolderLock(File);

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child process that is just being started has it, too.
        unlock(&self.0);
    }
}

/// Takes a folder for this process. The error names the process that has it.
pub(super) fn lock(folder: &Path) -> Result<FolderLock, Error> {
    let failed = |error| Error::io("cannot lock the folder of the batch", error);
    let path = folder.join("batch.lock");
    let Some(mut file) = locked(&path).map_err(failed)? else {
        let id = fs::read_to_string(&path).unwrap_or_default();
        let owner = match id.trim() {
            "" => "another process".to_owned(),
            id if id.parse() == Ok(process::id()) => "this process".to_owned(),
            id => format!("process {id}"),
        };
        let message = format!("{owner} already works on the batch in {}", shown(folder));
        return Err(Error::refused(message).with_hint("wait until it ends, or use another folder"));
    };
    file.set_len(0)
        .and_then(|()| write!(file, "{}", process::id()))
        .map_err(failed)?;
    Ok(FolderLock(file))
}

#[cfg(unix)]
fn unlock(file: &File) {
    let _ = rustix::fs::flock(file, rustix::fs::FlockOperation::Unlock);
}

#[cfg(not(unix))]
fn unlock(_file: &File) {}

/// Opens a file for one process alone; `None` if another has it.
#[cfg(unix)]
fn locked(path: &Path) -> io::Result<Option<File>> {
    use rustix::fs::{FlockOperation, flock};
    use rustix::io::Errno;

    let file = append(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Err(Errno::WOULDBLOCK) => Ok(None),
        // Some network file systems have no locks: no other process is assumed there.
        Ok(()) | Err(Errno::NOSYS | Errno::OPNOTSUPP | Errno::NOLCK) => Ok(Some(file)),
        Err(error) => Err(error.into()),
    }
}

/// Others may read it, to learn who has it.
#[cfg(windows)]
fn locked(path: &Path) -> io::Result<Option<File>> {
    use std::os::windows::fs::OpenOptionsExt as _;

    const SHARE_READ: u32 = 1;
    const SHARING_VIOLATION: i32 = 32;
    let mut options = OpenOptions::new();
    match options
        .append(true)
        .create(true)
        .share_mode(SHARE_READ)
        .open(path)
    {
        Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
        opened => opened.map(Some),
    }
}

#[cfg(not(any(unix, windows)))]
fn locked(path: &Path) -> io::Result<Option<File>> {
    append(path).map(Some)
}

/// A file that does not exist yet. Creating it follows no link.
fn new(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.create_new(true)
}

#[cfg(unix)]
fn is_same(expected: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (expected.dev(), expected.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_expected: &Metadata, opened: &Metadata) -> bool {
    opened.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    type Open = fn(&Path) -> io::Result<File>;

    const WAYS: [(&str, Open); 4] = [
        ("read", |path| existing(path, OpenOptions::new().read(true))),
        ("write", |path| {
            existing(path, OpenOptions::new().write(true))
        }),
        ("append", append),
        ("replace", replace),
    ];

    #[test]
    fn only_plain_files_are_opened() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("target"), "secret").expect("a file");
        symlink(at("target"), at("link")).expect("a link");
        symlink(at("nowhere"), at("dangling")).expect("a link");
        fs::create_dir(at("folder")).expect("a folder");
        let _socket = UnixListener::bind(at("socket")).expect("a socket");
        for name in ["link", "dangling", "folder", "socket"] {
            for (way, open) in WAYS {
                let error = open(&at(name)).expect_err(name).to_string();
                let expected = if matches!(name, "link" | "dangling") {
                    "is a symbolic link"
                } else {
                    "is not a plain file"
                };
                assert!(error.contains(expected), "{way} {name}: {error}");
            }
        }
        assert_eq!(fs::read(at("target")).expect("it is whole"), b"secret");
        assert!(!at("nowhere").exists());
    }

    #[test]
    fn what_is_created_is_for_the_owner_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("a").join("b");
        create_folder(&inner).expect("a folder");
        let mode = |path: &Path| fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode(&inner), 0o700);
        for (name, open) in [("appended", append as Open), ("replaced", replace)] {
            let path = inner.join(name);
            for _ in 0..2 {
                open(&path).expect("a file");
                assert_eq!(mode(&path), 0o600, "{name}");
            }
        }
    }
}
