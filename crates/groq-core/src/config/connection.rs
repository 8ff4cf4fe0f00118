//! Setters for connections. A browser makes its own.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use zeroize::Zeroizing;

use super::ClientBuilder;
use crate::transport::connection::Identity;

impl ClientBuilder {
    /// Sets the longest time for opening a connection, TLS included; 5 seconds by default.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connection.connect_timeout = limit;
        self
    }

    /// Sets whether `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are used; they are by default.
    ///
    /// An entry of `NO_PROXY` may have a port: `api.groq.com:443`. A base URL on this machine never goes through a proxy. SOCKS proxies need
    /// the feature `socks` of `reqwest`.
    pub fn proxy_from_env(mut self, enable: bool) -> Self {
        self.connection.proxy_from_env = enable;
        self
    }

    /// Sets the number of headers that a response may have; 100 by default. A response with more fails with
    /// [`is_limit_exceeded`](crate::Error::is_limit_exceeded).
    ///
    /// ```
    /// let client = groq_core::Client::builder().api_key("gsk_example").max_headers(300).build()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn max_headers(mut self, headers: usize) -> Self {
        self.connection.max_headers = Some(headers);
        self
    }

    /// Sets the cryptography provider for TLS, in place of `ring`.
    ///
    /// It is needed without the feature `ring`, unless one is installed for the whole process.
    pub fn crypto_provider(mut self, provider: Arc<CryptoProvider>) -> Self {
        self.connection.crypto_provider = Some(provider);
        self
    }

    /// Adds trusted root certificates, in PEM, to those of the operating system.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.connection.root_certificates.extend_from_slice(pem);
        self.connection.root_certificates.push(b'\n');
        self
    }

    /// Sets the client certificate with its chain, and its key, both in PEM, for gateways that require one.
    ///
    /// They are checked when the client is built.
    pub fn client_certificate(mut self, certificates: &[u8], key: &[u8]) -> Self {
        self.connection.identity = Some(Identity {
            certificates: certificates.to_vec(),
            key: Zeroizing::new(key.to_vec()),
        });
        self
    }
}
