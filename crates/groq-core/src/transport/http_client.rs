//! The HTTP library's clients, set up so that they do what this crate promises.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::{Extensions, HeaderValue};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpInfo;
use rustls::ClientConfig;
use tokio::runtime::{Handle, Id};

use super::connection::Connection;
use super::failure::find;
use super::proxy::{self, Proxy};
use super::tls;
use crate::config::base_url::BaseUrl;
use crate::error::Error;

/// What a user sets on the HTTP library itself.
pub(crate) type Hook = Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// A response whose body is still to come.
pub(super) type Answering = reqwest::Response;

/// A body that is coming in.
pub(super) type Incoming = reqwest::Body;

/// One client of the HTTP library for each tokio runtime: a connection lives on the runtime that opened it, and stands still while
/// nobody drives that one.
pub(crate) struct Http {
    connect_timeout: Duration,
    max_headers: Option<usize>,
    tls: ClientConfig,
    proxy: Proxy,
    hook: Option<Hook>,
    /// The latest is the last. One that was made to check the settings belongs to no runtime yet.
    clients: RwLock<Vec<(Option<Id>, reqwest::Client)>>,
    answered: Ports,
}

impl Http {
    /// More runtimes than this are forgotten, the first ones first.
    const MAX_RUNTIMES: usize = 64;

    pub(crate) fn build(
        connection: Connection,
        base_url: &BaseUrl,
        hook: Option<Hook>,
    ) -> Result<Self, Error> {
        let tls = tls::configure(
            connection.crypto_provider,
            &connection.root_certificates,
            connection.identity.as_ref(),
            base_url.is_https(),
        )?;
        let proxy = if !connection.proxy_from_env || base_url.is_loopback() {
            Proxy::None
        } else if hook.is_some() {
            Proxy::Unknown
        } else {
            proxy::of_environment(&base_url.origin())
        };
        let http = Self {
            connect_timeout: connection.connect_timeout,
            max_headers: connection.max_headers,
            tls,
            proxy,
            hook,
            clients: RwLock::default(),
            answered: Ports::default(),
        };
        let first = http.client().map_err(|error| {
            Error::config("the HTTP client cannot be set up").with_source(error)
        })?;
        let mut clients = http.clients.write().unwrap_or_else(PoisonError::into_inner);
        clients.push((None, first));
        drop(clients);
        Ok(http)
    }

    fn client(&self) -> reqwest::Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder();
        if matches!(self.proxy, Proxy::None) {
            builder = builder.no_proxy();
        }
        if let Some(max) = self.max_headers {
            builder = builder.http1_max_headers(max);
        }
        if let Some(hook) = &self.hook {
            builder = hook(builder);
        }
        // After the hook, so that it cannot undo a promise by accident.
        builder
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .http1_only()
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true)
            // Another crate may switch these on for all users of the library; sizes are counted here, decoded.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .build()
    }

    /// Sends a request over a connection of this runtime.
    pub(super) fn execute(
        &self,
        request: reqwest::Request,
    ) -> impl Future<Output = reqwest::Result<Answering>> + Send + use<> {
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        let clients = self.clients.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().rev().find(|(id, _)| *id == runtime) {
            return client.execute(request);
        }
        drop(clients);
        let mut clients = self.clients.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((id @ None, client)) = clients.last_mut() {
            *id = runtime;
            return client.execute(request);
        }
        // What could be built once can mostly be built again; if not, another runtime's connections have to do.
        if let Ok(client) = self.client() {
            if clients.len() == Self::MAX_RUNTIMES {
                clients.remove(0);
            }
            clients.push((runtime, client));
        }
        let (_, client) = clients.last().expect("one was built at the beginning");
        client.execute(request)
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    pub(super) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// Notes that the connection of a response works.
    pub(super) fn answered(&self, response: &Answering) {
        self.answered.insert(response.extensions());
    }

    /// Whether the connection on which a request failed had answered before: then it was closed while nobody used it.
    pub(super) fn had_answered(&self, error: &reqwest::Error) -> bool {
        let mut extensions = Extensions::new();
        if let Some(connected) = find::<legacy::Error>(error).and_then(legacy::Error::connect_info)
        {
            connected.get_extras(&mut extensions);
        }
        self.answered.remove(&extensions)
    }
}

/// A set of local ports, which stand for the connections that use them.
struct Ports(Box<[AtomicU64]>);

impl Default for Ports {
    fn default() -> Self {
        Self((0..=u16::MAX / 64).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Ports {
    fn insert(&self, connection: &Extensions) {
        if let Some((word, bit)) = self.place(connection)
            && word.load(Ordering::Relaxed) & bit == 0
        {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn remove(&self, connection: &Extensions) -> bool {
        self.place(connection)
            .is_some_and(|(word, bit)| word.fetch_and(!bit, Ordering::Relaxed) & bit != 0)
    }

    fn place(&self, connection: &Extensions) -> Option<(&AtomicU64, u64)> {
        let port = connection.get::<HttpInfo>()?.local_addr().port();
        Some((&self.0[usize::from(port / 64)], 1 << (port % 64)))
    }
}

/// Lets the runtime look at its sockets, so that a connection that the server has closed is known to be closed.
///
/// A runtime that nobody drove has not noticed. It looks in the first round, and the tasks of the connections run in the second.
pub(super) async fn notice_closed_connections() {
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
}

/// How the client introduces itself.
pub(super) const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("groq-rust/", env!("CARGO_PKG_VERSION")));
