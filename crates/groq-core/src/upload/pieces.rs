//! Streams of bytes, from what users have.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use tokio::io::AsyncRead;
use tokio_util::io::ReaderStream;

use super::Slot;
use crate::error::Error;
use crate::transport::source::Pieces;

/// How much is read at once.
const PIECE: usize = 64 << 10;

pub(super) fn from_reader(reader: impl AsyncRead + Send + 'static) -> Pieces {
    from_stream(ReaderStream::with_capacity(reader, PIECE))
}

pub(super) fn from_stream(
    stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Pieces {
    Box::pin(stream.map_err(unreadable))
}

/// Bytes in pieces, so that their progress can be reported; none is copied.
pub(super) fn from_bytes(bytes: Bytes) -> Pieces {
    Box::pin(stream::unfold(bytes, |mut rest| async {
        let piece = rest.split_to(rest.len().min(PIECE));
        (!piece.is_empty()).then_some((Ok(piece), rest))
    }))
}

/// Reads on the threads that tokio keeps for what blocks, a piece at a time, and only when it is asked for.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn from_blocking_reader(reader: impl io::Read + Send + 'static) -> Pieces {
    let next = |mut reader| async {
        let reading = tokio::task::spawn_blocking(move || {
            let piece = read(&mut reader);
            (reader, piece)
        });
        let (reader, piece) = reading.await.map_err(io::Error::other)?;
        let piece = piece?;
        Ok((!piece.is_empty()).then_some((piece, reader)))
    };
    from_stream(stream::try_unfold(reader, next))
}

/// The next piece; an empty one at the end.
#[cfg(not(target_arch = "wasm32"))]
fn read(reader: &mut impl io::Read) -> io::Result<Bytes> {
    let mut piece = vec![0; PIECE];
    loop {
        match reader.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => {
                piece.truncate(read?);
                return Ok(piece.into());
            }
        }
    }
}

fn unreadable(error: io::Error) -> Error {
    Error::io("cannot read what is to be uploaded", error)
}

/// A reader that is taken out of its slot only when it is needed: until then, another attempt can have it.
pub(super) fn late(slot: Arc<Slot>) -> Pieces {
    let taken = async move {
        let pieces = slot.lock().take();
        pieces.ok_or_else(|| Error::refused("the reader was read before"))
    };
    Box::pin(stream::once(taken).try_flatten())
}

/// A piece that was looked at, and then the rest.
pub(super) fn again(first: Bytes, rest: Pieces) -> Pieces {
    let first = Some(first).filter(|first| !first.is_empty());
    Box::pin(stream::iter(first.map(Ok)).chain(rest))
}
