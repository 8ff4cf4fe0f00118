//! A form as a body: its frame, and the file inside it.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;

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
                    (length, Some(Checked::new(file.open().await?, file)))
                }
            };
            let pieces = Box::pin(Body {
                head: Some(head),
                file,
                tail: Some(tail),
            });
            Ok(Opened { length, pieces })
        })
    }

    fn is_consumed(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.is_consumed())
    }
}

/// The bytes of a form, in order.
struct Body {
    head: Option<Bytes>,
    file: Option<Checked>,
    tail: Option<Bytes>,
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let body = self.get_mut();
        if let Some(head) = body.head.take() {
            return Poll::Ready(Some(Ok(head)));
        }
        if let Some(file) = &mut body.file {
            match ready!(file.poll(context)) {
                Some(piece) => return Poll::Ready(Some(piece)),
                None => body.file = None,
            }
        }
        Poll::Ready(body.tail.take().map(Ok))
    }
}

/// The content of the file, counted: never more than may be sent, never another length than was announced.
struct Checked {
    pieces: Pieces,
    file: Arc<Prepared>,
    sent: u64,
}

impl Checked {
    fn new(pieces: Pieces, file: &Arc<Prepared>) -> Self {
        Self {
            pieces,
            file: Arc::clone(file),
            sent: 0,
        }
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        match ready!(self.pieces.as_mut().poll_next(context)) {
            None => Poll::Ready(match self.file.length {
                Some(length) if length != self.sent => Some(Err(self.other_length(length))),
                _ => None,
            }),
            Some(Ok(piece)) => Poll::Ready(Some(self.count(piece))),
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
        }
    }

    fn count(&mut self, piece: Bytes) -> Result<Bytes, Error> {
        self.sent += piece.len() as u64;
        self.file.max.check(self.sent)?;
        if let Some(length) = self.file.length
            && self.sent > length
        {
            return Err(self.other_length(length));
        }
        if let Some(report) = &self.file.progress {
            report(UploadProgress {
                sent: self.sent,
                total: self.file.length,
            });
        }
        Ok(piece)
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
