//! The listener: accepts connections, runs each in a task of its own, and ends them all.

pub(crate) mod connection;
mod read;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::state::State;

/// How long answers that are on their way may still take after [`Mock::shutdown`](crate::Mock::shutdown).
const GRACE: Duration = Duration::from_secs(5);
/// Connections at once; further ones wait in the listener's queue.
const MAX_CONNECTIONS: usize = 8192;

/// Serves until `stop` turns true. The connections belong to this future: dropping it ends them.
pub(crate) async fn run(listener: TcpListener, state: Arc<State>, stop: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut stopped = stop.clone();
    loop {
        let accepted = tokio::select! {
            _ = stopped.wait_for(|stop| *stop) => break,
            accepted = accept(&listener, &places) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let Some((stream, place)) = accepted else {
            continue;
        };
        let number = state.count_connection();
        let served = connection::serve(stream, Arc::clone(&state), number, stop.clone());
        connections.spawn(async move {
            served.await;
            drop(place);
        });
    }
    drop(listener);
    let all_done = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all_done).await;
}

type Place = tokio::sync::OwnedSemaphorePermit;

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<(TcpStream, Place)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            // Each delta is a small write that must not wait for the next one.
            let _ = stream.set_nodelay(true);
            Some((stream, place))
        }
        Err(error) => {
            // Out of file descriptors, for example: give the others time to finish.
            if error.kind() != io::ErrorKind::ConnectionAborted {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            None
        }
    }
}
