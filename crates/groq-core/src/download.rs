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
use http::{HeaderMap, StatusCode, header};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::error::{Answer, Error};
use crate::limits::RateLimits;
use crate::retry::Attempt;
use crate::shared::Core;
use crate::transport::{Answered, BodyFailure, ResponseBody};
#[cfg(not(target_arch = "wasm32"))]
use crate::upload::shown;
#[cfg(not(target_arch = "wasm32"))]
use file::Unfinished;

/// The content of a file, or spoken audio, as it comes in.
///
/// It can be read piece by piece ([`next`](Self::next), or any adapter for a [`Stream`]), as a whole ([`bytes`](Self::bytes)), or written to a
/// writer or a file. Nothing is read ahead but the first piece of speech, and dropping it ends the call. It ends without an error only if it is whole.
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
    doing: &'static str,
    answered: Answered<ResponseBody>,
    received: u64,
    /// When progress was last told.
    counted: u64,
    over: bool,
}

impl Download {
    pub(crate) fn new(client: Core, doing: &'static str, answered: Answered<ResponseBody>) -> Self {
        Self {
            client,
            doing,
            answered,
            received: 0,
            counted: 0,
            over: false,
        }
    }

    /// The next piece; `None` when all of it has come.
    ///
    /// It may be dropped before it is ready, and asked again: no piece is lost.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Transport`](crate::ErrorKind::Transport) where the connection breaks, and [`is_timeout`](Error::is_timeout) where the server stops.
    pub async fn next(&mut self) -> Option<Result<Bytes, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// All of it, in memory.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next), and [`is_limit_exceeded`](Error::is_limit_exceeded) where it is larger than
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

    /// Writes all of it, in constant memory, and returns how many bytes it had.
    ///
    /// # Errors
    ///
    /// Those of [`next`](Self::next), and [`is_io`](Error::is_io) where the writer fails.
    pub async fn write_to(mut self, writer: &mut (impl AsyncWrite + Unpin)) -> Result<u64, Error> {
        let doing = self.doing;
        let failed = |error| Error::io("cannot write what comes in", error).while_doing(doing);
        while let Some(piece) = self.next().await {
            writer.write_all(&piece?).await.map_err(failed)?;
        }
        writer.flush().await.map_err(failed)?;
        Ok(self.received)
    }

    /// Writes all of it to a file, in constant memory, and returns how many bytes it had.
    ///
    /// The file gets its name only when it is whole. Until then it has another one, in the same folder, and goes away if the call fails
    /// or is dropped. A file that has the name already is replaced.
    ///
    /// # Errors
    ///
    /// Those of [`write_to`](Self::write_to).
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn save(self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let (doing, path) = (self.doing, path.as_ref());
        let failed =
            |error| Error::io(format!("cannot write {}", shown(path)), error).while_doing(doing);
        let (unfinished, mut file) = Unfinished::create(path).await.map_err(failed)?;
        let bytes = self.write_to(&mut file).await?;
        unfinished.finish(file).await.map_err(failed)?;
        Ok(bytes)
    }

    /// What is being done, in words, for errors.
    #[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
    pub(crate) fn operation(&self) -> &'static str {
        self.doing
    }

    /// How many bytes there are in all, if the server said so. Of a body that comes compressed, it does not.
    pub fn length(&self) -> Option<u64> {
        if self.answered.body.is_compressed() {
            return None;
        }
        let length = self.answered.headers.get(header::CONTENT_LENGTH)?;
        length.to_str().ok()?.parse().ok()
    }

    /// How many bytes have come so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// The kind of content, as the server calls it.
    pub fn content_type(&self) -> Option<&str> {
        self.answered
            .headers
            .get(header::CONTENT_TYPE)?
            .to_str()
            .ok()
    }

    /// The id of the request, for Groq's support.
    pub fn request_id(&self) -> Option<&str> {
        self.answered.headers.get("x-request-id")?.to_str().ok()
    }

    /// The rate limits as of this answer.
    pub fn rate_limits(&self) -> RateLimits {
        RateLimits::from_headers(&self.answered.headers)
    }

    /// Every HTTP attempt that was made until the answer began, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.answered.attempts
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.answered.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.answered.headers
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
        let now = self.client.runtime().now();
        let elapsed = now.saturating_duration_since(self.answered.started);
        failure
            .into_error("max_response_bytes")
            .while_doing(self.doing)
            .with_answer(Answer {
                status: self.answered.status,
                headers: self.answered.headers.clone(),
                body: Bytes::new(),
            })
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
