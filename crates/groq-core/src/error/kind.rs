//! Kinds of failure.

use std::borrow::Cow;
use std::time::Duration;

use super::display::rounded;

/// What sort of failure an [`Error`](crate::Error) is.
///
/// Kinds say where a call failed. What to do about it is better asked of the predicates, since one kind can need
/// several reactions: [`Api`](Self::Api) holds a wrong key as well as a rate limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client could not be made from its settings or the environment.
    Config,
    /// The request was refused before it was sent.
    Request,
    /// A file, a reader or a writer of yours failed.
    Io,
    /// No connection came about.
    Connect,
    /// The server's certificate or its TLS was refused.
    Tls,
    /// A time limit ran out; [`TimeoutKind`] says which.
    Timeout,
    /// The connection broke, or what came over it was not HTTP.
    Transport,
    /// The server says that the call failed: by a status, by an error object, or by an error in the stream.
    Api,
    /// The server redirects to where the client does not follow.
    Redirect,
    /// The server answered with something other than what the call returns: another content type, or no body.
    UnexpectedResponse,
    /// The response, or an event of the stream, could not be decoded.
    Decode,
    /// Something was larger than its limit.
    LimitExceeded,
    /// The stream ended before the reply did.
    IncompleteStream,
    /// The [rate limiter](crate::limits::RateLimiter) would hold the call for longer than `max_wait` or `timeout`. Nothing was sent.
    RateLimited,
    /// The [rate limiter](crate::limits::RateLimiter) failed. Nothing was sent.
    RateLimiter,
}

/// Which time limit ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimeoutKind {
    /// `connect_timeout`: no connection.
    Connect,
    /// `write_timeout`: nothing of the request's body went out for a while.
    Write,
    /// `first_byte_timeout`: no answer, or no beginning of its body.
    FirstByte,
    /// `read_timeout`: nothing came for a while in the middle of the response.
    Read,
    /// `progress_timeout`: bytes came, but too few to get anywhere, or only signs of life.
    Progress,
    /// `timeout`: the whole call took too long.
    Total,
    /// `max_wait`: the call waited too long for the rate limiter or for `max_concurrency`. Nothing was sent.
    Queue,
    /// `Job::timeout`: the service took too long for a batch.
    Batch,
}

impl TimeoutKind {
    pub(super) fn in_words(self, limit: Duration) -> Cow<'static, str> {
        let limit = rounded(limit);
        match self {
            Self::Connect => format!("no connection within {limit:?} (connect_timeout)"),
            Self::Write => format!("the upload stopped for {limit:?} (write_timeout)"),
            Self::FirstByte => format!("no answer within {limit:?} (first_byte_timeout)"),
            Self::Read => format!("the answer stopped for {limit:?} (read_timeout)"),
            Self::Progress => {
                format!("the answer made no progress for {limit:?} (progress_timeout)")
            }
            Self::Batch => format!("the batch was not done within {limit:?} (timeout)"),
            Self::Queue => format!("the call waited {limit:?} for its turn (max_wait)"),
            Self::Total => format!("the call took longer than {limit:?} (timeout)"),
        }
        .into()
    }
}
