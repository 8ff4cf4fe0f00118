//! Signals that end the process: Ctrl-C, and the system's request to terminate.

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use crate::failure::{Failure, Status};

/// How long a command has to end by itself after a signal.
pub(crate) const GRACE: Duration = Duration::from_millis(700);

/// How many signals the command itself has noticed.
static NOTICED: AtomicUsize = AtomicUsize::new(0);

/// What a command does with signals.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Signals {
    /// It ends.
    End,
    /// It handles them: a conversation goes on, a server shuts down.
    Handled,
}

/// Waits for Ctrl-C or a request to terminate.
pub(crate) async fn requested() -> Result<(), Failure> {
    noticed(signal().await)
}

/// Waits for Ctrl-C.
pub(crate) async fn pressed() -> Result<(), Failure> {
    noticed(tokio::signal::ctrl_c().await)
}

/// Waits for a request to terminate, as `kill` sends it.
pub(crate) async fn terminated() -> Result<(), Failure> {
    noticed(sigterm().await)
}

fn noticed(signal: io::Result<()>) -> Result<(), Failure> {
    NOTICED.fetch_add(1, Ordering::SeqCst);
    signal.map_err(|error| Failure::internal(format!("cannot listen for signals: {error}")))
}

async fn signal() -> io::Result<()> {
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed,
        terminated = sigterm() => terminated,
    }
}

async fn sigterm() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        signal(SignalKind::terminate())?.recv().await;
        Ok(())
    }
    #[cfg(not(unix))]
    std::future::pending().await
}

/// Ends the process after a signal even if the command computes, or blocks, and never gets to notice it.
pub(crate) fn enforce(signals: Signals) {
    let watch = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            loop {
                let before = NOTICED.load(Ordering::SeqCst);
                if signal().await.is_err() {
                    return;
                }
                tokio::time::sleep(GRACE).await;
                if signals == Signals::End || NOTICED.load(Ordering::SeqCst) == before {
                    std::process::exit(Status::Interrupted as i32);
                }
            }
        });
    };
    // Without it, signals are still handled wherever the command waits.
    let _ = std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(watch);
}
