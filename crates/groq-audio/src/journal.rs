//! Answers that survive a crash: one line of JSON each, on disk before the next piece is waited for.
//!
//! An answer is found again by a key made of the audio's bytes and everything else that was asked, so a file that has
//! changed, or other options, can never be given an old answer.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use groq_types::VerboseTranscription;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, ErrorKind};

/// The first line.
const HEADER: &str = "{\"groq_audio_journal\":1}\n";
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
    known: HashMap<String, (u64, u64)>,
}

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
    /// Opens a journal, or begins one that only its owner can read. A last line that was torn by a crash is dropped.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |cause| {
            let message = format!("use journal '{}'", path.display());
            Error::new(ErrorKind::Journal, message).with_source(cause)
        };
        let mut file = create(path).map_err(failed)?;
        let known = read(&mut file).map_err(failed)?;
        let Some(known) = known else {
            let message = format!("'{}' is something else than a journal", path.display());
            return Err(Error::new(ErrorKind::Journal, message));
        };
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
        file.seek(SeekFrom::End(0))?;
        file.write_all(&text)?;
        file.sync_data()
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
    let hash = Sha256::new()
        .chain_update(audio_sha256)
        .chain_update(fingerprint);
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = file.metadata()?;
        if metadata.is_file() && metadata.len() == 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(file)
}

/// The keys of all whole lines; none if the file is something else.
fn read(file: &mut File) -> io::Result<Option<HashMap<String, (u64, u64)>>> {
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
                return Ok(None);
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
    Ok(Some(known))
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
        assert_eq!(std::fs::read(&path).expect("readable"), b"ID3 precious");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = written(&[]);
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
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
