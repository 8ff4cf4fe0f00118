//! Where finished pieces wait for their upload: slots of one unlinked temporary file, or memory.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

/// Where finished pieces are kept until they are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Storage {
    /// In one unlinked temporary file of bounded size.
    #[default]
    File,
    /// In memory: for systems without a disk.
    Memory,
}

/// Slots of equal size, each free again when its audio is dropped.
pub(crate) struct Spool {
    file: Option<Arc<Shared>>,
}

struct Shared {
    file: Mutex<File>,
    slot: u64,
    /// The slots that are free, and the first that was never used.
    free: Mutex<(Vec<u64>, u64)>,
}

impl Spool {
    /// A spool whose pieces have at most `slot` bytes.
    pub(crate) fn new(storage: Storage, slot: u64) -> io::Result<Self> {
        let file = match storage {
            Storage::Memory => None,
            Storage::File => Some(Arc::new(Shared {
                file: Mutex::new(tempfile::tempfile()?),
                slot,
                free: Mutex::default(),
            })),
        };
        Ok(Self { file })
    }

    /// Begins a piece, with room for a header of `header` bytes.
    pub(crate) fn begin(&self, header: usize) -> Draft {
        match &self.file {
            None => Draft::Memory(vec![0; header]),
            Some(shared) => Draft::File {
                slot: Slot::take(shared),
                len: header as u64,
            },
        }
    }
}

/// A slot that is free again when it is dropped.
pub(crate) struct Slot {
    shared: Arc<Shared>,
    number: u64,
}

impl Slot {
    fn take(shared: &Arc<Shared>) -> Self {
        let (free, next) = &mut *lock(&shared.free);
        let number = free.pop().unwrap_or_else(|| {
            *next += 1;
            *next - 1
        });
        Self {
            shared: Arc::clone(shared),
            number,
        }
    }

    fn offset(&self) -> u64 {
        self.number * self.shared.slot
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        lock(&self.shared.free).0.push(self.number);
    }
}

/// A piece that is being written.
pub(crate) enum Draft {
    Memory(Vec<u8>),
    File { slot: Slot, len: u64 },
}

impl Draft {
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(piece) => piece.extend_from_slice(bytes),
            Self::File { slot, len } => {
                if *len + bytes.len() as u64 > slot.shared.slot {
                    return Err(io::Error::other("a piece is larger than planned"));
                }
                write_at(slot, *len, bytes)?;
                *len += bytes.len() as u64;
            }
        }
        Ok(())
    }

    /// Puts the header before everything, and ends the piece.
    pub(crate) fn finish(self, header: &[u8], file_name: String) -> io::Result<PieceAudio> {
        let kind = match self {
            Self::Memory(mut piece) => {
                piece[..header.len()].copy_from_slice(header);
                Kind::Memory(piece.into())
            }
            Self::File { slot, len } => {
                write_at(&slot, 0, header)?;
                let slot = Arc::new(slot);
                Kind::Slot { slot, len }
            }
        };
        Ok(PieceAudio {
            kind,
            file_name: file_name.into(),
        })
    }
}

fn write_at(slot: &Slot, offset: u64, bytes: &[u8]) -> io::Result<()> {
    let mut file = lock(&slot.shared.file);
    file.seek(SeekFrom::Start(slot.offset() + offset))?;
    file.write_all(bytes)
}

/// The audio of one request. It can be read any number of times, from any offset, and is cheap to clone.
///
/// ```
/// use groq_audio::PieceAudio;
///
/// let audio = PieceAudio::from_bytes(vec![1, 2, 3], "piece.flac");
/// assert_eq!(audio.len(), 3);
/// assert_eq!(audio.to_bytes().expect("in memory"), &[1, 2, 3][..]);
/// ```
#[derive(Clone)]
pub struct PieceAudio {
    kind: Kind,
    file_name: Arc<str>,
}

#[derive(Clone)]
enum Kind {
    Memory(Bytes),
    Slot { slot: Arc<Slot>, len: u64 },
    File { file: Arc<Mutex<File>>, len: u64 },
    Url(Arc<str>),
}

impl PieceAudio {
    /// Creates audio in memory. The service takes the format from the extension of the file name.
    pub fn from_bytes(bytes: impl Into<Bytes>, file_name: &str) -> Self {
        Self {
            kind: Kind::Memory(bytes.into()),
            file_name: file_name.into(),
        }
    }

    pub(crate) fn from_file(file: File, len: u64, file_name: &str) -> Self {
        let file = Arc::new(Mutex::new(file));
        Self {
            kind: Kind::File { file, len },
            file_name: file_name.into(),
        }
    }

    /// The same audio under another name.
    pub(crate) fn named(&self, file_name: &str) -> Self {
        Self {
            file_name: file_name.into(),
            ..self.clone()
        }
    }

