//! The handle of a running mock.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::error::{Kind, StartError};
use crate::options::Options;
use crate::reply::Reply;
use crate::request::Request;
use crate::script::When;
use crate::server;
use crate::state::State;

/// A mock server on 127.0.0.1 that runs until this value is dropped.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use groq_mock::{Mock, Reply, When};
///
/// let mock = Mock::start().await?;
/// // Point the client at `mock.base_url()`, with any key. Its first chat fails, the second works:
/// mock.script(When::post("/openai/v1/chat/completions"), [Reply::error(503, "try again")]);
///
/// // ... run the code under test, then see what it did:
/// assert_eq!(mock.connections(), 0);
/// assert!(mock.requests().is_empty());
/// # Ok(()) }
/// ```
#[must_use = "the server stops when this is dropped"]
pub struct Mock {
    state: Arc<State>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// The listener and, through it, every connection.
    server: JoinHandle<()>,
}

impl Mock {
    pub(crate) async fn with_options(options: Options) -> Result<Self, StartError> {
        let wanted = SocketAddr::new(options.address, options.port);
        let refused = |error| StartError::new(Kind::Bind(wanted), error);
        let listener = TcpListener::bind(wanted).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let state = Arc::new(State::new(options)?);
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::run(listener, Arc::clone(&state), stopped));
        Ok(Self {
            state,
            address,
            stop,
            server,
        })
    }

    /// Returns the origin: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the base URL for clients of the `OpenAI` protocol: `http://127.0.0.1:PORT/openai/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/openai/v1", self.address)
    }

    /// Returns the address that the mock listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the port that the mock listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Answers the next request that has no scripted reply yet with this reply, once.
    pub fn enqueue(&self, reply: Reply) {
        self.script(When::any(), [reply]);
    }

    /// Answers the next requests that match with these replies, each once and in this order.
    ///
    /// If several scripts match a request, the earliest is used up first. When all are used up, the mock answers by itself
    /// again.
    pub fn script(&self, when: When, replies: impl IntoIterator<Item = Reply>) {
        self.state.script.once(when, replies);
    }

    /// Answers every request that matches with this reply, unless [`script`](Self::script) has one for it. If several
    /// match, the newest is used.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
    /// use groq_mock::{Mock, Reply, When};
    ///
    /// let mock = Mock::start().await?;
    /// mock.always(When::get("/openai/v1/models"), Reply::error(503, "down"));
    /// # Ok(()) }
    /// ```
    pub fn always(&self, when: When, reply: Reply) {
        self.state.script.always(when, reply);
    }

    /// Removes all scripted replies.
    pub fn clear_script(&self) {
        self.state.script.clear();
    }

    /// Returns how many replies of [`script`](Self::script) and [`enqueue`](Self::enqueue) have not been used yet.
    pub fn pending(&self) -> usize {
        self.state.script.pending()
    }

    /// Returns the requests received, oldest first, as far as [`crate::Builder::max_log`] keeps them.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
    /// # let mock = groq_mock::Mock::start().await?;
    /// // ... run the code under test, then:
    /// for request in mock.requests() {
    ///     println!("{} {}", request.method(), request.path());
    /// }
    /// # Ok(()) }
    /// ```
    pub fn requests(&self) -> Vec<Request> {
        self.state.log.all()
    }

    /// Forgets the requests received.
    pub fn clear_requests(&self) {
        self.state.log.clear();
    }

    /// Returns how many connections have been opened so far.
    pub fn connections(&self) -> u64 {
        self.state.connections()
    }

    /// Returns how many connections are open now.
    pub fn open_connections(&self) -> usize {
        self.state.open_connections()
    }

    /// Stops gracefully: the mock takes no new connection, closes idle ones, and finishes answers.
    ///
    /// Answers that stall on purpose are broken off, and so is everything after five seconds. Dropping the mock breaks off
    /// everything at once.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
    /// let mock = groq_mock::Mock::start().await?;
    /// mock.shutdown().await;
    /// # Ok(()) }
    /// ```
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let _ = (&mut self.server).await;
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mock({})", self.address)
    }
}
