//! What a reader of the standard library gives.

use std::io::{self, Read};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use tokio::task::JoinHandle;

use super::pieces::{PIECE, unreadable};
use crate::error::Error;

type Reader = Box<dyn Read + Send>;

/// Reads on the threads that tokio keeps for what blocks, a piece at a time, and only when it is asked for.
pub(super) enum FromRead {
    Idle(Reader),
    Reading(JoinHandle<(Reader, io::Result<Bytes>)>),
    Over,
}

impl FromRead {
    pub(super) fn new(reader: impl Read + Send + 'static) -> Self {
        Self::Idle(Box::new(reader))
    }
}

impl Stream for FromRead {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match &mut *self {
                Self::Over => return Poll::Ready(None),
                Self::Idle(_) => {
                    let Self::Idle(mut reader) = std::mem::replace(&mut *self, Self::Over) else {
                        continue;
                    };
                    let reading = tokio::task::spawn_blocking(move || {
                        let piece = read(&mut reader);
                        (reader, piece)
                    });
                    *self = Self::Reading(reading);
                }
                Self::Reading(reading) => {
                    let read = ready!(Pin::new(reading).poll(context));
                    *self = Self::Over;
                    let (reader, piece) = match read {
                        Ok(read) => read,
                        Err(panicked) => {
                            let error = unreadable(io::Error::other(panicked));
                            return Poll::Ready(Some(Err(error)));
                        }
                    };
                    return Poll::Ready(match piece {
                        Ok(piece) if piece.is_empty() => None,
                        Ok(piece) => {
                            *self = Self::Idle(reader);
                            Some(Ok(piece))
                        }
                        Err(error) => Some(Err(unreadable(error))),
                    });
                }
            }
        }
    }
}

/// The next piece; an empty one at the end.
fn read(reader: &mut dyn Read) -> io::Result<Bytes> {
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
