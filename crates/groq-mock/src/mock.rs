//! The handle of a running mock.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::builder::Builder;
use crate::error::StartError;
use crate::options::Options;
use crate::reply::Reply;
use crate::request::Request;
use crate::script::When;
use crate::server;
use crate::state::State;

/// A Groq on 127.0.0.1, for as long as this value lives.
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
pub struct Mock {
    state: Arc<State>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    /// The listener and, through it, every connection.
    server: JoinHandle<()>,
}

impl Mock {
    /// Starts a mock on any free port of 127.0.0.1, on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// The system gives no port.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Gives the recordings of this file again; with `GROQ_RECORD=1` in the environment, makes them anew.
    ///
    /// This is the one line that turns a test against the service into one that needs neither key nor network: see
    /// [`Builder::replay`] and [`Builder::record`].
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), groq_mock::StartError> {
    /// let mock = groq_mock::Mock::recorded("tests/recordings/weather.yaml").await?;
    /// # drop(mock); Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// There is no such file, or none of recordings ([`StartError::is_recording`]); or the system gives no port.
    #[cfg(feature = "record")]
    pub async fn recorded(path: impl Into<std::path::PathBuf>) -> Result<Self, StartError> {
        Self::builder().recorded(path).start().await
    }

    /// Settings, when the defaults are not what is wanted.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) async fn with_options(options: Options) -> Result<Self, StartError> {
        let wanted = SocketAddr::new(options.address, options.port);
        let refused = |error| StartError::bind(wanted, error);
        let listener = TcpListener::bind(wanted).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let state = Arc::new(state(options)?);
        let (stop, stopped) = watch::channel(false);
        let server = tokio::spawn(server::run(listener, Arc::clone(&state), stopped));
        Ok(Self {
            state,
            address,
            stop,
            server,
        })
    }

    /// The origin: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What clients for the `OpenAI` protocol want as their base URL: `http://127.0.0.1:PORT/openai/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}/openai/v1", self.address)
    }

    /// The address that is listened on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port that is listened on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Gives this reply once, to the next request that has no reply from an earlier call.
    pub fn enqueue(&self, reply: Reply) {
        self.script(When::any(), [reply]);
    }

    /// Gives these replies, each once and in this order, to the next requests that match.
    ///
    /// Of several scripts that match a request the earliest is used up first. When all are used up, the mock
    /// answers by itself again.
    pub fn script(&self, when: When, replies: impl IntoIterator<Item = Reply>) {
        self.state.script.once(when, replies);
    }

    /// Gives this reply to every request that matches, unless [`Mock::script`] has one for it.
    ///
    /// Of several that match, the newest is given.
    pub fn always(&self, when: When, reply: Reply) {
        self.state.script.always(when, reply);
    }

    /// Forgets all scripted replies.
    pub fn clear_script(&self) {
        self.state.script.clear();
    }

    /// How many replies of [`Mock::script`] and [`Mock::enqueue`] have not been given yet.
    pub fn pending(&self) -> usize {
        self.state.script.pending()
    }

    /// The requests received, oldest first, as far as they are kept: see [`Builder::max_log`].
    pub fn requests(&self) -> Vec<Request> {
        self.state.log.all()
    }

    /// Forgets the requests received.
    pub fn clear_requests(&self) {
        self.state.log.clear();
    }

    /// How many connections were ever opened.
    pub fn connections(&self) -> u64 {
        self.state.connections()
    }

    /// How many connections are open now.
    pub fn open_connections(&self) -> usize {
        self.state.open_connections()
    }

    /// Stops in good order: no new connection, idle ones closed, answers on their way finished.
    ///
    /// Answers that stall on purpose are broken off, and so is everything after five seconds. Dropping the
    /// mock instead breaks off everything at once.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        let _ = (&mut self.server).await;
    }
}

#[cfg(not(feature = "record"))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "recordings are files, which may not be there"
)]
fn state(options: Options) -> Result<State, StartError> {
    Ok(State::new(options))
}

#[cfg(feature = "record")]
fn state(options: Options) -> Result<State, StartError> {
    use crate::recordings::Recordings;
    let open = |mode| {
        Recordings::open(mode).map_err(|error| StartError::recording(mode.path.clone(), error))
    };
    let recordings = options.recordings.as_ref().map(open).transpose()?;
    let mut state = State::new(options);
    state.recordings = recordings;
    Ok(state)
}

impl Drop for Mock {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Mock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mock")
            .field("address", &self.address)
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}
