//! Files that appear whole or not at all, and files of our own state.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

use crate::{blocking::off_thread, failure::Failure};

/// `--force`.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct Overwrite {
    /// Replace an existing file; follow a symbolic link; write to a pipe or device.
    #[arg(long = "force")]
    pub(crate) allowed: bool,
}

/// A place for output, checked before the work begins and filled after it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    path: PathBuf,
    force: bool,
}

impl Place {
    /// Refuses a place where something is, or nothing can be, before anything has been paid for.
    pub(crate) fn new(path: impl Into<PathBuf>, overwrite: Overwrite) -> Result<Self, Failure> {
        let place = Self {
            path: path.into(),
            force: overwrite.allowed,
        };
        if place.path.is_dir() {
            return Err(place.refused("it is a folder"));
        }
        if !place.force {
            if let Some(kind) = special(&place.path) {
                return Err(place.refused(&format!("it is {kind}; --force writes to it")));
            }
            if place.path.exists() {
                return Err(place.refused(EXISTS));
            }
        } else if place.is_special() {
            return Ok(place);
        }
        if names_a_folder(&place.path) || !place.folder().is_dir() {
            return Err(place.refused("there is no such folder"));
        }
        // A folder that takes no files is found now, and not when the work is done.
        temporary(folder(&place.target())).map_err(|error| {
            // Without the name of a temporary file.
            place.refused(&io::Error::from(error.kind()).to_string())
        })?;
        Ok(place)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder that it is in.
    pub(crate) fn folder(&self) -> &Path {
        folder(&self.path)
    }

    /// Takes over the content of a finished file.
    pub(crate) async fn take(&self, finished: &Path) -> Result<(), Failure> {
        let finished = finished.to_owned();
        let copy = move |out: &mut dyn Write| io::copy(&mut File::open(finished)?, out).map(drop);
        self.fill(copy).await
    }

    /// Writes the file off the reactor: a pipe without a reader blocks.
    pub(crate) async fn fill(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static,
    ) -> Result<(), Failure> {
        let place = self.clone();
        off_thread(move || place.write(content)).await?
    }

    /// Writes the file: under another name first, and under its own when all of it is on the disk.
    pub(crate) fn write(
        &self,
        content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let written = if self.force && self.is_special() {
            File::options()
                .write(true)
                .open(&self.path)
                .and_then(|mut file| content(&mut file))
        } else {
            self.write_beside(content)
        };
        written.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.refused(EXISTS),
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
        let mut writer = io::BufWriter::new(file.as_file_mut());
        content(&mut writer)?;
        writer.flush()?;
        drop(writer);
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
        if self.force {
            fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone())
        } else {
            self.path.clone()
        }
    }

    /// Whether it is, or leads to, a device or a pipe: there is nothing to replace.
    fn is_special(&self) -> bool {
        fs::metadata(&self.path).is_ok_and(|there| !there.is_file())
    }

    fn refused(&self, why: &str) -> Failure {
        Failure::usage(format!("cannot write '{}': {why}", self.path.display()))
    }
}

const EXISTS: &str = "it exists; --force replaces it";

/// A path as JSON has it: text, even if it is not.
pub(crate) fn in_json(path: &Path) -> String {
    path.display().to_string()
}

/// A folder beside the output, for what is not whole yet.
pub(crate) fn workshop(place: &Place) -> Result<TempDir, Failure> {
    hidden_folder(place.folder())
}

/// A temporary folder, which is removed when it is dropped.
pub(crate) fn scratch() -> Result<TempDir, Failure> {
    hidden_folder(&std::env::temp_dir())
}

fn hidden_folder(parent: &Path) -> Result<TempDir, Failure> {
    let made = tempfile::Builder::new().prefix(".groq-").tempdir_in(parent);
    made.map_err(|error| {
        let parent = parent.display();
        Failure::internal(format!("make a temporary folder in '{parent}': {error}"))
    })
}

/// Names the file in an error about it.
pub(crate) fn named(path: &Path) -> impl Fn(io::Error) -> io::Error {
    move |error| io::Error::new(error.kind(), format!("'{}': {error}", path.display()))
}

/// Refuses an input that is no regular file, where it has to be one.
pub(crate) fn check_input(path: &Path) -> Result<(), Failure> {
    if fs::metadata(path).is_ok_and(|there| !there.is_file()) {
        let message = format!("'{}' is not a regular file", path.display());
        return Err(Failure::bad_input(message));
    }
    Ok(())
}

