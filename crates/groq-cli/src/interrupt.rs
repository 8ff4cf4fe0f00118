//! How a process is told to end.

use crate::failure::Failure;

/// Waits for Ctrl-C, or for the system's request to end.
pub(crate) async fn told() -> Result<(), Failure> {
    tokio::select! {
        interrupt = tokio::signal::ctrl_c() => interrupt.map_err(|error| deaf(&error)),
        ended = ended() => ended,
    }
}

/// Waits for the system's request to end, as `kill` sends it.
pub(crate) async fn ended() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut ended = signal(SignalKind::terminate()).map_err(|error| deaf(&error))?;
        ended.recv().await;
        Ok(())
    }
    #[cfg(not(unix))]
    std::future::pending().await
}

fn deaf(error: &std::io::Error) -> Failure {
    Failure::internal(format!("cannot listen for an interrupt: {error}"))
}
