//! The body of a response, with limits on time and size.

use std::future::poll_fn;
use std::io;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;

use super::gunzip::Gunzip;
use super::http_client::Incoming;
use super::watch::{Limits, Watch};
use crate::error::TimeoutKind;
use crate::runtime::{Instant, Purpose, Runtime, Sleep, within};
use crate::shared::Core;

/// A body that is still coming in.
pub(crate) struct ResponseBody {
    body: Incoming,
    runtime: Arc<dyn Runtime>,
    watch: Watch,
    timer: Option<Timer>,
    gunzip: Option<Gunzip>,
    /// A piece that was looked at, and is still to be read.
    again: Option<Bytes>,
    /// Reads what nobody needs.
    rest: Option<Rest>,
    /// Only that is left.
    is_nearly_over: bool,
}

type Rest = Pin<Box<dyn Future<Output = ()> + Send + Sync>>;

/// A timer and when it goes off.
struct Timer {
    sleep: Sleep,
    at: Instant,
}

/// Why a body did not come in.
pub(crate) enum BodyFailure {
    TimedOut(TimeoutKind, Duration),
    Broken(reqwest::Error),
    TooLarge(usize),
    /// It came compressed, and does not decompress.
    Compressed(io::Error),
}

impl ResponseBody {
    /// A body that was recorded before.
    pub(crate) fn recorded(client: &Core, frames: Vec<Bytes>) -> Self {
        let body = Incoming::wrap(Recording(frames.into_iter()));
        Self::new(client, body, client.runtime().now())
    }

    pub(super) fn new(client: &Core, body: Incoming, started: Instant) -> Self {
        let settings = client.settings();
        let limits = Limits {
            first_byte: settings.first_byte_timeout,
            idle: settings.read_timeout,
            progress: settings.progress_timeout,
            deadline: settings.timeout,
        };
        Self {
            body,
            runtime: Arc::clone(client.runtime()),
            watch: Watch::new(limits, started),
            timer: None,
            gunzip: None,
            again: None,
            rest: None,
            is_nearly_over: false,
        }
    }

    /// The next piece; `None` at the end.
    ///
    /// A timer is set only when there is something to wait for, and moved only when it goes off: what comes at once costs no timer.
    pub(crate) fn poll_chunk(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyFailure>>> {
        if let Some(piece) = self.again.take() {
            return Poll::Ready(Some(Ok(piece)));
        }
        loop {
            if let Some(piece) = self.gunzip.as_mut().and_then(Gunzip::next) {
                let piece = piece.map_err(BodyFailure::Compressed);
                return Poll::Ready(Some(piece.and_then(|piece| self.in_time(piece))));
            }
            match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(frame) => {
                    self.watch.came(|| self.runtime.now());
                    match frame {
                        None => return Poll::Ready(self.end()),
                        Some(Err(error)) => {
                            return Poll::Ready(Some(Err(BodyFailure::Broken(error))));
                        }
                        Some(Ok(frame)) => {
                            // Trailers are not a part of any body here.
                            let Ok(data) = frame.into_data() else {
                                continue;
                            };
                            match &mut self.gunzip {
                                Some(gunzip) => gunzip.push(data),
                                None => return Poll::Ready(Some(self.in_time(data))),
                            }
                        }
                    }
                }
                Poll::Pending => {
                    let (which, limit) = ready!(self.poll_limits(context));
                    return Poll::Ready(Some(Err(BodyFailure::TimedOut(which, limit))));
                }
            }
        }
    }

    /// Notes that nothing more is needed, so that the rest is read in the background when this is dropped.
    pub(crate) fn is_nearly_over(&mut self) {
        self.is_nearly_over = true;
    }

