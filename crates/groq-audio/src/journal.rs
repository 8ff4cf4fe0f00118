//! Transcriptions that survive a crash: one line of JSON each, on disk before the next piece is awaited.
//!
//! A transcription is found again by a key made of the audio's bytes and all options, so a file that has
//! changed, or other options, can never be given an old answer. One job at a time uses a journal: another one waits for a
//! moment, since the first may be about to end, and is then refused.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use groq_types::VerboseTranscription;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind};

/// The first line.
const HEADER: &str = "{\"groq_audio_journal\":1}\n";
/// What any version of a journal begins with.
const ANY_HEADER: &[u8] = b"{\"groq_audio_journal\":";
/// How long another job may still be ending.
const MAX_WAIT: Duration = Duration::from_secs(2);
/// The longest line that is read: no answer of one piece is larger.
const LONGEST_LINE: u64 = 64 << 20;

/// A journal that is open for more lines.
#[derive(Clone)]
pub(crate) struct Journal {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    file: Mutex<File>,
    /// The answers that were there, by their keys, each the offset and length of its line.
    known: Known,
}

/// The keys of lines, each with the offset and length of its line.
type Known = HashMap<String, (u64, u64)>;

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    start: u64,
    end: u64,
    answer: VerboseTranscription,
}

/// What is read of a line to find it again.
#[derive(Deserialize)]
struct Key {
    key: String,
}