/// What is at a path, unless it is a regular file or nothing. A link is not followed.
fn special(path: &Path) -> Option<&'static str> {
    match fs::symlink_metadata(path).ok()?.file_type() {
        kind if kind.is_file() => None,
        kind if kind.is_symlink() => Some("a symbolic link"),
        kind if kind.is_dir() => Some("a folder"),
        _ => Some("a pipe or a device"),
    }
}

/// Makes sure that a path of our own state has nothing but a regular file, if anything.
pub(crate) fn check_regular(path: &Path) -> io::Result<()> {
    special(path).map_or(Ok(()), |kind| {
        let message = format!("'{}' is {kind}: remove it", path.display());
        Err(io::Error::other(message))
    })
}

/// Opens a file of our own state: for its owner alone, never through a link, and only if it is a regular file.
pub(crate) fn open_private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    check_regular(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path).map_err(named(path))?;
    let there = file.metadata().map_err(named(path))?;
    if !there.is_file() {
        check_regular(path)?;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if there.permissions().mode() & 0o077 != 0 {
            let private = fs::Permissions::from_mode(0o600);
            file.set_permissions(private).map_err(named(path))?;
        }
    }
    Ok(file)
}

/// Replaces a file of our own state: under another name first, so that a crash leaves no half file.
pub(crate) fn replace_private(path: &Path, content: &[u8]) -> io::Result<()> {
    // A temporary file is its owner's alone.
    let mut file = NamedTempFile::new_in(folder(path))?;
    file.write_all(content)?;
    file.persist(path)
        .map_err(|error| named(path)(error.error))?;
    Ok(())
}

/// Makes a folder of our own state, or takes over the one that is there: its owner's alone, not a link, with
/// nothing in it that leads elsewhere.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    make_folder(path)?;
    let there = fs::symlink_metadata(path).map_err(named(path))?;
    let refused = |why: &str| Err(io::Error::other(format!("'{}' {why}", path.display())));
    if !there.is_dir() {
        return refused("is not a folder: remove it");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        if there.uid() != rustix::process::geteuid().as_raw() {
            return refused("belongs to another user");
        }
        if there.mode() & 0o022 != 0 {
            return refused(
                "can be written to by other users: remove it, or 'chmod 700' it if you trust its content",
            );
        }
        if there.mode() & 0o077 != 0 {
            let private = fs::Permissions::from_mode(0o700);
            fs::set_permissions(path, private).map_err(named(path))?;
        }
    }
    for entry in fs::read_dir(path).map_err(named(path))? {
        let entry = entry.map_err(named(path))?.path();
        if special(&entry) != Some("a folder") {
            // Narrows its permissions as well.
            open_private(&entry, OpenOptions::new().read(true))?;
        }
    }
    Ok(())
}

/// Makes a folder, and those that it is in, for their owner alone.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(named(path))
}

/// Whether everybody may add, rename and remove files in a folder.
pub(crate) fn is_open_to_all(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        fs::metadata(folder).is_ok_and(|there| there.mode() & 0o1002 == 0o002)
    }
    #[cfg(not(unix))]
    {
        let _ = folder;
        false
    }
}

