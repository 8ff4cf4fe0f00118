//! TLS, against servers on this machine with certificates of their own.

use std::sync::Arc;

use groq_core::{Client, ClientBuilder, Error, ErrorKind};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::{CANARY, MODELS};

/// An authority that nobody trusts unless told to.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: KeyPair,
    pem: String,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    fn issue(
        &self,
        name: &str,
        usage: ExtendedKeyUsagePurpose,
        change: impl FnOnce(&mut CertificateParams),
    ) -> Identity {
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        params.extended_key_usages = vec![usage];
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        Identity {
            chain: vec![certificate.der().clone()],
            pem: certificate.pem(),
            key,
        }
    }

    fn for_server(&self, name: &str) -> Identity {
        self.issue(name, ExtendedKeyUsagePurpose::ServerAuth, |_| {})
    }
}

/// Serves lists of models over TLS; gives the port.
async fn serve(identity: Identity, clients: Option<&Authority>) -> u16 {
    let builder =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions");
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.0.der().clone()).expect("a root");
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .expect("a verifier");
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::try_from(identity.key.serialize_der()).expect("a key");
    let config = builder
        .with_single_cert(identity.chain, key)
        .expect("an identity");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(socket).await else {
                    return;
                };
                let mut input = vec![0; 8192];
                let _ = stream.read(&mut input).await;
                let reply = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{MODELS}",
                    MODELS.len()
                );
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}

async fn call(port: u16, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<(), Error> {
    let builder = Client::builder()
        .api_key(CANARY)
        .base_url(format!("https://localhost:{port}"));
    set(builder).build()?.models().list().await.map(drop)
}

/// H10
#[tokio::test]
async fn a_certificate_that_cannot_be_trusted_is_refused_and_not_tried_again() {
    let authority = Authority::new();
    let expired = authority.issue("localhost", ExtendedKeyUsagePurpose::ServerAuth, |params| {
        params.not_before = rcgen::date_time_ymd(2020, 1, 1);
        params.not_after = rcgen::date_time_ymd(2021, 1, 1);
    });
    let unknown = serve(authority.for_server("localhost"), None).await;
    let expired = serve(expired, None).await;
    let other = serve(authority.for_server("other.example"), None).await;
    let root = authority.pem();
    for (port, trusted) in [(unknown, false), (expired, true), (other, true)] {
        let error = call(port, |builder| {
            if trusted {
                builder.root_certificates(root.as_bytes())
            } else {
                builder
            }
        })
        .await
        .expect_err("not to be trusted");
        assert_eq!(error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(error.is_tls() && error.is_connect() && !error.is_retryable());
        assert_eq!(error.attempts().len(), 1);
    }
}

/// H10
#[tokio::test]
async fn a_server_that_does_not_speak_tls_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.write_all(b"220 mail.example ESMTP\r\n").await;
        }
    });
    let root = Authority::new().pem();
    let error = call(port, |builder| builder.root_certificates(root.as_bytes()))
        .await
        .expect_err("no TLS");
    assert!(error.is_tls() && error.is_connect(), "{error:?}");
    // Another attempt would fail in the same way.
    assert_eq!(error.attempts().len(), 1);
}

/// H12
#[tokio::test]
async fn an_authority_is_trusted_only_when_it_is_given() {
    let authority = Authority::new();
    let port = serve(authority.for_server("localhost"), None).await;
    let root = authority.pem();
    call(port, |builder| builder.root_certificates(root.as_bytes()))
        .await
        .expect("a list");
    let other = Authority::new().pem();
    call(port, |builder| builder.root_certificates(other.as_bytes()))
        .await
        .expect_err("another authority");
}

#[tokio::test]
async fn a_client_certificate_is_shown() {
    let authority = Authority::new();
    let port = serve(authority.for_server("localhost"), Some(&authority)).await;
    let root = authority.pem();
    let identity = authority.issue("me", ExtendedKeyUsagePurpose::ClientAuth, |_| {});
    let key = identity.key.serialize_pem();
    call(port, |builder| {
        builder
            .root_certificates(root.as_bytes())
            .client_certificate(identity.pem.as_bytes(), key.as_bytes())
    })
    .await
    .expect("a list");
    call(port, |builder| builder.root_certificates(root.as_bytes()))
        .await
        .expect_err("nothing shown");
    let error = call(port, |builder| {
        builder.client_certificate(identity.pem.as_bytes(), b"canary")
    })
    .await
    .expect_err("no key");
    assert!(error.is_config() && !format!("{error:?}").contains("canary"));
}
