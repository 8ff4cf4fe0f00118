//! What is read as it comes: iterators that wait.

use std::io::{self, Read, Write};
use std::iter::FusedIterator;
use std::path::Path;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use groq_types::{ChatCompletion, ChatCompletionChunk, ResponseObject, ResponseStreamEvent};

use super::Worker;
use crate::error::Error;

/// Turns what an async method returns into what the blocking method returns.
pub(super) trait IntoBlocking {
    type Blocking;

    fn into_blocking(self, worker: &Arc<Worker>) -> Self::Blocking;
}

/// A type that waits with a worker, and derefs to what it waits for.
macro_rules! waiting {
    ($($(#[$doc:meta])* $name:ident$(<$item:ident>)?($inner:ty);)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name$(<$item>)? {
            pub(super) inner: $inner,
            pub(super) worker: std::sync::Arc<$crate::blocking::worker::Worker>,
        }

        impl$(<$item>)? std::ops::Deref for $name$(<$item>)? {
            type Target = $inner;

            fn deref(&self) -> &Self::Target {
                &self.inner
            }
        }

        impl$(<$item>)? $crate::blocking::streams::IntoBlocking for $inner {
            type Blocking = $name$(<$item>)?;

            fn into_blocking(self, worker: &std::sync::Arc<$crate::blocking::worker::Worker>) -> Self::Blocking {
                $name {
                    inner: self,
                    worker: std::sync::Arc::clone(worker),
                }
            }
        }
    )*};
}

pub(super) use waiting;

waiting! {
    /// A reply that is read as it is written; from [`Chat::stream`](super::Chat::stream).
    ///
    /// It iterates over the chunks, and ends without an error only if the reply is complete. It derefs to the async
    /// [`ChatStream`](crate::ChatStream) for methods that do not wait: `stream.snapshot()`, `stream.usage()`.
    ///
    /// Dropping it ends the call. Nothing is read ahead: a slow reader slows the server down.
    #[must_use = "a stream does nothing until it is read"]
    ChatStream(crate::ChatStream);

    /// A response that is read as it is written; from [`Responses::stream`](super::Responses::stream).
    ///
    /// It iterates over the events, and ends without an error only if the response is complete. It derefs to the async
    /// [`ResponseStream`](crate::ResponseStream) for methods that do not wait. Dropping it ends the call.
    #[must_use = "a stream does nothing until it is read"]
    ResponseStream(crate::ResponseStream);

    /// The content of a file, or spoken audio, as it comes in.
    ///
    /// It iterates over the pieces, and can also be read whole ([`bytes`](Self::bytes)), by a [reader](Self::into_reader), or written to a
    /// writer or a file. It ends without an error only if it is complete. It derefs to the async [`Download`](crate::Download) for methods
    /// that do not wait: `download.length()`.
    ///
    /// ```no_run
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let content = client.files().content("file_01")?;
    /// println!("{:?} bytes", content.length());
    /// content.write_to(&mut std::io::stdout())?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "a download does nothing until it is read"]
    Download(crate::Download);
}

/// Iterators over what async streams yield.
macro_rules! iterators {
    ($($name:ident yields $item:ty;)*) => {$(
        impl Iterator for $name {
            type Item = Result<$item, Error>;

            fn next(&mut self) -> Option<Self::Item> {
                self.worker.next(self.inner.next())
            }
        }

        impl FusedIterator for $name {}
    )*};
}

iterators! {
    ChatStream yields ChatCompletionChunk;
    ResponseStream yields ResponseStreamEvent;
    Download yields Bytes;
}

impl ChatStream {
    /// Returns an iterator over the text.
    pub fn text(&mut self) -> TextDeltas<'_> {
        TextDeltas {
            text: self.inner.text(),
            worker: &self.worker,
        }
    }
}

/// Methods that end what they are called on, and wait for those of the async type.
macro_rules! ends {
    ($($name:ident $method:ident($($argument:ident: $type:ty)?) -> $output:ty;)*) => {$(
        impl $name {
            #[doc = concat!("Waits for [`", stringify!($method), "`](crate::", stringify!($name), "::", stringify!($method), ") of the async type.")]
            ///
            /// # Errors
            ///
            /// Those of the async method.
            pub fn $method(self $(, $argument: $type)?) -> Result<$output, Error> {
                self.worker.finish(self.inner.$method($($argument)?))
            }
        }
    )*};
}

ends! {
    ChatStream finish() -> ChatCompletion;
    ResponseStream finish() -> ResponseObject;
    Download bytes() -> Bytes;
    Download save(path: impl AsRef<Path>) -> u64;
}

/// The text of a reply, piece by piece; from [`ChatStream::text`].
///
/// It yields the content of the first choice. [`ChatStream::finish`] returns the whole reply afterwards.
#[derive(Debug)]
#[must_use = "a stream does nothing until it is read"]
pub struct TextDeltas<'a> {
    text: crate::TextDeltas<'a>,
    worker: &'a Worker,
}

impl Iterator for TextDeltas<'_> {
    type Item = Result<String, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.worker.next(self.text.next())
    }
}

impl FusedIterator for TextDeltas<'_> {}

impl Download {
    /// Writes all of it, in constant memory, and returns the number of bytes.
    ///
    /// # Errors
    ///
    /// Those of [`Download::next`](crate::Download::next), and [`is_io`](Error::is_io) if the writer fails.
    pub fn write_to(mut self, writer: &mut (impl Write + ?Sized)) -> Result<u64, Error> {
        let operation = self.inner.operation();
        let failed =
            |error| Error::io("cannot write the download", error).with_operation(operation);
        for piece in self.by_ref() {
            writer.write_all(&piece?).map_err(failed)?;
        }
        writer.flush().map_err(failed)?;
        Ok(self.received())
    }

    /// Returns a reader of it. An error while reading wraps an [`Error`].
    pub fn into_reader(self) -> DownloadReader {
        DownloadReader {
            download: self,
            rest: Bytes::new(),
        }
    }
}

/// Reads a download; from [`Download::into_reader`].
#[derive(Debug)]
#[must_use = "a reader does nothing until it is read"]
pub struct DownloadReader {
    download: Download,
    /// What of a piece is not read yet.
    rest: Bytes,
}

impl Read for DownloadReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && !buffer.is_empty() {
            match self.download.next() {
                None => return Ok(0),
                Some(piece) => self.rest = piece.map_err(io::Error::other)?,
            }
        }
        let length = buffer.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}
