//! A mock for programs without a runtime.

use std::ops::Deref;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;

use crate::builder::Builder;
use crate::error::{Kind, StartError};
use crate::mock::Mock;

/// A [`Mock`] on a thread of its own, with the methods of [`Mock`]. It stops when it is dropped.
///
/// ```
/// # fn main() -> Result<(), groq_mock::StartError> {
/// let mock = groq_mock::Mock::builder().start_blocking()?;
/// assert!(mock.url().starts_with("http://127.0.0.1:"));
/// # Ok(()) }
/// ```
#[derive(Debug)]
#[must_use = "the server stops when this is dropped"]
pub struct BlockingMock {
    /// Taken only while this is being dropped.
    mock: Mock,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl BlockingMock {
    pub(crate) fn start(builder: Builder) -> Result<Self, StartError> {
        let failed = |error| StartError::new(Kind::Runtime, error);
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (started, start) = mpsc::sync_channel(1);
        let thread = thread::Builder::new()
            .name("groq-mock".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    let _ = started.send(builder.start().await);
                    // It ends with the message or with the sender.
                    let _ = stopped.await;
                });
            })
            .map_err(failed)?;
        let mock = start
            .recv()
            .map_err(|_| failed(std::io::ErrorKind::BrokenPipe.into()))??;
        Ok(Self {
            mock,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Builder {
    /// Starts the mock on a thread of its own, for programs without a runtime.
    ///
    /// ```
    /// let mock = groq_mock::Mock::builder().start_blocking()?;
    /// assert!(mock.base_url().ends_with("/openai/v1"));
    /// # Ok::<(), groq_mock::StartError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails like [`start`](Self::start), or if the system provides no thread.
    pub fn start_blocking(self) -> Result<BlockingMock, StartError> {
        BlockingMock::start(self)
    }
}

impl Deref for BlockingMock {
    type Target = Mock;

    fn deref(&self) -> &Mock {
        &self.mock
    }
}

impl Drop for BlockingMock {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
