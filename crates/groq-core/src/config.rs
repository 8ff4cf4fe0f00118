//! Building a client.

mod api_key;
pub(crate) mod base_url;
#[cfg(not(target_arch = "wasm32"))]
mod connection;
mod environment;
pub(crate) mod keys;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use groq_models::{Catalog, Plan};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::client::Client;
use crate::error::Error;
use crate::limits::{LimiterFallback, Priority, RateLimiter, Record};
use crate::middleware::Middleware;
use crate::options::{RequestOptions, Settings, setters, simple_options};
use crate::retry::budget::{Budget, BudgetConfig};
use crate::retry::{Backoff, RetryPolicy};
use crate::runtime::{DefaultRuntime, Runtime};
use crate::shared::Shared;
use crate::sse::StreamLimits;
use crate::transport;
#[cfg(not(target_arch = "wasm32"))]
use crate::transport::connection::Connection;

pub use keys::{KeyFuture, KeyProvider};

use base_url::BaseUrl;
use keys::Keys;

/// Builds a [`Client`].
///
/// Only the key is required. Settings that concern single calls can be overridden for each of them with [`Client::with_options`].
///
/// ```
/// use groq_core::Client;
/// use std::time::Duration;
///
/// let client = Client::builder()
///     .api_key("gsk_example")
///     .timeout(Duration::from_secs(30))
///     .max_retries(4)
///     .build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    api_key: Option<String>,
    key_provider: Option<Arc<dyn KeyProvider>>,
    base_url: String,
    options: RequestOptions,
    #[cfg(not(target_arch = "wasm32"))]
    connection: Connection,
    budget: BudgetConfig,
    rate_limiter: Option<Arc<dyn RateLimiter>>,
    limiter_fallback: LimiterFallback,
    max_concurrency: Option<usize>,
    middleware: Vec<Arc<dyn Middleware>>,
    catalog: Catalog,
    plaintext_http: bool,
    runtime: Arc<dyn Runtime>,
    hook: Option<transport::Hook>,
}

impl Default for ClientBuilder {
    fn default() -> Self {
        Self {
            api_key: None,
            key_provider: None,
            base_url: base_url::DEFAULT.to_owned(),
            options: RequestOptions::new(),
            #[cfg(not(target_arch = "wasm32"))]
            connection: Connection::default(),
            budget: BudgetConfig::default(),
            rate_limiter: None,
            limiter_fallback: LimiterFallback::default(),
            max_concurrency: None,
            middleware: Vec::new(),
            catalog: Catalog::shipped(),
            plaintext_http: false,
            runtime: Arc::new(DefaultRuntime),
            hook: None,
        }
    }
}

