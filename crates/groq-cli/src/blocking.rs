//! Work that blocks or computes.

use crate::failure::Failure;

/// Runs blocking work on a thread of its own, so that signals are noticed meanwhile.
pub(crate) async fn off_thread<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> Result<R, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Failure::internal(format!("a thread failed: {error}")))
}
