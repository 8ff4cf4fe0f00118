//! A reply, and what came with it.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::limits::RateLimits;
use crate::retry::Attempt;
use crate::transport::Answered;

/// A value that the server sent, and what is known about its answer.
///
/// It can be used as the value itself: `response.choices`. [`into_inner`](Self::into_inner) gives the value up.
///
/// ```no_run
/// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
/// let models = client.models().list().await?;
/// println!("{} models, request {:?}", models.data.len(), models.request_id());
/// println!("{:?} tokens left this minute", models.rate_limits().tokens.remaining);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    value: T,
    meta: Meta,
}

/// What is known about a response besides its value.
#[derive(Clone)]
struct Meta {
    status: StatusCode,
    headers: HeaderMap,
    /// Read from the headers on first use.
    rate_limits: OnceLock<RateLimits>,
    attempts: Vec<Attempt>,
    elapsed: Duration,
    body: Bytes,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, answered: Answered<Bytes>) -> Self {
        let meta = Meta {
            status: answered.status,
            headers: answered.headers,
            rate_limits: OnceLock::new(),
            attempts: answered.attempts,
            elapsed: answered.elapsed,
            body: answered.body,
        };
        Self { value, meta }
    }

    /// Gives up the value, and forgets the rest.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The id of the request, for Groq's support.
    pub fn request_id(&self) -> Option<&str> {
        self.meta.headers.get("x-request-id")?.to_str().ok()
    }

    /// The rate limits as of this answer.
    pub fn rate_limits(&self) -> &RateLimits {
        let Meta {
            rate_limits,
            headers,
            ..
        } = &self.meta;
        rate_limits.get_or_init(|| RateLimits::from_headers(headers))
    }

    /// Every HTTP attempt that was made, in order; the last one brought this answer.
    pub fn attempts(&self) -> &[Attempt] {
        &self.meta.attempts
    }

    /// How long the call took, waits included.
    pub fn elapsed(&self) -> Duration {
        self.meta.elapsed
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.meta.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.meta.headers
    }

    /// The body, as it came.
    pub fn raw_body(&self) -> &Bytes {
        &self.meta.body
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Leaves out the value and the body, which may hold what nobody should find in a log.
impl<T> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.meta.status)
            .field("request_id", &self.request_id())
            .field("rate_limits", self.rate_limits())
            .field("attempts", &self.meta.attempts)
            .field("elapsed", &self.meta.elapsed)
            .finish_non_exhaustive()
    }
}