impl Journal {
    /// Opens a journal, or begins one. A last line that was torn by a crash is dropped.
    ///
    /// Only its owner can read it. A symbolic link, or what is not a plain file, is refused: in a folder that others may
    /// write to, either could have been planted.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        Self::open_within(path, MAX_WAIT)
    }

    fn open_within(path: &Path, max_wait: Duration) -> Result<Self, Error> {
        let refused = |why: &str| {
            let message = format!("journal '{}' {why}", path.display());
            Error::new(ErrorKind::Journal, message)
        };
        let failed = |cause: io::Error| refused("cannot be used").with_source(cause);
        let file = alone(path, max_wait).map_err(failed)?;
        let mut file = file.ok_or_else(|| refused("is in use by another job"))?;
        let known = read(&mut file).map_err(failed)?.map_err(refused)?;
        let shared = Shared {
            path: path.to_owned(),
            file: Mutex::new(file),
            known,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// The answer to this question, if it is there.
    pub(crate) fn find(&self, key: &str) -> Option<VerboseTranscription> {
        let &(offset, length) = self.shared.known.get(key)?;
        let mut file = self.file();
        file.seek(SeekFrom::Start(offset)).ok()?;
        let line: Line = serde_json::from_reader(BufReader::new((&*file).take(length))).ok()?;
        Some(line.answer)
    }

    /// Adds an answer, and waits until the disk has it.
    pub(crate) fn add(
        &self,
        key: String,
        (start, end): (u64, u64),
        answer: VerboseTranscription,
    ) -> Result<(), Error> {
        let line = Line {
            key,
            start,
            end,
            answer,
        };
        self.append(&line).map_err(|cause| {
            let message = format!("write journal '{}'", self.shared.path.display());
            Error::new(ErrorKind::Journal, message).with_source(cause)
        })
    }

    fn append(&self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let mut file = self.file();
        let end = file.seek(SeekFrom::End(0))?;
        let written = file.write_all(&text).and_then(|()| file.sync_data());
        if written.is_err() {
            // Half a line would spoil the next one.
            let _ = file.set_len(end);
        }
        written
    }

    fn file(&self) -> std::sync::MutexGuard<'_, File> {
        self.shared
            .file
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer depends on, as one name.
pub(crate) fn key(audio_sha256: &str, fingerprint: &str) -> String {
    hex(Sha256::new()
        .chain_update(audio_sha256)
        .chain_update(fingerprint))
}

/// The hash of all that a reader returns.
pub(crate) fn sha256(reader: &mut impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(hash)),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// A hash in hexadecimal.
pub(crate) fn hex(hash: Sha256) -> String {
    let hash = hash.finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The locked file; none if another job has it.
fn alone(path: &Path, max_wait: Duration) -> io::Result<Option<File>> {
    let begun = Instant::now();
    loop {
        if let Some(file) = lock::open(path)? {
            return Ok(Some(file));
        }
        if begun.elapsed() >= max_wait {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options
}

/// A lock that ends with the process, however it ends.
#[cfg(unix)]
mod lock {
    use std::fs::{File, Permissions};
    use std::io;
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    use std::path::Path;

    use rustix::fs::{FlockOperation, OFlags, flock};
    use rustix::io::Errno;

    pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
        // A named pipe without a reader would wait for ever.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut options = super::options();
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
        let file = options.open(path).map_err(|cause| {
            if cause.raw_os_error() == Some(Errno::LOOP.raw_os_error()) {
                io::Error::other("it is a symbolic link: name the file itself")
            } else {
                cause
            }
        })?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a plain file"));
        }
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Ok(None),
            // Some network file systems have no locks: no other job is assumed there.
            Ok(()) | Err(Errno::NOSYS | Errno::OPNOTSUPP | Errno::NOLCK) => {}
            Err(cause) => return Err(cause.into()),
        }
        // Only the owner can change this: a file that somebody else put there is refused.
        if metadata.permissions().mode() & 0o077 != 0 {
            file.set_permissions(Permissions::from_mode(0o600))?;
        }
        Ok(Some(file))
    }
}

/// On Windows, a file that is not shared is locked.
#[cfg(windows)]
mod lock {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::OpenOptionsExt;
    use std::path::Path;

    const SHARING_VIOLATION: i32 = 32;

    pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
        match super::options().share_mode(0).open(path) {
            Err(cause) if cause.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            opened => opened.map(Some),
        }
    }
}

#[cfg(not(any(unix, windows)))]
mod lock {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn open(path: &Path) -> io::Result<Option<File>> {
        super::options().open(path).map(Some)
    }
}

/// Reads the keys of all whole lines, each with the offset and length of its line, and drops a line that was torn. Of another
/// file, says what it is.
fn read(file: &mut File) -> io::Result<Result<Known, &'static str>> {
    let mut reader = BufReader::new(&*file);
    let mut known = HashMap::new();
    let mut line = Vec::new();
    let mut offset = 0;
    loop {
        line.clear();
        let count = (&mut reader)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut line)? as u64;
        let whole = line.ends_with(b"\n");
        if offset == 0 && line != HEADER.as_bytes() {
            // Nothing, or the beginning of our own first line: a crash right after the file was made.
            if !HEADER.as_bytes().starts_with(&line) {
                return Ok(Err(if line.starts_with(ANY_HEADER) {
                    "was written by another version: choose a new file"
                } else {
                    "is not a journal"
                }));
            }
            break;
        }
        if !whole {
            break;
        }
        if let Ok(Key { key }) = serde_json::from_slice(&line) {
            known.insert(key, (offset, count));
        }
        offset += count;
    }
    drop(reader);
    file.set_len(offset)?;
    if offset == 0 {
        file.rewind()?;
        file.write_all(HEADER.as_bytes())?;
        file.sync_data()?;
    }
    Ok(Ok(known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn answer(text: &str) -> VerboseTranscription {
        VerboseTranscription::new(text)
    }

    fn written(lines: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("talk.journal");
        let journal = Journal::open(&path).expect("a new journal");
        for text in lines {
            journal
                .add(key(text, "m"), (0, 1), answer(text))
                .expect("written");
        }
        (folder, path)
    }

    #[test]
    fn answers_are_found_again() {
        let (_folder, path) = written(&["one", "two"]);
        let journal = Journal::open(&path).expect("the same journal");
        assert_eq!(journal.find(&key("two", "m")), Some(answer("two")));
        assert_eq!(journal.find(&key("two", "other options")), None);
        assert_eq!(journal.find(&key("one", "m")), Some(answer("one")));
    }

    #[test]
    fn a_torn_line_is_dropped_and_written_again() {
        let (_folder, path) = written(&["one", "two"]);
        let bytes = std::fs::read(&path).expect("readable");
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).expect("writable");
            let journal = Journal::open(&path).expect("still a journal");
            if let Some(found) = journal.find(&key("one", "m")) {
                assert_eq!(found, answer("one"));
            }
            journal
                .add(key("three", "m"), (0, 1), answer("three"))
                .expect("written");
            drop(journal);
            let journal = Journal::open(&path).expect("still a journal");
            assert_eq!(journal.find(&key("three", "m")), Some(answer("three")));
        }
    }

    #[test]
    fn another_file_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("talk.mp3");
        std::fs::write(&path, b"ID3 precious").expect("writable");
        let error = Journal::open(&path).err().expect("no journal");
        assert!(error.is_journal());
        assert!(error.to_string().contains("is not a journal"));
        assert_eq!(std::fs::read(&path).expect("readable"), b"ID3 precious");
    }

    #[test]
    fn another_version_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("talk.journal");
        let newer = b"{\"groq_audio_journal\":2}\n{}\n";
        std::fs::write(&path, newer).expect("writable");
        let error = Journal::open(&path).err().expect("no journal of ours");
        assert!(error.is_journal() && error.to_string().contains("another version"));
        assert_eq!(std::fs::read(&path).expect("readable"), newer);
    }

    #[test]
    fn one_job_at_a_time() {
        let (_folder, path) = written(&["one"]);
        let journal = Journal::open(&path).expect("a journal");
        let error = Journal::open_within(&path, Duration::ZERO).err();
        let error = error.expect("it is in use");
        assert!(error.is_journal() && error.to_string().contains("in use"));
        drop(journal);
        assert!(Journal::open_within(&path, Duration::ZERO).is_ok());
    }

    #[test]
    fn what_cannot_be_opened_or_written_is_a_typed_error() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [
            folder.path().join("no/such/folder"),
            folder.path().to_owned(),
        ] {
            let error = Journal::open(&path).err().expect("no journal");
            assert!(error.is_journal() && std::error::Error::source(&error).is_some());
        }
        let path = folder.path().join("talk.journal");
        std::fs::write(&path, HEADER).expect("writable");
        let shared = Shared {
            path: path.clone(),
            file: Mutex::new(File::open(&path).expect("readable only")),
            known: HashMap::new(),
        };
        let journal = Journal {
            shared: Arc::new(shared),
        };
        let error = journal.add("key".to_owned(), (0, 1), answer("one"));
        assert!(error.expect_err("it cannot be written").is_journal());
        assert_eq!(std::fs::read(&path).expect("there"), HEADER.as_bytes());
    }

    /// A full disk takes no more than a part of a line.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_a_typed_error() {
        let full = OpenOptions::new().read(true).write(true).open("/dev/full");
        let shared = Shared {
            path: PathBuf::from("/dev/full"),
            file: Mutex::new(full.expect("Linux has it")),
            known: HashMap::new(),
        };
        let journal = Journal {
            shared: Arc::new(shared),
        };
        let error = journal.add("key".to_owned(), (0, 1), answer("one"));
        assert!(error.expect_err("there is no room").is_journal());
        let error = Journal::open(Path::new("/dev/full")).err();
        assert!(error.expect("no ordinary file").is_journal());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode();
        let (_folder, path) = written(&[]);
        assert_eq!(mode(&path) & 0o777, 0o600);
        for bytes in [&b""[..], HEADER.as_bytes()] {
            std::fs::write(&path, bytes).expect("writable");
            let open = std::fs::Permissions::from_mode(0o666);
            std::fs::set_permissions(&path, open).expect("ours");
            drop(Journal::open(&path).expect("a journal"));
            assert_eq!(mode(&path) & 0o777, 0o600);
        }
    }

    /// What may have been planted is neither read nor written, nor waited for.
    #[cfg(unix)]
    #[test]
    fn only_a_plain_file_is_opened() {
        use std::os::unix::fs::symlink;
        let (folder, target) = written(&["one"]);
        let before = std::fs::read(&target).expect("readable");
        let name = |name: &str| folder.path().join(name);
        symlink(&target, name("link")).expect("a link");
        symlink(name("nowhere"), name("dangling")).expect("a link");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            name("pipe"),
            rustix::fs::FileType::Fifo,
            mode,
            0,
        )
        .expect("a pipe");
        for (path, why) in [
            (name("link"), "symbolic link"),
            (name("dangling"), "symbolic link"),
            (name("pipe"), "plain file"),
        ] {
            let error = Journal::open(&path).err().expect("refused");
            let cause = std::error::Error::source(&error).expect("a cause");
            assert!(
                error.is_journal() && cause.to_string().contains(why),
                "{cause}"
            );
        }
        assert_eq!(std::fs::read(&target).expect("readable"), before);
        assert!(!name("nowhere").exists());
    }

    proptest! {
        #[test]
        fn garbage_is_no_panic(garbage in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (_folder, path) = written(&["one"]);
            let mut bytes = std::fs::read(&path).expect("readable");
            bytes.extend(garbage);
            std::fs::write(&path, &bytes).expect("writable");
            let journal = Journal::open(&path).expect("still a journal");
            prop_assert_eq!(journal.find(&key("one", "m")), Some(answer("one")));
        }
    }
}
