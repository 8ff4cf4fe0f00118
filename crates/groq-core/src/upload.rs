//! Uploads: files, bytes, readers and streams.

mod body;
pub(crate) mod name;
mod pieces;
mod wav;

use std::fmt;
#[cfg(not(target_arch = "wasm32"))]
use std::fs::Metadata;
use std::io;
#[cfg(not(target_arch = "wasm32"))]
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
#[cfg(not(target_arch = "wasm32"))]
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use futures_util::TryStreamExt as _;
use tokio::io::AsyncRead;

use crate::error::{Error, ErrorKind};
use crate::transport::source::Pieces;

pub(crate) use body::Form;
pub(crate) use name::Kind;
pub(crate) use wav::duration as wav_duration;

/// An upload: a file by its path, bytes, a reader or a stream.
///
/// It is sent piece by piece, in constant memory. A path and bytes are sent again when a call is retried, and a file that changes in
/// between is an error. A reader can be read only once, so its call is retried only until something was read.
///
/// The service recognizes the kind of a file by the extension of its name. A path has a name; bytes and readers without one get a
/// name with the extension that fits their first bytes.
///
/// ```no_run
/// use groq_core::Upload;
///
/// let by_path = Upload::path("interview.mp3");
/// let in_memory = Upload::bytes(vec![0u8; 64]).name("noise.wav");
/// let by_reader = Upload::reader(tokio::io::empty()).name("nothing.flac").length(0);
/// ```
#[derive(Clone)]
#[must_use = "an upload is only sent by a call"]
pub struct Upload {
    content: Content,
    name: Option<String>,
    length: Option<u64>,
    progress: Option<ProgressFn>,
}

/// The progress of an upload; for [`Upload::on_progress`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadProgress {
    /// The bytes of the file that were passed to the connection.
    pub sent: u64,
    /// The size of the file, if it is known.
    pub total: Option<u64>,
}

type ProgressFn = Arc<dyn Fn(UploadProgress) + Send + Sync>;

#[derive(Clone)]
enum Content {
    #[cfg(not(target_arch = "wasm32"))]
    Path(PathBuf),
    Bytes(Bytes),
    Once(Arc<Slot>),
}

/// A reader, until it is taken out to be read.
pub(crate) struct Slot(Mutex<Option<Pieces>>);

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<Pieces>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Upload {
    /// Uploads the file at this path, under its own name. It is opened for each attempt.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Content::Path(path.into()))
    }

    /// Uploads bytes.
    ///
    /// ```
    /// let noise = groq_core::Upload::bytes(vec![0u8; 64]).name("noise.wav");
    /// ```
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Content::Bytes(bytes.into()))
    }

    /// Uploads the content of a reader.
    pub fn reader(reader: impl AsyncRead + Send + 'static) -> Self {
        Self::once(pieces::from_reader(reader))
    }

    /// Uploads the content of a reader of the standard library. It is read on a thread that may block.
    ///
    /// ```no_run
    /// use groq_core::Upload;
    ///
    /// let recording = Upload::blocking_reader(std::io::stdin()).name("recording.flac");
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    pub fn blocking_reader(reader: impl io::Read + Send + 'static) -> Self {
        Self::once(pieces::from_blocking_reader(reader))
    }

    /// Uploads the content of a stream.
    pub fn stream(stream: impl Stream<Item = Result<Bytes, io::Error>> + Send + 'static) -> Self {
        Self::once(pieces::from_stream(stream))
    }

    fn once(pieces: Pieces) -> Self {
        Self::new(Content::Once(Arc::new(Slot(Mutex::new(Some(pieces))))))
    }

    fn new(content: Content) -> Self {
        Self {
            content,
            name: None,
            length: None,
            progress: None,
        }
    }

    /// Sets the name of the file. Folders in front of it are left out.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the length of what a reader returns. Without it the request has no `Content-Length`; a path and bytes have one.
    pub fn length(mut self, bytes: u64) -> Self {
        self.length = Some(bytes);
        self
    }

    /// Sets a function that is called for each piece that is sent. A retry starts at zero again.
    pub fn on_progress(mut self, report: impl Fn(UploadProgress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(report));
        self
    }

    /// Looks at the content, as it is to be in all attempts.
    pub(crate) async fn prepare(self, kind: Kind, max: Max) -> Result<Prepared, Error> {
        #[cfg_attr(
            target_arch = "wasm32",
            expect(unused_mut, reason = "only a path has a name")
        )]
        let mut given = self.name;
        let mut prepared = Prepared {
            length: self.length,
            #[cfg(not(target_arch = "wasm32"))]
            modified: None,
            name: String::new(),
            max,
            progress: self.progress,
            content: self.content,
        };
        match &prepared.content {
            #[cfg(not(target_arch = "wasm32"))]
            Content::Path(path) => {
                let metadata = metadata_of(path).await?;
                prepared.length = Some(metadata.len());
                prepared.modified = metadata.modified().ok();
                let name = || Some(path.file_name()?.to_str()?.to_owned());
                given = given.or_else(name);
            }
            Content::Bytes(bytes) => prepared.length = Some(bytes.len() as u64),
            Content::Once(_) => {}
        }
        max.check(prepared.length.unwrap_or_default())?;
        prepared.name = match name::given(given.as_deref(), kind) {
            Some(name) => name,
            None => name::sniffed(given.as_deref(), kind, &prepared.beginning().await?)?,
        };
        Ok(prepared)
    }
}