    /// Reads the rest, and drops it: a connection can be used again only after the end of its body.
    pub(crate) fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.is_nearly_over = false;
        let mut rest = self.rest.take().unwrap_or_else(|| self.take_rest());
        let is_read = rest.as_mut().poll(context);
        if is_read.is_pending() {
            self.rest = Some(rest);
        }
        is_read
    }

    /// A future that reads what may still come, if it is little and comes soon; otherwise the connection is closed.
    fn take_rest(&mut self) -> Rest {
        const MAX_TIME: Duration = Duration::from_millis(100);
        const MAX_BYTES: usize = 64 << 10;
        let nothing = Incoming::wrap(Recording(Vec::new().into_iter()));
        let mut body = mem::replace(&mut self.body, nothing);
        let runtime = Arc::clone(&self.runtime);
        Box::pin(async move {
            let mut bytes = 0;
            let end = poll_fn(|context| {
                while bytes < MAX_BYTES
                    && let Some(Ok(frame)) = ready!(Pin::new(&mut body).poll_frame(context))
                {
                    bytes += frame.data_ref().map_or(0, Bytes::len);
                }
                Poll::Ready(())
            });
            within(runtime.as_ref(), MAX_TIME, end).await;
        })
    }

    /// Gives a piece back, so that it is the next one.
    pub(crate) fn put_back(&mut self, piece: Bytes) {
        self.again = Some(piece);
    }

    /// Decompresses what comes.
    pub(super) fn gunzip(mut self) -> Self {
        self.gunzip = Some(Gunzip::new());
        self
    }

    pub(crate) fn is_compressed(&self) -> bool {
        self.gunzip.is_some()
    }

    /// Notes that the response is getting somewhere.
    pub(crate) fn made_progress(&mut self) {
        self.watch.made_progress();
    }

    /// Reads all of it.
    pub(super) async fn read_whole(
        mut self,
        length: Option<u64>,
        max: usize,
    ) -> Result<Bytes, BodyFailure> {
        if length.is_some_and(|length| length > max as u64) {
            return Err(BodyFailure::TooLarge(max));
        }
        self.read(Pieces::default(), length, max).await
    }

    /// Reads the rest, and gives it after the `beginning` that was read before.
    pub(crate) async fn read_on(
        &mut self,
        beginning: Bytes,
        max: usize,
    ) -> Result<Bytes, BodyFailure> {
        let mut pieces = Pieces::default();
        pieces.push(beginning, None);
        self.read(pieces, None, max).await
    }

    async fn read(
        &mut self,
        mut whole: Pieces,
        length: Option<u64>,
        max: usize,
    ) -> Result<Bytes, BodyFailure> {
        /// This much counts as progress.
        const PROGRESS: usize = 1024;
        let mut counted = whole.len();
        while let Some(piece) = self.chunk().await {
            whole.push(piece?, length);
            if whole.len() > max {
                return Err(BodyFailure::TooLarge(max));
            }
            if whole.len() - counted >= PROGRESS {
                counted = whole.len();
                self.made_progress();
            }
        }
        Ok(whole.into_bytes())
    }

    /// Reads at most `max` bytes, and takes what there is if the rest does not come.
    pub(super) async fn read_beginning(mut self, max: usize) -> Vec<u8> {
        let mut beginning = Vec::new();
        while beginning.len() < max
            && let Some(Ok(piece)) = self.chunk().await
        {
            let room = max - beginning.len();
            beginning.extend_from_slice(&piece[..piece.len().min(room)]);
        }
        beginning
    }

    pub(crate) async fn chunk(&mut self) -> Option<Result<Bytes, BodyFailure>> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The end of the body, where a compressed one may have something left.
    fn end(&mut self) -> Option<Result<Bytes, BodyFailure>> {
        match self.gunzip.take()?.finish() {
            Ok(rest) if rest.is_empty() => None,
            Ok(rest) => Some(Ok(rest)),
            Err(error) => Some(Err(BodyFailure::Compressed(error))),
        }
    }

    /// A body that always has more never waits, so its deadline is looked at here.
    fn in_time(&self, data: Bytes) -> Result<Bytes, BodyFailure> {
        match self.watch.deadline() {
            Some((at, limit)) if self.runtime.now() >= at => {
                Err(BodyFailure::TimedOut(TimeoutKind::Total, limit))
            }
            _ => Ok(data),
        }
    }

    fn poll_limits(&mut self, context: &mut Context<'_>) -> Poll<(TimeoutKind, Duration)> {
        self.watch.waiting(|| self.runtime.now());
        loop {
            let due = self.watch.due();
            // Limits mostly move away, and then the timer goes off early; where one moves nearer, it is set anew.
            if self.timer.as_ref().is_none_or(|timer| timer.at > due.at) {
                let now = self.runtime.now();
                if now >= due.at {
                    return Poll::Ready((due.which, due.limit));
                }
                let sleep = self.runtime.sleep(due.at - now, Purpose::Timeout);
                self.timer = Some(Timer { sleep, at: due.at });
            }
            if let Some(timer) = &mut self.timer {
                ready!(timer.sleep.as_mut().poll(context));
                self.timer = None;
            }
        }
    }
}

/// What is nearly over is read to its end, so that the next call finds the connection.
#[cfg(not(target_arch = "wasm32"))]
impl Drop for ResponseBody {
    fn drop(&mut self) {
        let rest = match self.rest.take() {
            None if self.is_nearly_over => self.take_rest(),
            None => return,
            Some(rest) => rest,
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(rest);
        }
    }
}

/// Pieces that are all there.
struct Recording(std::vec::IntoIter<Bytes>);

impl http_body::Body for Recording {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(http_body::Frame::data(piece))))
    }
}

/// Pieces of a body; a single one is not copied.
#[derive(Default)]
struct Pieces {
    first: Bytes,
    joined: BytesMut,
}

impl Pieces {
    fn push(&mut self, piece: Bytes, length: Option<u64>) {
        if self.len() == 0 {
            self.first = piece;
            return;
        }
        if self.joined.is_empty() {
            let expected = length
                .and_then(|length| usize::try_from(length).ok())
                .unwrap_or(0);
            self.joined
                .reserve(expected.max(self.first.len() + piece.len()));
            self.joined.extend_from_slice(&mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&piece);
    }

    fn len(&self) -> usize {
        self.first.len() + self.joined.len()
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() {
            self.first
        } else {
            self.joined.freeze()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_piece_is_not_copied_and_many_are_joined() {
        let piece = Bytes::from_static(b"one");
        let mut pieces = Pieces::default();
        pieces.push(piece.clone(), None);
        assert_eq!(pieces.into_bytes().as_ptr(), piece.as_ptr());

        let mut pieces = Pieces::default();
        for piece in ["one", "", "two", "three"] {
            pieces.push(Bytes::from_static(piece.as_bytes()), Some(11));
        }
        assert_eq!(pieces.into_bytes(), "onetwothree");
    }
}
