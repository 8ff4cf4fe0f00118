//! How a client is made.

mod api_key;
mod base_url;
#[cfg(not(target_arch = "wasm32"))]
mod connection;
mod environment;
mod headers;
mod keys;
mod seams;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;

use crate::audio::AudioTier;
use crate::client::{Client, Shared};
use crate::error::Error;
use crate::facts::Catalogue;
use crate::limits::Record;
use crate::options::Settings;
use crate::retry::budget::{Budget, BudgetConfig};
use crate::runtime::{DefaultRuntime, Runtime};
use crate::transport;

pub(crate) use api_key::ApiKey;
pub(crate) use base_url::BaseUrl;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) use connection::Connection;
pub(crate) use headers::checked_header;
pub(crate) use keys::Keys;
pub use keys::{KeyFuture, KeyProvider};

use seams::Seams;

/// Settings of a [`Client`] that is to be made.
///
/// Everything but the key has a default. What concerns single calls can be set again for each of them with
/// [`Client::with_options`].
///
/// ```
/// use groq_core::Client;
/// use std::time::Duration;
///
/// let client = Client::builder()
///     .api_key("gsk_example")
///     .deadline(Duration::from_secs(30))
///     .max_retries(4)
///     .build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
pub struct ClientBuilder {
    api_key: Option<String>,
    base_url: String,
    headers: Vec<(String, String)>,
    settings: Settings,
    #[cfg(not(target_arch = "wasm32"))]
    connection: Connection,
    budget: BudgetConfig,
    catalogue: Catalogue,
    plaintext_http: bool,
    runtime: Arc<dyn Runtime>,
    hook: Option<transport::Hook>,
    seams: Seams,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: base_url::DEFAULT.to_owned(),
            headers: Vec::new(),
            settings: Settings::default(),
            #[cfg(not(target_arch = "wasm32"))]
            connection: Connection::default(),
            budget: BudgetConfig::default(),
            catalogue: Catalogue::shipped(),
            plaintext_http: false,
            runtime: Arc::new(DefaultRuntime),
            hook: None,
            seams: Seams::default(),
        }
    }
}

impl ClientBuilder {
    /// Sets the key. It goes into one header, marked as sensitive, and nowhere else.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets where the API is; `https://api.groq.com` by default.
    ///
    /// A URL without a path stands for the service itself, and gets `/openai/v1`. Any other path stands as given, in place of
    /// `/openai/v1`: `http://localhost:8000/v1`, `https://gateway.example/groq`. Operations that Groq keeps elsewhere (`/v1/fine_tunings`)
    /// go to the same host, at their own path. A trailing slash changes nothing; a query, a fragment, or a user name is refused.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Adds a header to every request, such as `Groq-Model-Version`.
    ///
    /// Headers that the client itself must set (`Authorization`, `Host`, `Content-Type`, those about the connection) are
    /// refused when the client is built.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets how long each attempt may wait for the answer to begin; 60 seconds by default (sdk).
    ///
    /// The wait for the first byte of the body has the same limit, since models may think before they stream.
    pub fn first_byte_timeout(mut self, limit: Duration) -> Self {
        self.settings.first_byte_timeout = limit;
        self
    }

