//! TLS: rustls, with its provider always passed explicitly, and the operating system's trust.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;

use super::connection::Identity;
use crate::error::Error;

/// Makes the TLS configuration.
///
/// Without `needed` it trusts no one: it is there because the HTTP library wants one, and reading the system's
/// certificates takes longer than a whole call to this machine.
pub(super) fn configure(
    provider: Option<Arc<CryptoProvider>>,
    extra_roots: &[u8],
    identity: Option<&Identity>,
    needed: bool,
) -> Result<ClientConfig, Error> {
    let provider = provider.or_else(default_provider).ok_or_else(|| {
        Error::config("TLS has no cryptography")
            .with_hint("enable the feature `ring`, or call ClientBuilder::crypto_provider")
    })?;
    let extra_roots = parse(extra_roots)?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| {
            Error::config("the cryptography provider supports no version of TLS").with_source(error)
        })?;
    let builder = if needed {
        let verifier = verifier(extra_roots, provider)?;
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    let mut config = match identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = identity.parse()?;
            builder.with_client_auth_cert(chain, key).map_err(|error| {
                Error::config("the client certificate and its key do not fit").with_source(error)
            })?
        }
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

impl Identity {
    fn parse(&self) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), Error> {
        let chain = parse(&self.certificates)?;
        if chain.is_empty() {
            return Err(Error::config("the client certificate is empty"));
        }
        // The parser's error could quote the key.
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| Error::config("the key of the client certificate is not PEM"))?;
        Ok((chain, key))
    }
}

#[cfg(feature = "ring")]
#[expect(
    clippy::unnecessary_wraps,
    reason = "without the feature there may be none"
)]
fn default_provider() -> Option<Arc<CryptoProvider>> {
    Some(Arc::new(rustls::crypto::ring::default_provider()))
}

#[cfg(not(feature = "ring"))]
fn default_provider() -> Option<Arc<CryptoProvider>> {
    CryptoProvider::get_default().cloned()
}

fn parse(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|error| Error::config(format!("a certificate is not PEM: {error}")))?;
    if certificates.is_empty() && !pem.trim_ascii().is_empty() {
        return Err(Error::config("the root certificates hold no certificate")
            .with_hint("give them in PEM"));
    }
    Ok(certificates)
}

#[cfg(not(target_os = "android"))]
fn verifier(
    extra_roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, Error> {
    Verifier::new_with_extra_roots(extra_roots, provider).map_err(|error| {
        Error::config(format!("no certificates to trust: {error}")).with_hint(
            "install the system's CA certificates (ca-certificates), or add a root certificate",
        )
    })
}

#[cfg(target_os = "android")]
fn verifier(
    extra_roots: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<Verifier, Error> {
    if !extra_roots.is_empty() {
        return Err(Error::config(
            "Android does not take additional root certificates",
        ));
    }
    Verifier::new(provider)
        .map_err(|error| Error::config(format!("no certificates to trust: {error}")))
}