    pub(crate) fn from_url(url: &str) -> Self {
        Self {
            kind: Kind::Url(url.into()),
            file_name: "".into(),
        }
    }

    /// Returns the file name to send. Its extension names the format, and the rest reveals nothing.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Returns the URL from which the service fetches the audio, if there are no bytes to send.
    pub fn url(&self) -> Option<&str> {
        match &self.kind {
            Kind::Url(url) => Some(url),
            _ => None,
        }
    }

    /// Returns the length in bytes.
    pub fn len(&self) -> u64 {
        match &self.kind {
            Kind::Memory(bytes) => bytes.len() as u64,
            Kind::Slot { len, .. } | Kind::File { len, .. } => *len,
            Kind::Url(_) => 0,
        }
    }

    /// Returns whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns at most `max` bytes from `offset` on; none at the end. It blocks for as long as the disk does.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    ///
    /// ```
    /// use groq_audio::PieceAudio;
    ///
    /// let audio = PieceAudio::from_bytes(vec![1, 2, 3], "piece.flac");
    /// assert_eq!(audio.read_at(1, 10)?, &[2, 3][..]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn read_at(&self, offset: u64, max: usize) -> io::Result<Bytes> {
        let count = self.len().saturating_sub(offset).min(max as u64) as usize;
        if let Kind::Memory(bytes) = &self.kind {
            let from = (offset as usize).min(bytes.len());
            return Ok(bytes.slice(from..from + count));
        }
        let mut buffer = vec![0; count];
        self.read_into(offset, &mut buffer)?;
        Ok(buffer.into())
    }

    /// Fills `out` from `offset` on, and returns how much there was.
    fn read_into(&self, offset: u64, out: &mut [u8]) -> io::Result<usize> {
        let count = self.len().saturating_sub(offset).min(out.len() as u64) as usize;
        let out = &mut out[..count];
        let (file, base) = match &self.kind {
            _ if count == 0 => return Ok(0),
            Kind::Memory(bytes) => {
                let from = offset as usize;
                out.copy_from_slice(&bytes[from..from + count]);
                return Ok(count);
            }
            Kind::Slot { slot, .. } => (&slot.shared.file, slot.offset()),
            Kind::File { file, .. } => (file.as_ref(), 0),
            Kind::Url(_) => return Ok(0),
        };
        let mut file = lock(file);
        file.seek(SeekFrom::Start(base + offset))?;
        file.read_exact(out)?;
        Ok(count)
    }

    /// Returns all bytes.
    ///
    /// ```
    /// use groq_audio::PieceAudio;
    ///
    /// assert_eq!(PieceAudio::from_bytes("fLaC", "piece.flac").to_bytes()?, "fLaC");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn to_bytes(&self) -> io::Result<Bytes> {
        self.read_at(0, usize::MAX)
    }

    /// Returns a reader, which begins at the first byte.
    pub fn reader(&self) -> PieceReader {
        PieceReader {
            audio: self.clone(),
            at: 0,
        }
    }
}

impl std::fmt::Debug for PieceAudio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PieceAudio")
            .field("file_name", &self.file_name)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// Reads a [`PieceAudio`].
///
/// ```
/// use groq_audio::PieceAudio;
/// use std::io::Read;
///
/// let mut text = String::new();
/// PieceAudio::from_bytes("fLaC", "piece.flac").reader().read_to_string(&mut text)?;
/// assert_eq!(text, "fLaC");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct PieceReader {
    audio: PieceAudio,
    at: u64,
}

impl PieceReader {
    pub(crate) fn audio(&self) -> &PieceAudio {
        &self.audio
    }
}

impl Read for PieceReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.audio.read_into(self.at, out)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for PieceReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.audio.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

/// A panic of another thread leaves nothing half done in what these locks hold.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_used_again() {
        let spool = Spool::new(Storage::File, 100).expect("a temporary file");
        let finish = |mut draft: Draft, text: &[u8]| {
            draft.write(text).expect("room");
            draft.finish(b"H", "x.flac".to_owned()).expect("written")
        };
        let first = finish(spool.begin(1), b"first");
        let second = finish(spool.begin(1), b"second");
        drop(first);
        let third = finish(spool.begin(1), b"third");
        assert_eq!(third.to_bytes().expect("readable"), &b"Hthird"[..]);
        assert_eq!(second.read_at(3, 2).expect("readable"), &b"co"[..]);
        let shared = spool.file.as_ref().expect("a file");
        assert_eq!(lock(&shared.free).1, 2);
    }

    #[test]
    fn a_slot_is_never_left() {
        let spool = Spool::new(Storage::File, 10).expect("a temporary file");
        assert!(spool.begin(4).write(&[0; 7]).is_err());
    }
}
