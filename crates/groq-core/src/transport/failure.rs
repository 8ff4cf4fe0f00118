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
    /// The connection had answered before, and was closed while nobody used it.
    pub(super) was_idle: bool,
}

impl Failure {
    pub(super) fn new(error: Error, outcome: Outcome, word: &'static str) -> Self {
        Self {
            error,
            outcome,
            word,
            was_idle: false,
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
        let server = client.shared().base_url.address();
        if error.is_connect() {
            return super::connect::failure(error.without_url(), &server, client);
        }
        let had_answered = client.shared().http.had_answered(&error);
        let error = error.without_url();
        let cause = find::<hyper::Error>(&error);
        if let Some(cause) = cause.filter(|cause| cause.is_parse()) {
            // The HTTP library has a method for this on its server side only.
            if cause.to_string().contains("too large") {
                let message = "the response has too many headers, or too long ones";
                let error = Error::new(ErrorKind::LimitExceeded, message)
                    .with_hint("see ClientBuilder::max_headers")
                    .with_source(error);
                return Self::new(error, Outcome::Final, "head too large");
            }
            let message = format!("{server} does not answer in HTTP");
            return Self::new(transport(message, error), Outcome::Sent, "not HTTP");
        }
        if error.is_builder() {
            return Self::inexpressible(error);
        }
        let (outcome, word, when) = if cause.is_some_and(hyper::Error::is_canceled) {
            (Outcome::Unsent, "connection closed", "the request was sent")
        } else {
            (Outcome::Sent, "connection broke", "the answer came")
        };
        let message = format!("the connection to {server} closed before {when}");
        Self {
            was_idle: had_answered,
            ..Self::new(transport(message, error), outcome, word)
        }
    }

    /// The request could not be sent, or no answer came. Which of them, a browser does not say, nor why.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn sending(error: reqwest::Error, client: &Core) -> Self {
        let server = client.shared().base_url.address();
        let error = error.without_url();
        if error.is_builder() {
            return Self::inexpressible(error);
        }
        let failed = Error::new(ErrorKind::Connect, format!("no answer from {server}"))
            .with_hint("check the network, the base URL, and whether the server allows calls from this page (CORS)")
            .with_source(error);
        Self::new(failed, Outcome::Sent, "fetch failed")
    }

    fn inexpressible(error: reqwest::Error) -> Self {
        let message = "the request cannot be expressed in HTTP";
        let refused = Error::refused(message).with_source(error);
        Self::new(refused, Outcome::Final, "bad request")
    }

    /// No answer came in time.
    pub(super) fn timeout(which: TimeoutKind, limit: Duration, core: &Core) -> Self {
        let server = core.shared().base_url.address();
        Self::timeout_for(which, limit, &format!("{server} to answer"))
    }

    fn timeout_for(which: TimeoutKind, limit: Duration, waiting_for: &str) -> Self {
        // After a deadline nothing may follow; after any other limit it may.
        let outcome = if which == TimeoutKind::Total {
            Outcome::Final
        } else {
            Outcome::Sent
        };
        let error = Error::timed_out(which, limit).waiting_for(waiting_for);
        Self::new(error, outcome, "timeout")
    }

    /// The body did not come in.
    pub(super) fn body(failure: BodyFailure) -> Self {
        match failure {
            BodyFailure::TimedOut(which, limit) => Self::timeout_for(which, limit, REST),
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
            Self::TimedOut(which, limit) => Error::timed_out(which, limit).waiting_for(REST),
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

/// What a body that is read waits for.
const REST: &str = "the rest of the response";

fn transport(message: String, source: reqwest::Error) -> Error {
    Error::new(ErrorKind::Transport, message).with_source(source)
}

/// Looks for a cause of some type, also where an `io::Error` wraps it: that one does not show it as its source.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn find<'a, T: StdError + 'static>(
    error: &'a (dyn StdError + 'static),
) -> Option<&'a T> {
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
