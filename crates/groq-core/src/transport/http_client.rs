//! The HTTP library's client, set up so that it does what this crate promises.

use std::future::Future;

use http::HeaderValue;

use super::connection::Connection;
use super::tls;

use crate::error::Error;

/// What a user sets on the HTTP library itself.
pub(crate) type Hook = Box<dyn FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send>;

/// What the HTTP client depends on.
pub(crate) struct HttpConfig {
    pub(crate) connection: Connection,
    /// Whether the base URL is `https`: otherwise no certificate is ever looked at.
    pub(crate) tls: bool,
    pub(crate) hook: Option<Hook>,
}

/// A response whose body is still to come.
pub(super) type Answering = reqwest::Response;

/// A body that is coming in.
pub(super) type Incoming = reqwest::Body;

/// The HTTP library's client.
#[derive(Clone, Debug)]
pub(crate) struct Http(reqwest::Client);

impl Http {
    pub(crate) fn build(config: HttpConfig) -> Result<Self, Error> {
        let connection = config.connection;
        let tls = tls::configure(
            connection.crypto_provider,
            &connection.root_certificates,
            connection.identity.as_ref(),
            config.tls,
        )?;
        let mut builder = reqwest::Client::builder();
        if !connection.proxy_from_env {
            builder = builder.no_proxy();
        }
        if let Some(hook) = config.hook {
            builder = hook(builder);
        }
        // After the hook, so that it cannot undo a promise by accident.
        let builder = builder
            .tls_backend_preconfigured(tls)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(connection.connect_timeout)
            .http1_only()
            // Another crate may switch these on for all users of the library; sizes are counted here, decoded.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        match builder.build() {
            Ok(client) => Ok(Self(client)),
            Err(error) => Err(Error::config("the HTTP client cannot be set up").with_source(error)),
        }
    }

    pub(super) fn execute(
        &self,
        request: reqwest::Request,
    ) -> impl Future<Output = reqwest::Result<Answering>> + Send + use<> {
        self.0.execute(request)
    }
}

/// How the client introduces itself.
pub(super) const USER_AGENT: HeaderValue =
    HeaderValue::from_static(concat!("groq-rust/", env!("CARGO_PKG_VERSION")));
