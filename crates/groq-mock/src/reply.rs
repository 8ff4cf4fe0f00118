//! Answers that a test writes itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;

use crate::faults::Fault;
use crate::request::Request;
use crate::response::{Body, Frames, Response};

/// An answer for [`Mock::script`](crate::Mock::script), [`Mock::enqueue`](crate::Mock::enqueue) and
/// [`Mock::always`](crate::Mock::always).
///
/// ```
/// use std::time::Duration;
/// use groq_mock::{Fault, Reply};
///
/// let busy = Reply::error(503, "Service Unavailable").header("retry-after", "2");
/// let slow = Reply::generated().fault(Fault::Delay(Duration::from_millis(200)));
/// let page = Reply::new(502).body("<html>bad gateway</html>").header("content-type", "text/html");
/// let junk = Reply::raw("SMTP 220 wrong port\r\n");
/// ```
#[derive(Clone)]
#[must_use = "a reply is used when it is given to a mock"]
pub struct Reply {
    kind: Kind,
    faults: Vec<Fault>,
}

#[derive(Clone)]
enum Kind {
    Generated,
    Function(Arc<dyn Fn(&Request) -> Reply + Send + Sync>),
    Raw(Bytes),
    Made {
        status: u16,
        headers: Vec<(String, Vec<u8>)>,
        body: Content,
    },
}

#[derive(Clone)]
enum Content {
    Whole(Bytes),
    Events(Arc<dyn Fn() -> Frames + Send + Sync>),
}

impl Reply {
    /// Creates a reply with what the mock would have answered anyway, to add faults to.
    pub fn generated() -> Self {
        Self::of(Kind::Generated)
    }

    fn of(kind: Kind) -> Self {
        Self {
            kind,
            faults: Vec::new(),
        }
    }

    /// Creates a reply with a status and an empty body.
    ///
    /// ```
    /// let gone = groq_mock::Reply::new(404).body("nothing here");
    /// ```
    pub fn new(status: u16) -> Self {
        Self::of(Kind::Made {
            status,
            headers: Vec::new(),
            body: Content::Whole(Bytes::new()),
        })
    }