/// `a/`, which cannot be a file.
fn names_a_folder(path: &Path) -> bool {
    let last = path.as_os_str().as_encoded_bytes().last();
    last.is_some_and(|last| std::path::is_separator(char::from(*last)))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// A file that is removed unless it is kept, with the permissions of any other new file.
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

    const KEEP: Overwrite = Overwrite { allowed: false };
    const FORCE: Overwrite = Overwrite { allowed: true };

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
        let place = Place::new(&path, KEEP).unwrap();
        place.write(|out| out.write_all(b"one")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(folder.path()), ["a.txt"]);
        let refused = Place::new(&path, KEEP).unwrap_err();
        assert!(refused.to_string().contains("--force"), "{refused}");
        // One that came about meanwhile is safe as well.
        assert!(place.write(|out| out.write_all(b"two")).is_err());
        assert_eq!(fs::read(&path).unwrap(), b"one");
        Place::new(&path, FORCE)
            .unwrap()
            .write(|out| out.write_all(b"two"))
            .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
    }

    #[test]
    fn what_fails_half_way_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path().join("a.txt"), KEEP).unwrap();
        let failed = place.write(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("no more"))
        });
        assert!(failed.is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_that_is_missing_is_reported_before() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Place::new(folder.path().join("no/a.txt"), KEEP).is_err());
        assert!(Place::new(folder.path(), FORCE).is_err());
        assert!(Place::new(folder.path().join("no/"), FORCE).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_takes_no_files_is_reported_before() {
        // Not even the superuser writes there.
        let refused = Place::new("/proc/a.txt", KEEP).unwrap_err();
        assert_eq!(refused.status(), crate::failure::Status::Usage);
        assert!(!refused.to_string().contains(".part"), "{refused}");
    }

    /// Everything that can stand at a path beside a regular file, made in a folder.
    #[cfg(unix)]
    fn kinds(folder: &Path) -> Vec<PathBuf> {
        use std::os::unix::fs::symlink;
        let at = |name: &str| folder.join(name);
        fs::write(at("file"), "one").unwrap();
        symlink(at("file"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        symlink("/dev/null", at("device")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        let fifo = std::process::Command::new("mkfifo")
            .arg(at("fifo"))
            .status();
        assert!(fifo.unwrap().success());
        let mut all = ["link", "dangling", "device", "folder", "fifo"]
            .map(at)
            .to_vec();
        all.push("/dev/null".into());
        all
    }

    #[cfg(unix)]
    #[test]
    fn nothing_but_a_regular_file_is_written_to_or_opened() {
        let folder = tempfile::tempdir().unwrap();
        for path in kinds(folder.path()) {
            let name = path.display();
            assert!(Place::new(&path, KEEP).is_err(), "{name}");
            // One that is put there after the check is safe as well.
            let late = Place {
                path: path.clone(),
                force: false,
            };
            assert!(late.write(|out| out.write_all(b"two")).is_err(), "{name}");
            for options in [
                OpenOptions::new().read(true),
                OpenOptions::new().append(true).create(true),
                OpenOptions::new().write(true).create(true).truncate(true),
            ] {
                assert!(open_private(&path, options).is_err(), "{name}");
            }
        }
        assert_eq!(fs::read(folder.path().join("file")).unwrap(), b"one");
        assert!(!folder.path().join("nowhere").exists());
    }

    #[cfg(unix)]
    #[test]
    fn force_follows_links_and_writes_to_devices() {
        let folder = tempfile::tempdir().unwrap();
        kinds(folder.path());
        let (link, file) = (folder.path().join("link"), folder.path().join("file"));
        let place = Place::new(&link, FORCE).unwrap();
        place.write(|out| out.write_all(b"two")).unwrap();
        assert!(link.is_symlink(), "it stays a link");
        assert_eq!(fs::read(&file).unwrap(), b"two");
        for device in [Path::new("/dev/null"), &folder.path().join("device")] {
            let place = Place::new(device, FORCE).unwrap();
            place.write(|out| out.write_all(b"gone")).unwrap();
            assert!(!fs::metadata(device).unwrap().is_file());
        }
        assert!(Place::new(folder.path().join("folder"), FORCE).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn state_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("a/b");
        private_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700);
        set(&folder, 0o755);
        private_folder(&folder).unwrap();
        assert_eq!(mode(&folder), 0o700, "narrowed");
        let file = folder.join("history");
        open_private(&file, OpenOptions::new().append(true).create(true)).unwrap();
        assert_eq!(mode(&file), 0o600);
        set(&file, 0o644);
        open_private(&file, OpenOptions::new().read(true)).unwrap();
        assert_eq!(mode(&file), 0o600, "narrowed");
        for open in [0o777, 0o722, 0o770] {
            set(&folder, open);
            assert!(private_folder(&folder).is_err(), "{open:o}");
        }
        set(&folder, 0o700);
        for planted in kinds(outer.path()) {
            if planted.is_dir() || planted.starts_with("/dev") {
                continue;
            }
            let inside = folder.join("input.jsonl");
            fs::rename(&planted, &inside).unwrap();
            assert!(private_folder(&folder).is_err(), "{}", planted.display());
            fs::rename(&inside, &planted).unwrap();
        }
        let link = outer.path().join("to_folder");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(private_folder(&link).is_err());
        set(outer.path(), 0o777);
        assert!(is_open_to_all(outer.path()));
        set(outer.path(), 0o1777);
        assert!(!is_open_to_all(outer.path()));
    }
}
