//! Settings of a mock before it starts.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::audio::noise::TranscriptNoise;
use crate::error::StartError;
use crate::limits::Throttle;
use crate::mock::Mock;
use crate::options::Options;
#[cfg(feature = "record")]
use crate::recordings::Mode;

/// Settings for a [`Mock`]. Each has a default.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use std::time::Duration;
/// use groq_mock::Mock;
///
/// let mock = Mock::builder()
///     .seed(7)
///     .latency(Duration::from_millis(50))
///     .tokens_per_second(400.0)
///     .api_key("gsk_for_this_test")
///     .start()
///     .await?;
/// # drop(mock); Ok(()) }
/// ```
#[derive(Clone, Default)]
#[must_use = "a builder does nothing until it is started"]
pub struct Builder {
    options: Options,
}

impl Builder {
    /// Sets the port to listen on. By default any free one is taken.
    pub fn port(mut self, port: u16) -> Self {
        self.options.port = port;
        self
    }

    /// Sets the address to listen on. By default it is 127.0.0.1.
    ///
    /// On any other address the mock can be reached from outside, by anyone: it has no secrets, but it takes uploads.
    /// Requests must then name a host that [`allow_host`](Self::allow_host) allows.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), groq_mock::StartError> {
    /// let mock = groq_mock::Mock::builder().bind([0, 0, 0, 0]).port(8080).allow_host("ci.internal").start().await?;
    /// # drop(mock); Ok(()) }
    /// ```
    pub fn bind(mut self, address: impl Into<IpAddr>) -> Self {
        self.options.address = address.into();
        self.options.hosts.push(self.options.address.to_string());
        self
    }

