//! A look at every attempt.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, Method};

use crate::error::Error;
use crate::header::checked_header;
use crate::retry::Attempt;

/// Observes every HTTP attempt before it is sent and after it has ended; for
/// [`ClientBuilder::middleware`](crate::ClientBuilder::middleware).
///
/// Use it for metrics, logs, and headers that propagate a trace. It sees neither the key nor a body. It runs on the task that makes the call, so
/// it should not block.
///
/// ```
/// use groq_core::{Attempt, AttemptHead, AttemptOutcome, Client, Middleware};
///
/// #[derive(Debug)]
/// struct Log;
///
/// impl Middleware for Log {
///     fn before(&self, head: &mut AttemptHead) {
///         head.insert_header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").ok();
///     }
///
///     fn after(&self, head: &AttemptHead, attempt: &Attempt, outcome: AttemptOutcome) {
///         println!("{} {}: {:?} after {:?}, {outcome:?}", head.method(), head.path(), attempt.status(), attempt.elapsed());
///     }
/// }
///
/// let client = Client::builder().api_key("gsk_example").middleware(Log).build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
pub trait Middleware: fmt::Debug + Send + Sync {
    /// Called before an attempt is sent.
    fn before(&self, head: &mut AttemptHead) {
        let _ = head;
    }

    /// Called when an attempt ends: with a good response whose body is complete or, for a stream, has started; or with a failure.
    ///
    /// It is not called for a dropped call.
    fn after(&self, head: &AttemptHead, attempt: &Attempt, outcome: AttemptOutcome) {
        let _ = (head, attempt, outcome);
    }
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The call succeeded, or its stream has begun.
    Succeeded,
    /// Another attempt, after this wait.
    RetryIn(Duration),
    /// Nothing: the call failed.
    Failed,
}

/// The head of a request that is about to be sent, without the key.
#[derive(Clone, Debug)]
pub struct AttemptHead {
    pub(crate) operation: &'static str,
    pub(crate) model: String,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) number: usize,
    pub(crate) waited: Duration,
}

impl AttemptHead {
    /// Returns the operation in words: `create chat completion`.
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// Returns the model, if the request names one.
    pub fn model(&self) -> Option<&str> {
        Some(self.model.as_str()).filter(|model| !model.is_empty())
    }

    /// Returns the HTTP method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the path without the query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the headers without `Authorization`.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the number of the attempt; the first is 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Returns the wait before this attempt, for a retry or a rate limit.
    pub fn waited(&self) -> Duration {
        self.waited
    }

    /// Sets a header for this attempt.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the header is invalid, or only the client may set it.
    pub fn insert_header(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let (name, value) = checked_header(name, value).map_err(Error::refused)?;
        self.headers.insert(name, value);
        Ok(())
    }
}
