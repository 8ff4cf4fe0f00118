//! A look at every attempt.

use std::fmt;
use std::time::Duration;

use http::{HeaderMap, Method};

use crate::error::Error;
use crate::header::checked_header;
use crate::retry::Attempt;

/// Sees every HTTP attempt before it is sent and after it has ended; give it to
/// [`ClientBuilder::middleware`](crate::ClientBuilder::middleware).
///
/// It is for metrics, logs, and headers that pass on a trace. It never sees the key, nor a body. It is called on the task that makes
/// the call, so it should not block.
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
    /// An attempt is about to be sent.
    fn before(&self, head: &mut AttemptHead) {
        let _ = head;
    }

    /// An attempt has ended: with a good answer whose body is whole, or, for a stream, has begun; or with a failure.
    ///
    /// A call that is dropped has no end.
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
    /// What is being done, in words: `create chat completion`.
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// The model, where the request is JSON and names one.
    pub fn model(&self) -> Option<&str> {
        Some(self.model.as_str()).filter(|model| !model.is_empty())
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path, without a query.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The headers. `Authorization` is not among them.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Which attempt of its call this is; the first is 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// How long the client waited before it: for a retry, or for its turn.
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
