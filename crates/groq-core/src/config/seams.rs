//! Where other code takes part in what a client does.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::{ClientBuilder, KeyProvider};
use crate::limits::{Limiter, Pacer, Pacing};
use crate::middleware::Middleware;
use crate::retry::RetryPolicy;
use crate::runtime::Runtime;
use crate::transport::Gate;

/// What a builder keeps for them.
#[derive(Default)]
pub(super) struct Seams {
    pub(super) key_provider: Option<Arc<dyn KeyProvider>>,
    pub(super) middleware: Vec<Arc<dyn Middleware>>,
    pub(super) http_client: Option<reqwest::Client>,
    pub(super) gate: GateConfig,
}

/// How calls are held back.
#[derive(Default)]
pub(super) struct GateConfig {
    limits: Limits,
    max_concurrent_calls: Option<usize>,
}

#[derive(Default)]
enum Limits {
    #[default]
    None,
    Pacing(Pacing),
    Limiter(Arc<dyn Limiter>),
}

impl GateConfig {
    pub(super) fn open(self, runtime: &Arc<dyn Runtime>) -> Gate {
        let limiter: Option<Arc<dyn Limiter>> = match self.limits {
            Limits::None => None,
            Limits::Pacing(pacing) => Some(Arc::new(Pacer::new(pacing, Arc::clone(runtime)))),
            Limits::Limiter(limiter) => Some(limiter),
        };
        let slots = self
            .max_concurrent_calls
            .map(|calls| Arc::new(Semaphore::new(calls.clamp(1, Semaphore::MAX_PERMITS))));
        Gate { limiter, slots }
    }
}

impl ClientBuilder {
    /// Sets who gives the key, in place of [`api_key`](Self::api_key), for keys that change.
    pub fn key_provider(mut self, provider: impl KeyProvider + 'static) -> Self {
        self.seams.key_provider = Some(Arc::new(provider));
        self
    }

    /// Adds someone who sees every attempt. Several are asked in the order in which they were added.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.seams.middleware.push(Arc::new(middleware));
        self
    }

    /// Keeps to rate limits before they are met: calls wait for their turn. Without it, nothing is held back.
    pub fn pacing(mut self, pacing: Pacing) -> Self {
        self.seams.gate.limits = Limits::Pacing(pacing);
        self
    }

    /// Sets another limiter, in place of [`pacing`](Self::pacing): one that many processes share, for example.
    pub fn limiter(mut self, limiter: impl Limiter + 'static) -> Self {
        self.seams.gate.limits = Limits::Limiter(Arc::new(limiter));
        self
    }

    /// Sets how many calls may be open at once, streams until their end included; no limit by default, and at least one.
    ///
    /// The others wait in the order in which they came, at most for [`max_queue_wait`](Self::max_queue_wait). A call that waits to be
    /// made again is not open.
    pub fn max_concurrent_calls(mut self, calls: usize) -> Self {
        self.seams.gate.max_concurrent_calls = Some(calls);
        self
    }

    /// Sets how long a call may wait for its turn, by pacing and by the limit on concurrent calls; 10 minutes by default.
    pub fn max_queue_wait(mut self, limit: Duration) -> Self {
        self.settings.max_queue_wait = limit;
        self
    }

    /// Sets when a failed call is made again.
    ///
    /// [`max_retries`](Self::max_retries), [`max_retry_wait`](Self::max_retry_wait) and [`backoff`](Self::backoff) change single parts
    /// of it, so they come after it.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.settings.retry = policy.config;
        self.settings.retry_rule = policy.rule;
        self
    }

    /// Sets the version of Groq's systems: `latest`, `prerelease`, or a date; the header `Groq-Model-Version` (docs).
    pub fn model_version(self, version: impl Into<String>) -> Self {
        self.header("Groq-Model-Version", version)
    }

    /// Asks for something that is being tried out, such as `inference-metrics`; the header `Groq-Beta` (docs).
    pub fn beta(self, feature: impl Into<String>) -> Self {
        self.header("Groq-Beta", feature)
    }

    /// Sets whether answers that are read whole may come compressed, by gzip; they may by default.
    ///
    /// Sizes are counted after decompression. Streams never ask for it; one that comes compressed is decompressed piece by piece.
    pub fn compression(mut self, allow: bool) -> Self {
        self.settings.compression = allow;
        self
    }

    /// Uses a finished HTTP client, as it is. With it lapses what this crate can only promise of a client that it sets up itself.
    ///
    /// That is: redirects may be followed to other hosts, with the request's body; TLS may be anything, and
    /// [`root_certificates`](Self::root_certificates), [`client_certificate`](Self::client_certificate) and
    /// [`crypto_provider`](Self::crypto_provider) do nothing; [`connect_timeout`](Self::connect_timeout) and
    /// [`proxy_from_env`](Self::proxy_from_env) do nothing; its own timeouts and retries come on top; answers that it
    /// decompresses are bounded only after the fact. To set single things and keep the promises, use [`configure_http`](Self::configure_http).
    pub fn http_client_without_guarantees(mut self, client: reqwest::Client) -> Self {
        self.seams.http_client = Some(client);
        self
    }
}
