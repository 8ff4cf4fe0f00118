//! Where a body comes from that is not in memory.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;

use crate::error::Error;

/// What a body consists of.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Error>> + Send>>;

/// A future in a box.
pub(crate) type Opening<'a> = Pin<Box<dyn Future<Output = Result<Opened, Error>> + Send + 'a>>;

/// Where a body comes from.
pub(crate) trait Source: Send + Sync {
    /// Begins the body, with the same bytes each time.
    fn open(&self) -> Opening<'_>;

    /// Whether it cannot be begun again.
    fn is_consumed(&self) -> bool;
}

/// A body at its beginning.
pub(crate) struct Opened {
    pub(crate) length: Option<u64>,
    pub(crate) pieces: Pieces,
}
