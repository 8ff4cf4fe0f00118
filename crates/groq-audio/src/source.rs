//! Where audio comes from.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::error::{Error, ErrorKind};
use crate::spool::{PieceAudio, PieceReader};

/// Where audio comes from: a file, bytes, a pipe, raw samples, or a URL.
///
/// Paths and bytes convert into a source; the rest has constructors.
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
    /// Reads a file.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::of(SourceKind::Path(path.into()))
    }

    /// Reads a whole file in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::of(SourceKind::Bytes(bytes.into()))
    }

    /// Reads a stream, such as a pipe or a download, on a thread that may block. MP4, which may have its index at the end, is
    /// first copied into a temporary file.
    ///
    /// ```
    /// let download = std::io::Cursor::new(b"fLaC".to_vec());
    /// let source = groq_audio::Source::reader(download);
    /// ```
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::of(SourceKind::Reader(Box::new(reader)))
    }

    /// Reads the standard input.
    pub fn stdin() -> Self {
        Self::reader(io::stdin())
    }

    /// Reads raw samples of 16 bits, little-endian, channels interleaved, at `rate` Hz (1,000 to 768,000) with 1 to 64 channels.
    ///
    /// ```
    /// let second_of_silence = std::io::Cursor::new(vec![0; 88_200]);
    /// let source = groq_audio::Source::pcm(second_of_silence, 44_100, 1);
    /// ```
    pub fn pcm(reader: impl Read + Send + 'static, rate: u32, channels: u16) -> Self {
        let reader = Box::new(reader);
        Self::of(SourceKind::Pcm(Pcm {
            reader,
            rate,
            channels,
        }))
    }

    /// Lets the service fetch a URL, in one request.
    ///
    /// Nothing can be checked: the transcript is [`Unchecked`](crate::Quality::Unchecked). To have the recording cut and
    /// checked, download it into [`reader`](Self::reader).
    ///
    /// ```
    /// let source = groq_audio::Source::url("https://example.com/talk.mp3");
    /// ```
    pub fn url(url: impl Into<String>) -> Self {
        Self::of(SourceKind::Url(url.into()))
    }

    /// Whether the bytes are here, and can be read more than once.
    pub(crate) fn can_be_read_again(&self) -> bool {
        match &self.kind {
            // A named pipe can be read only once. What does not exist is an error when it is opened.
            SourceKind::Path(path) => path
                .metadata()
                .map_or(true, |it| it.is_file() || it.is_dir()),
            SourceKind::Bytes(_) | SourceKind::Piece(_) => true,
            SourceKind::Reader(_) | SourceKind::Pcm(_) | SourceKind::Url(_) => false,
        }
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

macro_rules! from_path {
    ($($path:ty)*) => {$(
        impl From<$path> for Source {
            fn from(path: $path) -> Self {
                Self::path(path)
            }
        }
    )*};
}

from_path!(&str String &Path PathBuf &PathBuf);

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
    /// Bytes that can be read again.
    Audio(PieceReader),
    Stream(Box<dyn Read + Send>),
}

impl Source {
    /// Opens the source.
    pub(crate) fn into_input(self) -> Result<Input, Error> {
        Ok(match self.kind {
            SourceKind::Path(path) => open(&path)
                .map_err(|cause| Error::io(format!("open '{}'", path.display()), cause))?,
            SourceKind::Bytes(bytes) => Input::Audio(PieceAudio::from_bytes(bytes, "").reader()),
            SourceKind::Piece(audio) => Input::Audio(audio.reader()),
            SourceKind::Reader(reader) => Input::Stream(reader),
            SourceKind::Pcm(_) | SourceKind::Url(_) => {
                let message = "a source without a container was opened as one";
                return Err(Error::new(ErrorKind::Internal, message));
            }
        })
    }
}

fn open(path: &Path) -> io::Result<Input> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // A pipe with a name is a stream.
    if !metadata.is_file() {
        return Ok(Input::Stream(Box::new(file)));
    }
    Ok(Input::Audio(
        PieceAudio::from_file(file, metadata.len(), "").reader(),
    ))
}

impl Input {
    /// Returns how many bytes there are; none for a stream.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Audio(reader) => Some(reader.audio().len()),
            Self::Stream(_) => None,
        }
    }
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Audio(reader) => reader.read(out),
            Self::Stream(stream) => stream.read(out),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        match self {
            Self::Audio(reader) => reader.seek(to),
            Self::Stream(_) => Err(io::ErrorKind::Unsupported.into()),
        }
    }
}
