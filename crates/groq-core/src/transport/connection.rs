//! How connections are made. A browser makes its own.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use zeroize::Zeroizing;

/// What a builder sets for connections.
pub(crate) struct Connection {
    pub(crate) connect_timeout: Duration,
    pub(crate) proxy_from_env: bool,
    pub(crate) max_headers: Option<usize>,
    pub(crate) crypto_provider: Option<Arc<CryptoProvider>>,
    pub(crate) root_certificates: Vec<u8>,
    pub(crate) identity: Option<Identity>,
}

/// A certificate that the client shows, and its key, both in PEM.
pub(crate) struct Identity {
    pub(crate) certificates: Vec<u8>,
    pub(crate) key: Zeroizing<Vec<u8>>,
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            proxy_from_env: true,
            max_headers: None,
            crypto_provider: None,
            root_certificates: Vec::new(),
            identity: None,
        }
    }
}
