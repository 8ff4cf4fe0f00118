//! Settings of a mock before it starts.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use crate::audio::noise::TranscriptNoise;
use crate::blocking::BlockingMock;
use crate::error::StartError;
use crate::limits::Throttle;
use crate::mock::Mock;
use crate::options::Options;
#[cfg(feature = "record")]
use crate::recordings::Mode;

/// Settings for a [`Mock`]. All of them have a default.
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
#[must_use]
pub struct Builder {
    options: Options,
}

impl Builder {
    /// The port to listen on. Default: any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.options.port = port;
        self
    }

    /// The address to listen on. Default: 127.0.0.1.
    ///
    /// On any other address the mock can be reached from outside, by anyone: it has no secrets, but it
    /// takes uploads. Requests must then name a host that [`Builder::allow_host`] allows.
    pub fn bind(mut self, address: impl Into<IpAddr>) -> Self {
        self.options.address = address.into();
        self.options.hosts.push(self.options.address.to_string());
        self
    }

    /// Another host name under which requests may come; loopback names are always allowed.
    ///
    /// The check keeps a page in a browser from reaching the mock through a name that resolves to it.
    pub fn allow_host(mut self, name: impl Into<String>) -> Self {
        self.options.hosts.push(name.into());
        self
    }

    /// What all replies depend on, beside the request. Default: 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// How long every answer waits before its first byte. Default: none.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.options.latency = latency;
        self
    }

    /// How fast replies are written. Default: as fast as possible.
    ///
    /// A streamed reply has its events that far apart; another one comes when it would have been complete.
    /// Anything but a positive number is as if it were not set.
    pub fn tokens_per_second(mut self, tokens: f64) -> Self {
        self.options.tokens_per_second = (tokens.is_finite() && tokens > 0.0).then_some(tokens);
        self
    }

    /// What each model may be used, for models without limits of their own. Default: [`Throttle::generous`].
    pub fn throttle(mut self, limits: Throttle) -> Self {
        self.options.throttle = limits;
        self
    }

    /// What one model may be used.
    pub fn model_throttle(mut self, model: impl Into<String>, limits: Throttle) -> Self {
        self.options.model_throttle.push((model.into(), limits));
        self
    }

    /// Gives every model the limits of the free plan ([`Throttle::free_plan_for`]), unless it has limits of its own.
    pub fn free_plan(mut self) -> Self {
        self.options.free_plan = true;
        self
    }

    /// The one key that is accepted. Default: any.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.options.api_key = Some(key.into());
        self
    }

    /// A chat model that is there beside Groq's own, with a context window of 131,072 tokens.
    pub fn model(mut self, id: impl Into<String>) -> Self {
        self.options.extra_models.push(id.into());
        self
    }

    /// The largest request body in bytes; a larger one is answered 413. Default: 101 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.options.max_body = bytes;
        self
    }

    /// How much of [`Mock::requests`] is kept: so many requests, and so many bytes. Default: 10,000 and 64 MiB.
    pub fn max_log(mut self, requests: usize, bytes: usize) -> Self {
        self.options.max_log_requests = requests;
        self.options.max_log_bytes = bytes;
        self
    }

    /// How long a connection may be idle between requests, or take nothing of an answer. Default: 300 s.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.options.idle_timeout = timeout;
        self
    }

    /// How long a request's head may take, and its body from one read to the next; a body that trickles in at
    /// less than 16 KiB a second may not take longer altogether. Default: 30 s.
    pub fn read_timeout(mut self, timeout: Duration) -> Self {
        self.options.head_timeout = timeout;
        self
    }

    /// The time that replies carry as `created`, in seconds since 1970. Default: the clock's.
    pub fn created(mut self, unix_seconds: u64) -> Self {
        self.options.created = Some(unix_seconds);
        self
    }

    /// A folder in which uploaded files and the results of batches are kept, and found again by the next mock.
    /// Default: in memory.
    pub fn folder(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.folder = Some(path.into());
        self
    }

    /// How long a batch stays in each of its states. Default: it goes one state on whenever it is retrieved.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// // Validating for half a second, then running, and complete after two seconds in all.
    /// let builder = groq_mock::Mock::builder().batch_step(Duration::from_millis(500));
    /// ```
    pub fn batch_step(mut self, step: Duration) -> Self {
        self.options.batch_step = step;
        self
    }

    /// When a batch that is not complete expires. Default: at the end of its completion window.
    pub fn batch_expires_after(mut self, time: Duration) -> Self {
        self.options.batch_expires_after = Some(time);
        self
    }

    /// The largest recording that may be uploaded, in bytes; a larger one is answered 413. Default: 25 MiB.
    pub fn max_audio(mut self, bytes: usize) -> Self {
        self.options.max_audio = bytes;
        self
    }

    /// What goes wrong in transcriptions. Default: nothing.
    pub fn transcript_noise(mut self, transcript_noise: TranscriptNoise) -> Self {
        self.options.transcript_noise = transcript_noise;
        self
    }

    /// Whether calls of tools without parameters have `null` for arguments, as Groq has it often,
    /// and not `{}`, as it has it at other times. Default: `{}`.
    pub fn null_arguments(mut self, null: bool) -> Self {
        self.options.null_arguments = null;
        self
    }

    /// Whether a stream carries the arguments of a tool call in several pieces. Default: whole, as Groq does.
    pub fn split_arguments(mut self, split: bool) -> Self {
        self.options.split_arguments = split;
        self
    }

    /// Hands every request that is not scripted on to this origin, with the caller's key, and writes what comes back
    /// to this file, in the form of the crate `httpmock`.
    ///
    /// Keys, cookies and ids of organisations are not written, and of the headers only those that say something about
    /// the answer. A stream is answered when all of it has come. A file that is there is replaced.
    #[cfg(feature = "record")]
    pub fn record(mut self, origin: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.options.recordings = Some(Mode {
            path: path.into(),
            upstream: Some(origin.into()),
        });
        self
    }

    /// Answers every request that is not scripted from the recordings of this file.
    ///
    /// A recording fits a request with the same method, path, query and body; bodies of JSON are compared as JSON, and
    /// those of forms are not. Of several that fit each is given in turn, and the last one again. A request that none
    /// fits is refused with status 400 and the reason.
    #[cfg(feature = "record")]
    pub fn replay(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.recordings = Some(Mode {
            path: path.into(),
            upstream: None,
        });
        self
    }

    /// Does what [`Mock::recorded`] does.
    #[cfg(feature = "record")]
    pub fn recorded(mut self, path: impl Into<PathBuf>) -> Self {
        self.options.recordings = Some(Mode::by_environment(path.into()));
        self
    }

    /// Starts the mock on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// The port is taken ([`StartError::is_address_in_use`]) or forbidden ([`StartError::is_permission_denied`]).
    pub async fn start(self) -> Result<Mock, StartError> {
        Mock::with_options(self.options).await
    }

    /// Starts the mock on a thread of its own, for programs without a runtime.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`], or the system gives no thread.
    pub fn start_blocking(self) -> Result<BlockingMock, StartError> {
        BlockingMock::start(self)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = &self.options;
        f.debug_struct("Builder")
            .field("address", &options.address)
            .field("port", &options.port)
            .field("seed", &options.seed)
            .field("latency", &options.latency)
            .field("api_key", &options.api_key.as_ref().map(|_| "[hidden]"))
            .finish_non_exhaustive()
    }
}
