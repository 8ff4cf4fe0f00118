//! What all parts of a client work with: its connections, its state, and the settings of a call.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use groq_models::Catalog;
use tokio::sync::Semaphore;

use crate::config::base_url::BaseUrl;
use crate::config::keys::Keys;
use crate::error;
use crate::limits::{LimiterFallback, RateLimiter, Record};
use crate::middleware::Middleware;
use crate::options::{RequestOptions, Settings};
use crate::retry::budget::Budget;
use crate::runtime::Runtime;
use crate::transport::http_client::Http;

/// The inside of a client: shared state, and the settings of its calls.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) settings: Arc<Settings>,
}

/// What all clones of a client, and those made by `with_options`, have in common.
pub(crate) struct Shared {
    pub(crate) http: Http,
    pub(crate) base_url: BaseUrl,
    pub(crate) api_key: Keys,
    pub(crate) budget: Budget,
    pub(crate) rate_limiter: Option<Arc<dyn RateLimiter>>,
    pub(crate) limiter_fallback: LimiterFallback,
    /// One permit for each call that may be open, served in order.
    pub(crate) slots: Option<Arc<Semaphore>>,
    pub(crate) limits: Record,
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    pub(crate) catalog: Catalog,
    pub(crate) runtime: Arc<dyn Runtime>,
}

impl Core {
    /// The same client with other options.
    pub(crate) fn with_options(&self, options: RequestOptions) -> Self {
        let options = options.with_catalog(&self.shared.catalog);
        Self {
            shared: Arc::clone(&self.shared),
            settings: Arc::new(options.over(&self.settings)),
        }
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn runtime(&self) -> &Arc<dyn Runtime> {
        &self.shared.runtime
    }

    /// What an error keeps of a body.
    pub(crate) fn kept(&self, body: &Bytes) -> Bytes {
        error::text::kept(
            body,
            self.settings.max_error(),
            self.shared.api_key.expose().as_ref(),
        )
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base_url", &self.shared.base_url)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