impl ClientBuilder {
    /// Sets the API key. It is sent in one header, marked as sensitive, and used nowhere else.
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.api_key = Some(key.into());
        self
    }

    /// Sets a source of API keys that change, in place of [`api_key`](Self::api_key).
    pub fn key_provider(mut self, provider: impl KeyProvider + 'static) -> Self {
        self.key_provider = Some(Arc::new(provider));
        self
    }

    /// Sets the URL of the API; `https://api.groq.com` by default.
    ///
    /// A URL without a path gets `/openai/v1`. Any other path is used in place of `/openai/v1`: `http://localhost:8000/v1`,
    /// `https://gateway.example/groq`. Operations with another path (`/v1/fine_tunings`) go to the same host at their own path. A
    /// trailing slash is ignored. A query, a fragment or a user name is refused.
    ///
    /// ```
    /// let client = groq_core::Client::builder().api_key("unused").base_url("http://localhost:8000/v1").build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = url.into();
        self
    }

    /// Sets how many retries all clones of the client may make in a row without a success; 30 by default.
    ///
    /// When all calls fail, this limits their retries together. Each success restores a fifth of a retry, and five seconds restore a whole one.
    ///
    /// ```
    /// let client = groq_core::Client::builder().api_key("gsk_example").retry_budget(10).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.budget.capacity = retries;
        self
    }

    /// Sets the rate limiter that each attempt waits for; none by default.
    ///
    /// [`LocalRateLimiter`](crate::limits::LocalRateLimiter) keeps the limits within this process. Implement [`RateLimiter`] to share
    /// them between processes.
    ///
    /// ```
    /// use groq_core::{Client, limits::LocalRateLimiter};
    ///
    /// let client = Client::builder().api_key("gsk_example").rate_limiter(LocalRateLimiter::new()).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn rate_limiter(mut self, limiter: impl RateLimiter + 'static) -> Self {
        self.rate_limiter = Some(Arc::new(limiter));
        self
    }

    /// Sets what calls do while the rate limiter itself fails, because its store is down; they fail by default.
    ///
    /// ```
    /// use groq_core::{Client, limits::LimiterFallback};
    ///
    /// let client = Client::builder().api_key("gsk_example").rate_limiter_fallback(LimiterFallback::Pass).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn rate_limiter_fallback(mut self, fallback: LimiterFallback) -> Self {
        self.limiter_fallback = fallback;
        self
    }

    /// Sets the number of calls that may be open at the same time, streams until their end included; no limit by default.
    ///
    /// Other calls wait in order, at most for [`max_wait`](Self::max_wait). A call that waits before a retry is not open. Zero counts
    /// as 1.
    ///
    /// ```
    /// let client = groq_core::Client::builder().api_key("gsk_example").max_concurrency(8).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn max_concurrency(mut self, calls: usize) -> Self {
        self.max_concurrency = Some(calls);
        self
    }

    /// Adds a middleware that observes every attempt. Middlewares run in the order in which they were added.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.middleware.push(Arc::new(middleware));
        self
    }

    /// Sets what is known about models; by default what was known when this version was made.
    ///
    /// A voice that a known model does not have, and a text that it cannot speak at once, are refused before they are sent. A model
    /// that is not in the catalog is never refused.
    pub fn catalog(mut self, catalog: Catalog) -> Self {
        self.catalog = catalog;
        self
    }

    /// Allows plain `http` to other hosts than this machine. Everyone on the network can then read the key.
    pub fn allow_plaintext_http(mut self) -> Self {
        self.plaintext_http = true;
        self
    }

    /// Sets the source of time and randomness, for tests and for platforms without tokio's timers.
    ///
    /// ```
    /// use groq_core::{Client, runtime::TokioRuntime};
    ///
    /// let client = Client::builder().api_key("gsk_example").runtime(TokioRuntime).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn runtime(mut self, runtime: impl Runtime + 'static) -> Self {
        self.runtime = Arc::new(runtime);
        self
    }

    /// Configures the underlying `reqwest` client, for what this builder has no method for: a proxy, a resolver, keep-alive, a local
    /// address.
    ///
    /// It is called once for each tokio runtime that uses the client, because each has its own connections.
    ///
    /// This is the only place where `reqwest` is part of the public interface; a new major version of `reqwest` changes nothing else. What
    /// this crate relies on is set afterwards and wins: no redirects, timeouts or retries by `reqwest`, and TLS as configured here.
    ///
    /// ```no_run
    /// let client = groq_core::Client::builder()
    ///     .api_key("gsk_example")
    ///     .configure_reqwest(|reqwest| reqwest.pool_max_idle_per_host(4))
    ///     .build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn configure_reqwest(
        mut self,
        configure: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.hook = Some(Box::new(configure));
        self
    }

    /// Creates the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): the key is missing or has invalid characters; the base URL is invalid, or plain `http` to another
    /// machine; a header is refused; TLS cannot be configured. The key is never part of the message.
    pub fn build(self) -> Result<Client, Error> {
        let base_url = BaseUrl::parse(&self.base_url, self.plaintext_http)?;
        let api_key = Keys::new(self.api_key, self.key_provider)?;
        let defaults = Settings {
            max_audio_bytes: self.catalog.upload_bytes(Plan::Free),
            max_file_bytes: self.catalog.service().file_bytes,
            ..Settings::default()
        };
        let options = self.options.with_catalog(&self.catalog);
        let mut settings = options.over(&defaults);
        if let Some(problem) = settings.problem.take() {
            return Err(Error::config(problem));
        }
        let http = transport::Http::build(
            #[cfg(not(target_arch = "wasm32"))]
            self.connection,
            #[cfg(not(target_arch = "wasm32"))]
            &base_url,
            self.hook,
        )?;
        if let Some(limiter) = &self.rate_limiter {
            limiter.start(&self.runtime);
        }
        let slots = self
            .max_concurrency
            .map(|calls| Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))));
        let shared = Shared {
            http,
            base_url,
            api_key,
            budget: Budget::new(self.budget),
            rate_limiter: self.rate_limiter,
            limiter_fallback: self.limiter_fallback,
            slots,
            limits: Record::default(),
            middleware: self.middleware,
            catalog: self.catalog,
            runtime: self.runtime,
        };
        Ok(Client::new(shared, settings))
    }
}

macro_rules! define_setters {
    ($($(#[$doc:meta])* $name:ident($argument:ident: $type:ty) = $default:expr;)*) => {
        impl ClientBuilder {
            $($(#[$doc])*
            pub fn $name(mut self, $argument: $type) -> Self {
                self.options.simple.$name = Some($argument);
                self
            })*
        }
    };
}

simple_options!(define_setters);
setters!(ClientBuilder, self => self.options);

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field(
                "api_key",
                &self.api_key.as_ref().map(|_| format_args!("[key]")),
            )
            .field("base_url", &base_url::without_userinfo(&self.base_url))
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
