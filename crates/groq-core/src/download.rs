//! Answers that are no JSON, read as they come.

#[cfg(not(target_arch = "wasm32"))]
mod file;

use std::fmt;
use std::future::poll_fn;
#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::header;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::error::Error;
use crate::response::{head_accessors, head_rate_limits};
use crate::shared::Core;
use crate::transport::{Answered, BodyFailure, ResponseBody};
#[cfg(not(target_arch = "wasm32"))]
use crate::upload::shown;
#[cfg(not(target_arch = "wasm32"))]
use file::Unfinished;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use file::sync_folder;

/// The content of a file, or spoken audio, as it comes in.
///
/// Read it piece by piece ([`next`](Self::next), or any adapter for a [`Stream`]), as a whole ([`bytes`](Self::bytes)), or write it to a
/// writer or a file. Only the first piece of speech is read ahead. Dropping it ends the call. It ends without an error only if it is complete.
///
/// ```no_run
/// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
/// let mut content = client.files().content("file_01").await?;
/// while let Some(piece) = content.next().await {
///     println!("{} bytes", piece?.len());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a download does nothing until it is read"]
pub struct Download {
    client: Core,
    operation: &'static str,
    answered: Answered<ResponseBody>,
    received: u64,
    /// When progress was last told.
    counted: u64,
    over: bool,
}

impl Download {
    head_accessors!(self => self.answered);
    head_rate_limits!(self => self.answered);

    pub(crate) fn new(
        client: Core,
        operation: &'static str,
        answered: Answered<ResponseBody>,
    ) -> Self {
        Self {
            client,
            operation,
            answered,
            received: 0,
            counted: 0,
            over: false,
        }
    }

    /// Returns the next piece; `None` at the end.
    ///
    /// Its future can be dropped and called again: no piece is lost.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Transport`](crate::ErrorKind::Transport) if the connection breaks, and [`is_timeout`](Error::is_timeout) if the server stops
    /// sending.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// Reads all of it into memory.
    ///
    /// ```no_run
    /// # async fn example(download: groq_core::Download) -> Result<(), groq_core::Error> {
    /// let content = download.bytes().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next), and [`is_limit_exceeded`](Error::is_limit_exceeded) if it is larger than
    /// [`max_response_bytes`](crate::ClientBuilder::max_response_bytes).
    pub async fn bytes(mut self) -> Result<Bytes, Error> {
        let max = self.client.settings().max_response();
        if self.length().is_some_and(|length| length > max as u64) {
            return Err(self.fail(BodyFailure::TooLarge(max)));
        }
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await {
            whole.extend_from_slice(&piece?);
            if whole.len() > max {
                return Err(self.fail(BodyFailure::TooLarge(max)));
            }
        }
        Ok(whole.freeze())
    }

    /// Writes all of it, in constant memory, and returns the number of bytes.
    ///
    /// ```no_run
    /// # async fn example(download: groq_core::Download) -> Result<(), groq_core::Error> {
    /// let mut written = Vec::new();
    /// let bytes = download.write_to(&mut written).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next), and [`is_io`](Error::is_io) if the writer fails.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        let operation = self.operation;
        let failed =
            |error| Error::io("cannot write what comes in", error).with_operation(operation);
        while let Some(piece) = self.next().await {
            writer.write_all(&piece?).await.map_err(failed)?;
        }
        writer.flush().await.map_err(failed)?;
        Ok(self.received)
    }

    /// Writes all of it to a file, in constant memory, and returns the number of bytes.
    ///
    /// The file gets its name only when it is complete. Until then it has a temporary name in the same folder, and is removed if the call fails or
    /// is dropped. An existing file is replaced.
    ///
    /// ```no_run
    /// # async fn example(download: groq_core::Download) -> Result<(), groq_core::Error> {
    /// let bytes = download.save("results.jsonl").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`write_to`](Self::write_to).
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let (operation, path) = (self.operation, path.as_ref());
        let failed = |error| {
            Error::io(format!("cannot write {}", shown(path)), error).with_operation(operation)
        };
        let (unfinished, mut file) = Unfinished::create(path).await.map_err(failed)?;
        let bytes = self.write_to(&mut file).await?;
        unfinished.finish(file).await.map_err(failed)?;
        Ok(bytes)
    }

    /// The operation, for errors.
    #[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
    pub(crate) fn operation(&self) -> &'static str {
        self.operation
    }

    /// Returns the length, if the server sent it. It is unknown for compressed content.
    pub fn length(&self) -> Option<u64> {
        if self.answered.body.is_compressed() {
            return None;
        }
        let length = self.answered.headers.get(header::CONTENT_LENGTH)?;
        length.to_str().ok()?.parse().ok()
    }

    /// Returns the number of bytes so far.
    ///
    /// ```no_run
    /// # async fn example(mut download: groq_core::Download) -> Result<(), groq_core::Error> {
    /// download.next().await.transpose()?;
    /// println!("{} of {:?} bytes", download.received(), download.length());
    /// # Ok(())
    /// # }
    /// ```
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Returns the content type.
    pub fn content_type(&self) -> Option<&str> {
        self.answered
            .headers
            .get(header::CONTENT_TYPE)?
            .to_str()
            .ok()
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        /// This much counts as progress.
        const PROGRESS: u64 = 1024;
        if self.over {
            return Poll::Ready(None);
        }
        match ready!(self.answered.body.poll_chunk(context)) {
            Some(Ok(piece)) => {
                self.received += piece.len() as u64;
                if self.received - self.counted >= PROGRESS {
                    self.counted = self.received;
                    self.answered.body.made_progress();
                }
                Poll::Ready(Some(Ok(piece)))
            }
            Some(Err(failure)) => Poll::Ready(Some(Err(self.fail(failure)))),
            None => {
                self.over = true;
                Poll::Ready(None)
            }
        }
    }

    fn fail(&mut self, failure: BodyFailure) -> Error {
        self.over = true;
        let elapsed = self.answered.elapsed_by_now(&self.client);
        failure
            .into_error("max_response_bytes")
            .with_operation(self.operation)
            .with_answer(self.answered.answer(Bytes::new()))
            .with_attempts(self.answered.attempts.clone(), elapsed)
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

/// Leaves out the content.
impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("received", &self.received)
            .field("length", &self.length())
            .field("request_id", &self.request_id())
            .finish_non_exhaustive()
    }
}