    /// Allows another host name in requests. Loopback names are always allowed.
    ///
    /// The check keeps web pages from reaching the mock through a name of their own that resolves to it.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.options.hosts.push(name.into());
        self
    }

    /// Sets the number that all replies depend on, besides the request. By default it is 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// Delays the first byte of every answer. By default there is no delay.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.options.latency = latency;
        self
    }

    /// Sets how fast replies are written. By default they are written as fast as possible.
    ///
    /// Streamed events are that far apart; an answer in one piece comes when it would have been complete. Zero, negative
    /// and infinite numbers count as not set.
    pub fn tokens_per_second(mut self, tokens: f64) -> Self {
        self.options.tokens_per_second = (tokens.is_finite() && tokens > 0.0).then_some(tokens);
        self
    }

    /// Sets the rate limits of each model that has none of its own. By default they are [`Throttle::generous`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use groq_mock::{Mock, Throttle};
    ///
    /// let builder = Mock::builder().throttle(Throttle::new().requests(30, Duration::from_secs(60)));
    /// ```
    pub fn throttle(mut self, limits: Throttle) -> Self {
        self.options.throttle = limits;
        self
    }

    /// Sets the rate limits of one model.
    pub fn model_throttle(mut self, model: impl Into<String>, limits: Throttle) -> Self {
        self.options.model_throttle.push((model.into(), limits));
        self
    }

    /// Gives every model the rate limits of the free plan, unless it has limits of its own: see
    /// [`Throttle::free_plan_for`].
    pub fn free_plan(mut self) -> Self {
        self.options.free_plan = true;
        self
    }

    /// Sets the only key that is accepted. By default any key is.
    ///
    /// ```
    /// let builder = groq_mock::Mock::builder().api_key("gsk_for_this_test");
    /// ```
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.options.api_key = Some(key.into());
        self
    }

    /// Adds a chat model with a context window of 131,072 tokens. It calls tools and takes JSON schemas.
    ///
    /// ```
    /// let builder = groq_mock::Mock::builder().model("acme/own-model");
    /// ```
    pub fn model(mut self, id: impl Into<String>) -> Self {
        self.options.extra_models.push(id.into());
        self
    }

    /// Sets the size in bytes of the largest request body. A larger one is answered with 413. By default it is 101 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.options.max_body = bytes;
        self
    }

    /// Sets how many requests, and how many bytes of them, [`Mock::requests`] keeps. By default 10,000 and 64 MiB.
    pub fn max_log(mut self, requests: usize, bytes: usize) -> Self {
        self.options.max_log_requests = requests;
        self.options.max_log_bytes = bytes;
        self
    }

    /// Sets how long a connection may be idle between requests, or take nothing of an answer. By default it is 300
    /// seconds.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.options.idle_timeout = timeout;
        self
    }

    /// Sets how long the head of a request may take, and its body from one read to the next. A body that comes at less
    /// than 16 KiB a second may not take longer in all. By default it is 30 seconds.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.options.read_timeout = timeout;
        self
    }

    /// Sets the time that replies carry as `created`, in seconds since 1970. By default it is the current time.
    pub fn created(mut self, unix_seconds: u64) -> Self {
        self.options.created = Some(unix_seconds);
        self
    }

    /// Sets a folder in which uploaded files and the results of batches are kept for the next mock. By default they are
    /// kept in memory.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.folder = Some(path.into());
        self
    }

    /// Sets how long a batch stays in each of its states. By default it moves on whenever it is retrieved.
    pub fn batch_step(mut self, step: Duration) -> Self {
        self.options.batch_step = step;
        self
    }

    /// Sets when a batch that is not complete expires. By default it is the end of its completion window.
    pub fn batch_expires_after(mut self, time: Duration) -> Self {
        self.options.batch_expires_after = Some(time);
        self
    }

    /// Sets the size in bytes of the largest recording. A larger one is answered with 413. By default it is
    /// the upload limit of the free plan, 25,000,000 bytes.
    pub fn max_audio(mut self, bytes: usize) -> Self {
        self.options.max_audio = bytes;
        self
    }

    /// Sets the mistakes of transcriptions. By default there are none.
    ///
    /// ```
    /// use groq_mock::{Mock, TranscriptNoise};
    ///
    /// let builder = Mock::builder().transcript_noise(TranscriptNoise::new().invented(1.0));
    /// ```
    pub fn transcript_noise(mut self, transcript_noise: TranscriptNoise) -> Self {
        self.options.transcript_noise = transcript_noise;
        self
    }

    /// Forwards every request without a scripted reply to this origin, with the caller's key, and writes the answers to a
    /// file that [`replay`](Self::replay) and the crate `httpmock` read.
    ///
    /// The caller's key is written nowhere, in whatever spelling it comes back; nor are cookies, other keys and ids of
    /// organizations, and of the headers only those that describe the answer. The file is replaced if it exists, is
    /// readable by its owner alone, and must not be a link. Plain HTTP to another machine is refused, and so are requests
    /// of web pages. A stream is handed
    /// on as it arrives, and is written when it is whole.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), groq_mock::StartError> {
    /// let recorder = groq_mock::Mock::builder().record("https://api.groq.com", "weather.yaml").start().await?;
    /// # drop(recorder); Ok(()) }
    /// ```
    #[cfg(feature = "record")]
    pub fn record(mut self, origin: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.options.recordings = Some(Mode {
            path: path.into(),
            upstream: Some(origin.into()),
        });
        self
    }

    /// Answers every request without a scripted reply from the recordings in a file.
    ///
    /// A recording fits a request with the same method, path, query and body. JSON bodies are compared as JSON; forms are
    /// not compared. Recordings that fit are used in turn, and the last one is repeated. A request that none fits is
    /// refused with status 400.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), groq_mock::StartError> {
    /// let player = groq_mock::Mock::builder().replay("weather.yaml").start().await?;
    /// # drop(player); Ok(()) }
    /// ```
    #[cfg(feature = "record")]
    pub fn replay(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.recordings = Some(Mode {
            path: path.into(),
            upstream: None,
        });
        self
    }

    /// Replays the recordings in a file, or makes them anew if the environment has `GROQ_RECORD=1`: see
    /// [`Mock::recorded`].
    #[cfg(feature = "record")]
    pub fn recorded(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.recordings = Some(Mode::by_environment(path.into()));
        self
    }

    /// Starts the mock on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// Fails if the port is taken ([`StartError::is_address_in_use`]), forbidden
    /// ([`StartError::is_permission_denied`]), or if recordings cannot be used.
    pub async fn start(self) -> Result<Mock, StartError> {
        Mock::with_options(self.options).await
    }
}

/// Starting a mock.
impl Mock {
    /// Starts a mock on any free port of 127.0.0.1, on the runtime that this is called on.
    ///
    /// ```
    /// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
    /// let mock = groq_mock::Mock::start().await?;
    /// assert!(mock.address().ip().is_loopback());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if the system provides no port.
    pub async fn start() -> Result<Self, StartError> {
        Self::builder().start().await
    }

    /// Starts a mock that replays the recordings in a file, or makes them anew if the environment has `GROQ_RECORD=1`.
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
    /// Fails if the file is missing or holds no recordings ([`StartError::is_recording`]), or if the system provides no
    /// port.
    #[cfg(feature = "record")]
    pub async fn recorded(path: impl Into<PathBuf>) -> Result<Self, StartError> {
        Self::builder().recorded(path).start().await
    }

    /// Returns the settings of a mock, to change before it starts.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Options { address, port, .. } = &self.options;
        write!(f, "Builder({address}, port {port})")
    }
}
