//! A body that goes out piece by piece, and is made anew for every attempt.

#[cfg(not(target_arch = "wasm32"))]
mod streamed;
#[cfg(target_arch = "wasm32")]
mod whole;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use futures_core::Stream;

use crate::error::Error;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use streamed::send;
#[cfg(target_arch = "wasm32")]
pub(super) use whole::send;

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
