//! Where audio comes from.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::spool::{PieceAudio, PieceReader};

/// Where audio comes from: a file, bytes, a pipe, raw samples, or an address.
///
/// A path or bytes become one by themselves; the rest has constructors.
///
/// ```
/// use groq_audio::Source;
///
/// let file: Source = "talk.mp4".into();
/// let pipe = Source::reader(std::io::stdin());
/// ```
pub struct Source {
    pub(crate) kind: SourceKind,
}

pub(crate) enum SourceKind {
    Path(PathBuf),
    Bytes(Bytes),
    Reader(Box<dyn Read + Send>),
    Pcm(Pcm),
    Piece(PieceAudio),
    Url(String),
}

/// Samples without a container.
pub(crate) struct Pcm {
    pub(crate) reader: Box<dyn Read + Send>,
    pub(crate) rate: u32,
    pub(crate) channels: u16,
}

impl Source {
    /// A file.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::of(SourceKind::Path(path.into()))
    }

    /// A whole file in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(SourceKind::Bytes(bytes.into()))
    }

    /// A file that is read from its beginning to its end as it comes: a pipe, a download.
    ///
    /// It is read on a thread that may block. MP4 files, which may have their index at the end, are first copied into a
    /// temporary file.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::of(SourceKind::Reader(Box::new(reader)))
    }

    /// The standard input.
    pub fn stdin() -> Self {
        Self::reader(io::stdin())
    }

    /// Raw samples of 16 bits, little-endian, channels interleaved, at `rate` Hz (1,000 to 768,000) with 1 to 64 channels.
    pub fn pcm(reader: impl Read + Send + 'static, rate: u32, channels: u16) -> Self {
        let reader = Box::new(reader);
        Self::of(SourceKind::Pcm(Pcm {
            reader,
            rate,
            channels,
        }))
    }

    /// An address that the service itself fetches, in one request.
    ///
    /// Nothing about it can be checked here: the transcript is [`Unchecked`](crate::Verdict::Unchecked). To have it cut and
    /// checked, download it and give the download to [`reader`](Self::reader).
    pub fn url(url: impl Into<String>) -> Self {
        Self::of(SourceKind::Url(url.into()))
    }

    pub(crate) fn piece(audio: PieceAudio) -> Self {
        Self::of(SourceKind::Piece(audio))
    }

    fn of(kind: SourceKind) -> Self {
        Self { kind }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match &self.kind {
            SourceKind::Path(_) => "path",
            SourceKind::Bytes(_) => "bytes",
            SourceKind::Reader(_) => "reader",
            SourceKind::Pcm(_) => "pcm",
            SourceKind::Piece(_) => "piece",
            SourceKind::Url(_) => "url",
        };
        f.debug_tuple("Source").field(&kind).finish()
    }
}

impl From<&str> for Source {
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<String> for Source {
    fn from(path: String) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for Source {
    fn from(path: &PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<Bytes> for Source {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

/// Something that can be read, and mostly also sought in.
pub(crate) enum Input {
    File(File),
    Bytes(Cursor<Bytes>),
    Piece(PieceReader),
    Stream(Box<dyn Read + Send>),
}

impl Input {
    /// How many bytes there are; none for a stream.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::File(file) => {
                let metadata = file.metadata().ok()?;
                metadata.is_file().then_some(metadata.len())
            }
            Self::Bytes(bytes) => Some(bytes.get_ref().len() as u64),
            Self::Piece(piece) => piece.clone().seek(io::SeekFrom::End(0)).ok(),
            Self::Stream(_) => None,
        }
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(out),
            Self::Bytes(bytes) => bytes.read(out),
            Self::Piece(piece) => piece.read(out),
            Self::Stream(stream) => stream.read(out),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Bytes(bytes) => bytes.seek(to),
            Self::Piece(piece) => piece.seek(to),
            Self::Stream(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}