/// The most that may be uploaded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Max {
    pub(crate) bytes: u64,
    /// The setting that says so.
    pub(crate) setting: &'static str,
    /// The way out.
    pub(crate) hint: &'static str,
}

impl Max {
    fn check(self, length: u64) -> Result<(), Error> {
        if length <= self.bytes {
            return Ok(());
        }
        let message = format!(
            "the file has {length} bytes, and at most {} may be sent ({})",
            self.bytes, self.setting
        );
        Err(Error::new(ErrorKind::LimitExceeded, message).with_hint(self.hint))
    }
}

/// An upload that was looked at.
pub(crate) struct Prepared {
    content: Content,
    pub(crate) length: Option<u64>,
    #[cfg(not(target_arch = "wasm32"))]
    modified: Option<SystemTime>,
    /// With the right end.
    pub(crate) name: String,
    max: Max,
    progress: Option<ProgressFn>,
}

impl Prepared {
    /// Begins to read, from the start.
    pub(crate) async fn open(&self) -> Result<Pieces, Error> {
        match &self.content {
            Content::Bytes(bytes) => Ok(pieces::from_bytes(bytes.clone())),
            Content::Once(slot) => Ok(pieces::late(Arc::clone(slot))),
            #[cfg(not(target_arch = "wasm32"))]
            Content::Path(path) => {
                let cannot = |error| unreadable(path, error);
                let file = tokio::fs::File::open(path).await.map_err(cannot)?;
                let metadata = file.metadata().await.map_err(cannot)?;
                if Some(metadata.len()) != self.length || metadata.modified().ok() != self.modified
                {
                    return Err(changed());
                }
                Ok(pieces::from_reader(file))
            }
        }
    }

    pub(crate) fn is_consumed(&self) -> bool {
        matches!(&self.content, Content::Once(slot) if slot.lock().is_none())
    }

    fn is_a_path(&self) -> bool {
        !matches!(self.content, Content::Bytes(_) | Content::Once(_))
    }

    /// The first bytes. A reader gets them back.
    pub(crate) async fn beginning(&self) -> Result<Bytes, Error> {
        /// What tells a kind, or how long a recording is. A reader may give it byte by byte.
        const ENOUGH: usize = 512;
        let mut pieces = match &self.content {
            Content::Once(slot) => {
                let Some(pieces) = slot.lock().take() else {
                    return Ok(Bytes::new());
                };
                pieces
            }
            _ => self.open().await?,
        };
        let mut first = BytesMut::new();
        while first.len() < ENOUGH
            && let Some(piece) = pieces.try_next().await?
        {
            first.extend_from_slice(&piece);
        }
        let first = first.freeze();
        if let Content::Once(slot) = &self.content {
            *slot.lock() = Some(pieces::again(first.clone(), pieces));
        }
        Ok(first)
    }
}

fn changed() -> Error {
    Error::new(
        ErrorKind::Io,
        "the file has changed while it was being uploaded",
    )
    .with_hint("upload a copy that nobody writes to")
}

/// What the system says of a file. A folder, a device and a pipe have no length to go by, and may have no end.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) async fn metadata_of(path: &Path) -> Result<Metadata, Error> {
    let metadata = tokio::fs::metadata(path).await;
    let metadata = metadata.map_err(|error| unreadable(path, error))?;
    if metadata.is_file() {
        return Ok(metadata);
    }
    let message = format!("{} is no regular file", shown(path));
    Err(Error::refused(message)
        .with_hint("what a pipe gives can be given by a reader, or as bytes"))
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn unreadable(path: &Path, error: io::Error) -> Error {
    Error::io(format!("cannot read {}", shown(path)), error)
}

/// A path as an error shows it: its last part.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn shown(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    format!("{:?}", name.to_string_lossy())
}

macro_rules! from {
    ($($(#[$cfg:meta])? $given:ty => $make:ident;)*) => {$(
        $(#[$cfg])?
        impl From<$given> for Upload {
            fn from(given: $given) -> Self {
                Self::$make(given)
            }
        }
    )*};
}

from! {
    #[cfg(not(target_arch = "wasm32"))]
    PathBuf => path;
    #[cfg(not(target_arch = "wasm32"))]
    &Path => path;
    Bytes => bytes;
    Vec<u8> => bytes;
}

/// Leaves out the content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = match &self.content {
            #[cfg(not(target_arch = "wasm32"))]
            Content::Path(_) => "path",
            Content::Bytes(_) => "bytes",
            Content::Once(_) => "reader",
        };
        f.debug_struct("Upload")
            .field("content", &content)
            .field("name", &self.name)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
