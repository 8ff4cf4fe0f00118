//! A background task that ends with its owner.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::task::JoinHandle;

use crate::error::Error;

/// Runs in the background, also while the stream is not polled, and is aborted when it is dropped.
pub(super) struct Task<R>(JoinHandle<Result<R, Error>>);

impl<R: Send + 'static> Task<R> {
    pub(super) fn new(work: impl Future<Output = Result<R, Error>> + Send + 'static) -> Self {
        Self(tokio::spawn(work))
    }
}

impl<R> Future for Task<R> {
    type Output = Result<R, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let joined = ready!(Pin::new(&mut self.0).poll(context));
        Poll::Ready(joined.unwrap_or_else(|cause| Err(Error::of_task("speaking", cause))))
    }
}

impl<R> Drop for Task<R> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
