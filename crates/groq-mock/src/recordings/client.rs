//! The way to the service that is recorded.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, EXPECT, HOST, TRANSFER_ENCODING,
};
use http::uri::{Authority, Scheme};
use http::{HeaderMap, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use tokio::time::{Instant, timeout_at};

use crate::options::is_loopback;
use crate::request::Request;

/// Bytes of an answer that is recorded.
const MAX_BODY: usize = 64 * 1024 * 1024;
/// The time that an answer may take, to its last byte.
const MAX_TIME: Duration = Duration::from_secs(600);

/// An origin, and a client for it.
#[derive(Debug)]
pub(super) struct Upstream {
    scheme: Scheme,
    authority: Authority,
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

/// An answer whose body is still to come.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    body: Limited<Incoming>,
    deadline: Instant,
}

impl Answer {
    /// The next piece of the body.
    pub(super) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        while let Some(frame) = timeout_at(self.deadline, self.body.frame()).await? {
            if let Ok(bytes) = frame.map_err(io::Error::other)?.into_data() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
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

    /// Hands a request on, with the caller's key, and waits for the head of the answer.
    pub(super) async fn send(&self, request: &Request) -> io::Result<Answer> {
        let outgoing = self.outgoing(request)?;
        let deadline = Instant::now() + MAX_TIME;
        let sent = timeout_at(deadline, self.client.request(outgoing)).await?;
        let (parts, body) = sent.map_err(io::Error::other)?.into_parts();
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: Limited::new(body, MAX_BODY),
            deadline,
        })
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
        let own = [HOST, CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING];
        for name in own.into_iter().chain([ACCEPT_ENCODING, EXPECT]) {
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
