//! How connections come about. A browser makes its own.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use zeroize::Zeroizing;

use super::ClientBuilder;
use crate::transport::Identity;

/// What a builder keeps for them.
pub(crate) struct Connection {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy_from_env: bool,
    pub(crate) crypto_provider: Option<Arc<CryptoProvider>>,
    pub(crate) root_certificates: Vec<u8>,
    pub(crate) identity: Option<Identity>,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            proxy_from_env: true,
            crypto_provider: None,
            root_certificates: Vec::new(),
            identity: None,
        }
    }
}

impl ClientBuilder {
    /// Sets how long a connection may take to come about, TLS included; 5 seconds by default (sdk).
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connection.connect_timeout = limit;
        self
    }

    /// Sets whether `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` are honoured; they are by default.
    ///
    /// A base URL on this machine never goes through a proxy.
    pub fn proxy_from_env(mut self, honour: bool) -> Self {
        self.connection.proxy_from_env = honour;
        self
    }

    /// Sets the cryptography that TLS uses, in place of `ring`.
    ///
    /// It is needed with the feature `no-provider`, unless one was installed for the whole process.
    pub fn crypto_provider(mut self, provider: Arc<CryptoProvider>) -> Self {
        self.connection.crypto_provider = Some(provider);
        self
    }

    /// Adds certificates, in PEM, of authorities to trust besides those of the operating system.
    pub fn root_certificates(mut self, pem: &[u8]) -> Self {
        self.connection.root_certificates.extend_from_slice(pem);
        self.connection.root_certificates.push(b'\n');
        self
    }

    /// Sets a certificate that the client shows, with its chain, and its key, both in PEM: for gateways that ask for one.
    ///
    /// Whether they are what they should be is checked when the client is built.
    pub fn client_certificate(mut self, certificates: &[u8], key: &[u8]) -> Self {
        self.connection.identity = Some(Identity {
            certificates: certificates.to_vec(),
            key: Zeroizing::new(key.to_vec()),
        });
        self
    }
}
