//! A form as a body: its frame, and the file inside it.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Prepared, UploadProgress, changed};
use crate::error::{Error, ErrorKind};
use crate::limits::CallEstimate;
use crate::multipart::Framing;
use crate::transport::source::{Opened, Opening, Pieces, Source};

/// A form, with or without a file.
pub(crate) struct Form {
    framing: Framing,
    file: Option<Arc<Prepared>>,
    /// How long its recording is, where that is known.
    audio: Option<Duration>,
}

impl Form {
    pub(crate) fn new(framing: Framing, file: Option<Prepared>) -> Self {
        Self {
            framing,
            file: file.map(Arc::new),
            audio: None,
        }
    }

    pub(crate) fn with_audio(mut self, duration: Option<Duration>) -> Self {
        self.audio = duration;
        self
    }

    pub(crate) fn content_type(&self) -> String {
        self.framing.content_type()
    }

    /// What the rate limiter may know of it.
    pub(crate) fn estimate(&self) -> CallEstimate {
        let mut call = CallEstimate::new(self.framing.value("model").unwrap_or_default());
        // A form asks for no tokens.
        call.max_completion_tokens = Some(0);
        call.audio = self.audio;
        call
    }
}

impl Source for Form {
    fn open(&self) -> Opening<'_> {
        Box::pin(async move {
            let name = self.file.as_ref().map(|file| file.name.as_str());
            let head = Bytes::from(self.framing.head(name));
            let tail = Bytes::from(self.framing.tail(name.is_some()));
            let frame = (head.len() + tail.len()) as u64;
            let (length, file) = match &self.file {
                None => (Some(frame), None),
                Some(file) => {
                    let length = file.length.map(|length| length.saturating_add(frame));
                    (length, Some(Checked::open(file).await?))
                }
            };
            let one = |bytes| stream::iter([Ok(bytes)]);
            let file = stream::iter(file).flatten();
            let pieces = Box::pin(one(head).chain(file).chain(one(tail)));
            Ok(Opened { length, pieces })
        })
    }

    fn is_consumed(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.is_consumed())
    }
}

/// The content of the file, counted: never more than may be sent, never another length than was announced.
struct Checked {
    pieces: Pieces,
    file: Arc<Prepared>,
    sent: u64,
}

impl Checked {
    async fn open(file: &Arc<Prepared>) -> Result<Pieces, Error> {
        let checked = Self {
            pieces: file.open().await?,
            file: Arc::clone(file),
            sent: 0,
        };
        Ok(Box::pin(stream::try_unfold(checked, Self::next)))
    }

    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Error> {
        let piece = self.pieces.try_next().await?;
        self.sent += piece.as_ref().map_or(0, Bytes::len) as u64;
        self.file.max.check(self.sent)?;
        if let Some(length) = self.file.length
            && (self.sent > length || piece.is_none() && self.sent < length)
        {
            return Err(self.other_length(length));
        }
        let Some(piece) = piece else { return Ok(None) };
        if let Some(report) = &self.file.progress {
            report(UploadProgress {
                sent: self.sent,
                total: self.file.length,
            });
        }
        Ok(Some((piece, self)))
    }

    fn other_length(&self, length: u64) -> Error {
        if self.file.is_a_path() {
            return changed();
        }
        Error::new(
            ErrorKind::Io,
            format!("the reader does not give the {length} bytes that were announced"),
        )
    }
}
