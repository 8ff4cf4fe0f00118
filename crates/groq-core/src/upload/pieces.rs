//! Streams of bytes, from what users have.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Slot;
use crate::error::Error;
use crate::transport::source::Pieces;

/// How much is read at once.
pub(super) const PIECE: usize = 64 << 10;

/// What a reader gives.
pub(super) struct FromReader<R> {
    reader: R,
    buffer: BytesMut,
}

impl<R> FromReader<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: BytesMut::new(),
        }
    }
}

impl<R: AsyncRead + Unpin> Stream for FromReader<R> {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, buffer } = self.get_mut();
        buffer.reserve(PIECE);
        // This future keeps no state, so it can be made anew for each poll.
        let read = pin!(reader.read_buf(buffer));
        Poll::Ready(match ready!(read.poll(context)) {
            Ok(0) => None,
            Ok(_) => Some(Ok(buffer.split().freeze())),
            Err(error) => Some(Err(unreadable(error))),
        })
    }
}

/// What a stream gives.
pub(super) struct FromStream<S>(pub(super) S);

impl FromStream<One> {
    pub(super) fn of(bytes: Bytes) -> Self {
        Self(One(bytes))
    }
}

impl<S: Stream<Item = Result<Bytes, io::Error>> + Unpin> Stream for FromStream<S> {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = ready!(Pin::new(&mut self.get_mut().0).poll_next(context));
        Poll::Ready(next.map(|piece| piece.map_err(unreadable)))
    }
}

pub(super) fn unreadable(error: io::Error) -> Error {
    Error::io("cannot read what is to be uploaded", error)
}

/// Bytes in pieces, so that their way can be watched; none is copied.
pub(super) struct One(Bytes);

impl Stream for One {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let rest = &mut self.get_mut().0;
        let piece = rest.split_to(rest.len().min(PIECE));
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

/// A reader that is taken out of its slot only when it is needed: until then, another attempt can have it.
pub(super) struct Late {
    slot: Arc<Slot>,
    pieces: Option<Pieces>,
}

impl Late {
    pub(super) fn new(slot: Arc<Slot>) -> Self {
        Self { slot, pieces: None }
    }
}

impl Stream for Late {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let late = self.get_mut();
        if late.pieces.is_none() {
            late.pieces = late.slot.take();
        }
        match &mut late.pieces {
            Some(pieces) => pieces.as_mut().poll_next(context),
            None => Poll::Ready(Some(Err(Error::refused("the reader was read before")))),
        }
    }
}

/// A piece that was looked at, and then the rest.
pub(super) struct Again {
    first: Option<Bytes>,
    rest: Pieces,
}

impl Again {
    pub(super) fn new(first: Bytes, rest: Pieces) -> Self {
        Self {
            first: Some(first).filter(|first| !first.is_empty()),
            rest,
        }
    }
}

impl Stream for Again {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let again = self.get_mut();
        match again.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => again.rest.as_mut().poll_next(context),
        }
    }
}
