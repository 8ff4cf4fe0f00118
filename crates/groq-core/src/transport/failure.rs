//! What a failed attempt failed with.

#[cfg(not(target_arch = "wasm32"))]
use std::error::Error as StdError;
#[cfg(not(target_arch = "wasm32"))]
use std::io;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::body::BodyFailure;
use super::redirect::Redirect;
use crate::error::{Answer, Error, ErrorKind, TimeoutKind};
use crate::retry::decision::Outcome;
use crate::shared::Core;

/// A failed attempt: for the user, for the decision to retry, and for the record.
pub(crate) struct Failure {
    pub(super) error: Error,
    pub(super) outcome: Outcome,
    pub(super) word: &'static str,
}

impl Failure {
    pub(super) fn new(error: Error, outcome: Outcome, word: &'static str) -> Self {
        Self {
            error,
            outcome,
            word,
        }
    }

    pub(super) fn answered(mut self, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        self.error = self.error.with_answer(Answer {
            status,
            headers,
            body,
        });
        self
    }

    /// The request could not be sent, or no answer came.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn sending(error: reqwest::Error, client: &Core) -> Self {
        let host = client.shared().base_url.host();
        let error = error.without_url();
        if error.is_connect() {
            return Self::connecting(error, host, client.shared().connect_timeout);
        }
        if let Some(cause) = find::<hyper::Error>(&error) {
            // The HTTP library has a method for this on its server side only.
            if cause.is_parse() && cause.to_string().contains("too large") {
                let message = "the head of the answer is larger than the HTTP library allows";
                return Self::new(
                    Error::new(ErrorKind::LimitExceeded, message).with_source(error),
                    Outcome::Final,
                    "head too large",
                );
            }
            if cause.is_parse() {
                let message = format!("{host} does not answer in HTTP");
                return Self::new(transport(message, error), Outcome::Sent, "not HTTP");
            }
            if cause.is_canceled() {
                let message =
                    format!("the connection to {host} closed before the request was sent");
                return Self::new(
                    transport(message, error),
                    Outcome::Unsent,
                    "connection closed",
                );
            }
        }
        if error.is_builder() {
            let refused =
                Error::refused("the request cannot be expressed in HTTP").with_source(error);
            return Self::new(refused, Outcome::Final, "bad request");
        }
        let message = format!("the connection to {host} broke before the answer came");
        Self::new(transport(message, error), Outcome::Sent, "connection broke")
    }

    /// The request could not be sent, or no answer came. Which of them, a browser does not say, nor why.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn sending(error: reqwest::Error, client: &Core) -> Self {
        let host = client.shared().base_url.host();
        let error = error.without_url();
        if error.is_builder() {
            let refused =
                Error::refused("the request cannot be expressed in HTTP").with_source(error);
            return Self::new(refused, Outcome::Final, "bad request");
        }
        let failed = Error::new(ErrorKind::Connect, format!("no answer from {host}"))
            .with_hint("check the network, the base URL, and whether the server allows calls from this page (CORS)")
            .with_source(error);
        Self::new(failed, Outcome::Sent, "fetch failed")
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn connecting(error: reqwest::Error, host: &str, limit: Duration) -> Self {
        if let Some(cause) = find::<rustls::Error>(&error) {
            let message = format!("no trusted TLS connection to {host}: {cause}");
            let error = Error::new(ErrorKind::Tls, message)
                .with_hint("check the base URL, or add a root certificate");
            return Self::new(error, Outcome::Final, "TLS refused");
        }
        if error.is_timeout() {
            let timeout = Error::timed_out(TimeoutKind::Connect, limit).with_source(error);
            return Self::new(timeout, Outcome::Unsent, "connect timeout");
        }
        let connect = Error::new(ErrorKind::Connect, format!("cannot connect to {host}"))
            .with_hint("check the network, the base URL, and any proxy")
            .with_source(error);
        Self::new(connect, Outcome::Unsent, "cannot connect")
    }

    pub(super) fn timeout(which: TimeoutKind, limit: Duration) -> Self {
        // After a deadline nothing may follow; after any other limit it may.
        let outcome = if which == TimeoutKind::Total {
            Outcome::Final
        } else {
            Outcome::Sent
        };
        Self::new(Error::timed_out(which, limit), outcome, "timeout")
    }

    /// The body did not come in.
    pub(super) fn body(failure: BodyFailure) -> Self {
        match failure {
            BodyFailure::TimedOut(which, limit) => Self::timeout(which, limit),
            failure => {
                let outcome = if failure.is_broken() {
                    Outcome::Sent
                } else {
                    Outcome::Final
                };
                Self::new(
                    failure.into_error("max_response_bytes"),
                    outcome,
                    "body failed",
                )
            }
        }
    }

    pub(super) fn redirect(refused: &Redirect, status: StatusCode, headers: &HeaderMap) -> Self {
        let message = match refused {
            Redirect::Refuse(location) => format!("the server redirects to {location}"),
            Redirect::Follow(url) => {
                format!("the server redirects in circles, by way of {}", url.path())
            }
            Redirect::None => "the server redirects".to_owned(),
        };
        let error = Error::new(ErrorKind::Redirect, message)
            .with_hint("only redirects within the server are followed, and only 307 and 308; set the base URL to where the API is");
        Self::new(error, Outcome::Final, "redirect").answered(status, headers.clone(), Bytes::new())
    }

    /// A status that means nothing here.
    pub(super) fn unexpected(status: StatusCode, headers: HeaderMap) -> Self {
        let message = format!(
            "the server answered with status {}, which has no meaning here",
            status.as_u16()
        );
        let error = Error::new(ErrorKind::UnexpectedResponse, message);
        Self::new(error, Outcome::Final, "unexpected status").answered(
            status,
            headers,
            Bytes::new(),
        )
    }
}

impl BodyFailure {
    pub(crate) fn is_broken(&self) -> bool {
        matches!(self, Self::Broken(_))
    }

    /// The failure as an error; `limit` is the name of the setting that bounds the size.
    pub(crate) fn into_error(self, limit: &str) -> Error {
        match self {
            Self::TimedOut(which, limit) => Error::timed_out(which, limit),
            Self::TooLarge(max) => Error::new(
                ErrorKind::LimitExceeded,
                format!("the answer is larger than {max} bytes ({limit})"),
            ),
            Self::Compressed(error) => {
                Error::new(ErrorKind::Decode, "the compressed body does not decompress")
                    .with_source(error)
            }
            Self::Broken(error) => transport(
                "the connection broke in the middle of the answer".to_owned(),
                error.without_url(),
            ),
        }
    }
}

fn transport(message: String, source: reqwest::Error) -> Error {
    Error::new(ErrorKind::Transport, message).with_source(source)
}

#[cfg(not(target_arch = "wasm32"))]
/// Looks for a cause of some type, also where an `io::Error` wraps it: that one does not show it as its source.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let wrapped = error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        if let Some(found) = wrapped.and_then(|wrapped| find::<T>(wrapped)) {
            return Some(found);
        }
        next = error.source();
    }
    None
}