    /// Sets how long an answer may pause once it has begun; 60 seconds by default.
    ///
    /// Only time spent waiting for the server counts: a slow reader of a stream is not a pause.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.settings.idle_timeout = limit;
        self
    }

    /// Sets how long an answer may go on without getting anywhere; 2 minutes by default.
    ///
    /// In a stream, only whole events count as progress: comments sent as signs of life do not, nor does a byte now
    /// and then. In other answers, a kilobyte is progress.
    pub fn progress_timeout(mut self, limit: Duration) -> Self {
        self.settings.progress_timeout = limit;
        self
    }

    /// Sets how long a whole call may take, with all attempts, waits, and the stream to its end; no limit by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.settings.deadline = Some(limit);
        self
    }

    /// Sets how often a failed call is made again; twice by default (sdk). Zero switches retries off.
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.settings.retry.max_retries = retries;
        self
    }

    /// Sets the longest wait that the server may ask for; a minute by default.
    ///
    /// The client never comes back earlier than it was asked to. If that takes longer than this, the call fails at once,
    /// and [`Error::retry_after`] has the time.
    pub fn max_retry_wait(mut self, limit: Duration) -> Self {
        self.settings.retry.max_wait = limit;
        self
    }

    /// Sets the wait before the first retry, and the longest one, where the server asks for none; 0.5 and 8 seconds by default (sdk).
    ///
    /// The wait doubles with each retry, and up to a quarter of it is taken off at random.
    pub fn backoff(mut self, initial: Duration, max: Duration) -> Self {
        self.settings.retry.backoff.initial = initial;
        self.settings.retry.backoff.max = max;
        self
    }

    /// Sets how many retries all clones of the client may make in a row without a success; 30 by default.
    ///
    /// When all calls fail, this bounds the retries of all of them together. Each call that succeeds gives back a fifth of a
    /// retry, and so does each second.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.budget.capacity = retries;
        self
    }

    /// Sets the largest answer that is read whole, in bytes; 64 MiB by default.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_response_bytes = bytes;
        self
    }

    /// Sets how much of an answer that is an error is read and kept, in bytes; 64 KiB by default.
    pub fn max_error_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_error_bytes = bytes;
        self
    }

    /// Sets how long an upload may stop, whether the server does not read or the source has nothing to send; a minute by default.
    pub fn write_timeout(mut self, limit: Duration) -> Self {
        self.settings.write_timeout = limit;
        self
    }

    /// Sets the largest audio that is attached to a request, in bytes; 25 MiB by default, the limit of the free tier (docs).
    ///
    /// See [`audio_tier`](Self::audio_tier). Larger audio is given by its URL.
    pub fn max_audio_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_audio_bytes = bytes;
        self
    }

    /// Sets [`max_audio_bytes`](Self::max_audio_bytes) to what the account may attach.
    pub fn audio_tier(self, tier: AudioTier) -> Self {
        self.max_audio_bytes(tier.max_bytes())
    }

    /// Sets the largest file that is uploaded, in bytes; 100 MiB by default (docs).
    pub fn max_file_bytes(mut self, bytes: u64) -> Self {
        self.settings.max_file_bytes = bytes;
        self
    }

    /// Sets the bounds of a stream's lines, events, and whole length.
    pub fn stream_limits(mut self, limits: crate::sse::Limits) -> Self {
        self.settings.stream_limits = limits;
        self
    }

    /// Sets what is known about models; by default what was known when this version was made.
    ///
    /// A voice that a known model does not have, and a text that it cannot speak at once, are refused before they are sent. A model
    /// that is not in the catalogue is never refused.
    pub fn catalogue(mut self, catalogue: Catalogue) -> Self {
        self.catalogue = catalogue;
        self
    }

    /// Allows plain `http` to hosts other than this machine. The key then crosses the network for everybody to read.
    pub fn allow_plaintext_http(mut self) -> Self {
        self.plaintext_http = true;
        self
    }

    /// Sets where the client takes time and chance from; for tests, and for platforms without tokio's timers.
    pub fn runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.runtime = Arc::new(runtime);
        self
    }

    /// Lets you set what this builder has no method for: a proxy, a resolver, keep-alive, a local address.
    ///
    /// What this crate promises is set after it and wins: no redirects of reqwest's own, no timeouts but ours, our TLS.
    pub fn configure_http(
        mut self,
        configure: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + 'static,
    ) -> Self {
        self.hook = Some(Box::new(configure));
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no key, or it holds characters that no key has; the base URL is none, or plain
    /// `http` to another machine; a header is refused; TLS cannot be set up. The key is never part of the text.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = BaseUrl::parse(&self.base_url, self.plaintext_http)?;
        let api_key = Keys::new(self.api_key, self.seams.key_provider)?;
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let (name, value) = checked_header(name, value).map_err(Error::config)?;
            headers.append(name, value);
        }
        #[cfg(not(target_arch = "wasm32"))]
        let connect_timeout = self.connection.connect_timeout;
        let http = transport::Http::build(transport::HttpConfig {
            #[cfg(not(target_arch = "wasm32"))]
            connection: Connection {
                proxy_from_env: self.connection.proxy_from_env && !base_url.is_loopback(),
                ..self.connection
            },
            #[cfg(not(target_arch = "wasm32"))]
            tls: base_url.is_https(),
            finished: self.seams.http_client,
            hook: self.hook,
        })?;
        let shared = Shared {
            http,
            base_url,
            api_key,
            #[cfg(not(target_arch = "wasm32"))]
            connect_timeout,
            budget: Budget::new(self.budget),
            gate: self.seams.gate.open(&self.runtime),
            limits: Record::default(),
            middleware: self.seams.middleware,
            catalogue: self.catalogue,
            runtime: self.runtime,
        };
        let settings = Settings {
            headers,
            ..self.settings
        };
        Ok(Client::new(shared, settings))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field(
                "api_key",
                &self.api_key.as_ref().map(|_| format_args!("[key]")),
            )
            .field("base_url", &base_url::without_userinfo(&self.base_url))
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
