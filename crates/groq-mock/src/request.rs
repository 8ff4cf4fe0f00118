//! A request as it came in: what handlers read, what predicates see, and what the log keeps.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderMap, Method};
use serde_json::Value;

/// A request that the mock received. Cheap to clone.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// let mock = groq_mock::Mock::start().await?;
/// // ... run the code under test against `mock.base_url()`, then:
/// let chats = mock.requests().iter().filter(|request| request.path().ends_with("/chat/completions")).count();
/// assert_eq!(chats, 0);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Request(Arc<Inner>);

struct Inner {
    head: Head,
    body: Bytes,
    json: OnceLock<Result<Value, String>>,
    number: u64,
    connection: u64,
    at: Instant,
}

/// The request line and the headers.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    /// The authority of a request target in absolute form, which stands in for `host`.
    pub(crate) authority: Option<String>,
    pub(crate) headers: HeaderMap,
}

impl Request {
    pub(crate) fn new(head: Head, body: Bytes, number: u64, connection: u64) -> Self {
        Self(Arc::new(Inner {
            head,
            body,
            json: OnceLock::new(),
            number,
            connection,
            at: Instant::now(),
        }))
    }

    /// Returns the method, such as `POST`.
    pub fn method(&self) -> &Method {
        &self.0.head.method
    }

    /// Returns the path as it was sent, percent signs and all: `/openai/v1/models/openai%2Fgpt-oss-20b`.
    pub fn path(&self) -> &str {
        &self.0.head.path
    }

    /// Returns what follows the question mark.
    pub fn query(&self) -> Option<&str> {
        self.0.head.query.as_deref()
    }

    /// Returns all headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.head.headers
    }

    /// Returns one header as text: the first of that name, if it is ASCII.
    ///
    /// ```
    /// fn is_streamed(request: &groq_mock::Request) -> bool {
    ///     request.header("accept") == Some("text/event-stream")
    /// }
    /// ```
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers().get(name)?.to_str().ok()
    }

    /// Returns the body, byte for byte. The pieces of a chunked body are put together.
    pub fn body(&self) -> &Bytes {
        &self.0.body
    }

    /// Returns the body as JSON, if it is JSON. It is parsed once, on first use.
    ///
    /// ```
    /// fn model(request: &groq_mock::Request) -> Option<&str> {
    ///     request.json()?["model"].as_str()
    /// }
    /// ```
    pub fn json(&self) -> Option<&Value> {
        self.parsed().ok()
    }

    /// Returns how many requests the mock had received before this one.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// Returns the number of the connection that carried it. Equal numbers mean that a connection was reused.
    pub fn connection(&self) -> u64 {
        self.0.connection
    }

    /// Returns when its last byte was read.
    pub fn at(&self) -> Instant {
        self.0.at
    }

    /// The JSON, or why it is none.
    pub(crate) fn parsed(&self) -> Result<&Value, &str> {
        let parse = || serde_json::from_slice(&self.0.body).map_err(|error| error.to_string());
        self.0
            .json
            .get_or_init(parse)
            .as_ref()
            .map_err(String::as_str)
    }

    /// The key of the `authorization` header.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, key) = self.header("authorization")?.split_once(' ')?;
        let key = key.trim();
        (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
    }

    pub(crate) fn head(&self) -> &Head {
        &self.0.head
    }
}

impl fmt::Debug for Request {
    /// Without header values and without the body: the key and the prompt are in there.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("number", &self.number())
            .field("connection", &self.connection())
            .field("method", self.method())
            .field("path", &self.path())
            .field("body_bytes", &self.body().len())
            .finish_non_exhaustive()
    }
}

/// What a matcher may look at: with the whole request, or with the head alone while the body is still to come.
#[derive(Clone, Copy)]
pub(crate) enum Seen<'a> {
    Head(&'a Head),
    Whole(&'a Request),
}

impl<'a> Seen<'a> {
    pub(crate) fn head(self) -> &'a Head {
        match self {
            Self::Head(head) => head,
            Self::Whole(request) => request.head(),
        }
    }
}