    /// Creates a reply with a status and a value as JSON.
    ///
    /// ```
    /// let empty = groq_mock::Reply::json(200, &serde_json::json!({"object": "list", "data": []}));
    /// ```
    pub fn json(status: u16, value: &(impl Serialize + ?Sized)) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_default();
        Self::new(status)
            .header("content-type", "application/json")
            .body(body)
    }

    /// Creates a reply with a status and Groq's error object, of the type that belongs to the status.
    ///
    /// For a `code`, a `failed_generation` and the like, write the object with [`json`](Self::json).
    ///
    /// ```
    /// let limited = groq_mock::Reply::error(429, "slow down").header("retry-after", "2");
    /// ```
    pub fn error(status: u16, message: &str) -> Self {
        let kind = match status {
            429 => "tokens",
            500.. => "internal_server_error",
            _ => "invalid_request_error",
        };
        Self::json(
            status,
            &serde_json::json!({"error": {"message": message, "type": kind}}),
        )
    }

    /// Creates the reply to an account that may not do this, for a code such as `organization_restricted`; `None` for a
    /// code that is not about the account. The codes are `model_terms_required`, `model_permission_blocked_org`,
    /// `model_permission_blocked_project`, `organization_restricted` and `blocked_api_access`.
    ///
    /// ```
    /// let blocked = groq_mock::Reply::account_error("blocked_api_access");
    /// assert!(blocked.is_some());
    /// ```
    pub fn account_error(code: &str) -> Option<Self> {
        let (status, message) = match code {
            "model_terms_required" => (
                400,
                "The model requires terms acceptance by an admin of the organization.",
            ),
            "model_permission_blocked_org" => {
                (403, "The model is blocked at the organization level.")
            }
            "model_permission_blocked_project" => {
                (403, "The model is blocked at the project level.")
            }
            "organization_restricted" => (400, "Organization has been restricted."),
            "blocked_api_access" => (
                400,
                "API access is blocked: the spend limit has been reached.",
            ),
            _ => return None,
        };
        let kind = if status == 403 {
            "permissions_error"
        } else {
            "invalid_request_error"
        };
        let error = serde_json::json!({"message": message, "type": kind, "code": code});
        Some(Self::json(status, &serde_json::json!({"error": error})))
    }

    /// Creates a stream of server-sent events from the data of each. `[DONE]` is not added.
    ///
    /// ```
    /// let empty = groq_mock::Reply::events(["[DONE]"]);
    /// ```
    pub fn events<I>(data: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let frames: Arc<[Bytes]> = data.into_iter().map(|data| frame(data.as_ref())).collect();
        Self::frames(move || {
            let frames = Arc::clone(&frames);
            (0..frames.len()).map(move |index| frames[index].clone())
        })
    }

    /// Creates a stream of bytes without any framing but that of HTTP: each item is one write.
    ///
    /// The function is called for each request that gets this reply. Its iterator may be as long as it likes, because the
    /// next piece is taken only when the last one has been sent.
    ///
    /// ```
    /// use bytes::Bytes;
    ///
    /// // Fifty megabytes that are never in memory together.
    /// let long = groq_mock::Reply::frames(|| std::iter::repeat_n(Bytes::from_static(&[b'x'; 1024]), 50 * 1024));
    /// ```
    pub fn frames<F, I>(frames: F) -> Self
    where
        F: Fn() -> I + Send + Sync + 'static,
        I: Iterator<Item = Bytes> + Send + 'static,
    {
        Self::of(Kind::Made {
            status: 200,
            headers: vec![("content-type".to_owned(), b"text/event-stream".to_vec())],
            body: Content::Events(Arc::new(move || Box::new(frames()))),
        })
    }

    /// Creates a reply of exactly these bytes, in place of a whole HTTP response. Then the connection is closed.
    ///
    /// Use it for a repeated content-length, a bad chunk size, or the banner of another protocol.
    ///
    /// ```
    /// let smtp = groq_mock::Reply::raw("220 ready\r\n");
    /// ```
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self::of(Kind::Raw(bytes.into()))
    }

    /// Creates a reply that is computed from the request.
    ///
    /// ```
    /// use groq_mock::Reply;
    ///
    /// let echo = Reply::from_fn(|request| Reply::new(200).body(request.body().clone()));
    /// ```
    pub fn from_fn(function: impl Fn(&Request) -> Self + Send + Sync + 'static) -> Self {
        Self::of(Kind::Function(Arc::new(function)))
    }

    /// Sets the body. Replies that are generated or raw keep theirs.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        if let Kind::Made { body, .. } = &mut self.kind {
            *body = Content::Whole(bytes.into());
        }
        self
    }

    /// Sets the status. Replies that are generated or raw keep theirs.
    pub fn status(mut self, code: u16) -> Self {
        if let Kind::Made { status, .. } = &mut self.kind {
            *status = code;
        }
        self
    }

    /// Sets a header, in place of one with that name. It is sent as it is, even if it breaks the rules.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        let (name, value) = (name.into(), value.into());
        match &mut self.kind {
            Kind::Made { headers, .. } => {
                headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
                headers.push((name, value));
            }
            _ => self.faults.push(Fault::Header { name, value }),
        }
        self
    }

    /// Adds a fault.
    ///
    /// ```
    /// use groq_mock::{Fault, Reply};
    ///
    /// let cut = Reply::generated().fault(Fault::AbortAfterEvents(3));
    /// ```
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Delays the answer. This is short for [`Fault::Delay`].
    pub fn delay(self, delay: Duration) -> Self {
        self.fault(Fault::Delay(delay))
    }

    pub(crate) fn is_early(&self) -> bool {
        self.faults.iter().any(Fault::is_early)
    }

    /// The answer to a request and what goes wrong with it; `generate` is asked where the mock's own answer is wanted.
    pub(crate) fn resolve(
        &self,
        request: &Request,
        generate: impl FnOnce() -> Response,
    ) -> (Response, Vec<Fault>) {
        let mut faults = self.faults.clone();
        let mut current = self.clone();
        // A function may return a function; nested deeper than this, the mock's own answer is used.
        for _ in 0..8 {
            let Kind::Function(function) = &current.kind else {
                break;
            };
            current = function(request);
            faults.extend(current.faults.iter().cloned());
        }
        (current.made().unwrap_or_else(generate), faults)
    }

    /// The answer where it does not depend on the request.
    pub(crate) fn made(&self) -> Option<Response> {
        match &self.kind {
            Kind::Generated | Kind::Function(_) => None,
            Kind::Raw(bytes) => Some(Response::new(200, Body::Raw(bytes.clone()))),
            Kind::Made {
                status,
                headers,
                body,
            } => {
                let body = match body {
                    Content::Whole(bytes) => Body::Whole(bytes.clone()),
                    Content::Events(frames) => Body::Frames(frames()),
                };
                let mut response = Response::new(*status, body);
                let headers = headers.iter().cloned();
                let headers = headers.map(|(name, value)| (name.into(), value));
                response.headers.extend(headers);
                Some(response)
            }
        }
    }

    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind: &dyn fmt::Debug = match &self.kind {
            Kind::Generated => &"generated",
            Kind::Function(_) => &"function",
            Kind::Raw(_) => &"raw",
            Kind::Made { status, .. } => status,
        };
        write!(f, "Reply({kind:?}, {:?})", self.faults)
    }
}

/// `data: …` for each line, and the empty line that ends an event.
fn frame(data: &str) -> Bytes {
    let lines = data.split('\n').map(|line| format!("data: {line}\n"));
    Bytes::from(lines.collect::<String>() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_of_several_lines_has_several_data_lines() {
        assert_eq!(frame("a\nb"), "data: a\ndata: b\n\n");
    }

    #[test]
    fn a_header_replaces_one_of_its_name() {
        let reply = Reply::json(200, &1).header("Content-Type", "text/plain");
        let headers = reply.made().unwrap().headers;
        assert_eq!(headers, [("Content-Type".into(), b"text/plain".to_vec())]);
    }
}
