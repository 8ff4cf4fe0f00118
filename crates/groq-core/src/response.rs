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

/// A value that the server sent, and the metadata of its response.
///
/// It derefs to the value: `response.choices`. [`into_inner`](Self::into_inner) returns the value alone.
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

/// The accessors that everything with a response head has.
macro_rules! head_accessors {
    ($self:ident => $head:expr) => {
        /// Returns the request id for Groq's support.
        pub fn request_id(&$self) -> Option<&str> {
            $head.headers.get("x-request-id")?.to_str().ok()
        }

        /// Returns every HTTP attempt until the response began, in order.
        pub fn attempts(&$self) -> &[$crate::retry::Attempt] {
            &$head.attempts
        }

        /// Returns the HTTP status.
        pub fn status(&$self) -> http::StatusCode {
            $head.status
        }

        /// Returns the response headers. The key is masked where a server echoes it.
        pub fn headers(&$self) -> &http::HeaderMap {
            &$head.headers
        }
    };
}

/// The rate limits of a response head that is read once.
macro_rules! head_rate_limits {
    ($self:ident => $head:expr) => {
        /// Returns the rate limits in the headers of the response.
        pub fn rate_limits(&$self) -> $crate::limits::RateLimits {
            $crate::limits::RateLimits::from_headers(&$head.headers)
        }
    };
}

pub(crate) use {head_accessors, head_rate_limits};

impl<T> Response<T> {
    head_accessors!(self => self.meta);

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

    /// Returns the value, and drops the metadata.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let models = client.models().list().await?.into_inner().data;
    /// # Ok(())
    /// # }
    /// ```
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Returns the rate limits in the headers of the response.
    pub fn rate_limits(&self) -> &RateLimits {
        let Meta {
            rate_limits,
            headers,
            ..
        } = &self.meta;
        rate_limits.get_or_init(|| RateLimits::from_headers(headers))
    }

    /// Returns the duration of the call with all waits.
    pub fn elapsed(&self) -> Duration {
        self.meta.elapsed
    }

    /// Returns the body as it arrived.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let json = client.models().list().await?.raw_body().clone();
    /// # Ok(())
    /// # }
    /// ```
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

/// Leaves out the value and the body, which may hold what no one should find in a log.
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
