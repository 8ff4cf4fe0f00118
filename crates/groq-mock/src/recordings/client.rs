//! The way to the service that is recorded.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::time::timeout;

use crate::options::is_loopback;
use crate::request::Request;

/// Bytes of an answer that is recorded.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// The time that an answer may take, from its first byte to its last.
const MAX_TIME: Duration = Duration::from_secs(600);

/// An origin, and a client for it.
#[derive(Debug)]
pub(super) struct Upstream {
    scheme: Scheme,
    authority: Authority,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Upstream {
    /// The origin of an address; a path in it does not matter, since requests bring their own.
    pub(super) fn new(address: &str) -> io::Result<Self> {
        let bad =
            |why: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("`{address}` {why}"));
        let parts = address
            .parse::<Uri>()
            .map_err(|_| bad("is no address"))?
            .into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else {
            return Err(bad("has no scheme and host"));
        };
        if scheme != Scheme::HTTPS && scheme != Scheme::HTTP {
            return Err(bad("is neither https nor http"));
        }
        if authority.as_str().contains('@') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the address to record must not contain a user name or password",
            ));
        }
        let host = authority.host().trim_matches(['[', ']']);
        if scheme == Scheme::HTTP && !is_loopback(host) {
            return Err(bad(
                "is plain http to another machine, which would show your key: use https",
            ));
        }
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(scheme == Scheme::HTTPS)?)
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Self {
            scheme,
            authority,
            client: Client::builder(TokioExecutor::new()).build(connector),
        })
    }

    /// Hands a request on, with the caller's key, and waits for the whole answer.
    pub(super) async fn send(&self, request: &Request) -> io::Result<(u16, HeaderMap, Bytes)> {
        let outgoing = self.outgoing(request)?;
        let sent = async {
            let response = self
                .client
                .request(outgoing)
                .await
                .map_err(io::Error::other)?;
            let (parts, body) = response.into_parts();
            let collected = Limited::new(body, MAX_BODY).collect().await;
            let body = collected.map_err(io::Error::other)?.to_bytes();
            Ok((parts.status.as_u16(), parts.headers, body))
        };
        timeout(MAX_TIME, sent).await?
    }

    fn outgoing(&self, request: &Request) -> io::Result<http::Request<Full<Bytes>>> {
        let mut target = request.path().to_owned();
        if let Some(query) = request.query() {
            target = target + "?" + query;
        }
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(target)
            .build()
            .map_err(io::Error::other)?;
        let body = request.body().clone();
        let mut outgoing = http::Request::builder()
            .method(request.method())
            .uri(uri)
            .body(Full::new(body))
            .map_err(io::Error::other)?;
        let headers = outgoing.headers_mut();
        for (name, value) in request.headers() {
            headers.append(name, value.clone());
        }
        // These are about the connection to the mock; a compressed answer could not be read in its recording.
        for name in [
            HOST,
            CONNECTION,
            CONTENT_LENGTH,
            TRANSFER_ENCODING,
            http::header::ACCEPT_ENCODING,
            http::header::EXPECT,
        ] {
            headers.remove(name);
        }
        if let Some(key) = headers.get_mut(AUTHORIZATION) {
            key.set_sensitive(true);
        }
        Ok(outgoing)
    }
}

/// Without `needed` it trusts no certificate: a service on this machine uses plain HTTP.
fn tls(needed: bool) -> io::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    let builder = if needed {
        let verifier = Verifier::new(provider).map_err(io::Error::other)?;
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
    } else {
        builder.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.with_no_client_auth())
}
