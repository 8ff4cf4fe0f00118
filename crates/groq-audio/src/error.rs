//! The one error type.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The kind of a failure. The predicates of [`Error`] are the better question in most programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The audio is in a format or codec that is not supported here.
    Unsupported,
    /// The audio is damaged, or no audio.
    Corrupt,
    /// Less audio could be decoded than the file says it holds.
    Short,
    /// A file could not be read or written.
    Io,
    /// The options contradict each other or the service.
    Options,
    /// The job does not fit the limits of the account in the time allowed.
    Budget,
    /// The service refused, or could not be reached often enough.
    Service,
    /// The journal cannot be used.
    Journal,
    /// Two of our own parts disagree: a defect of this crate.
    Internal,
}

/// What went wrong with long audio.
///
/// There is one error type. Its predicates say what to do about it; its `Display` is one line, and the cause is in
/// [`source`](StdError::source). It never shows audio or text that was heard.
///
/// ```
/// # fn example(error: groq_audio::Error) {
/// if error.is_unsupported() {
///     eprintln!("convert the file first: {error}");
/// } else if let Some(wait) = error.retry_after() {
///     eprintln!("come back in {wait:?}");
/// }
/// # }
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    status: Option<u16>,
    attempts: u32,
    source: Option<BoxError>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        let inner = Inner {
            kind,
            message: message.into(),
            retry_after: None,
            status: None,
            attempts: 0,
            source: None,
        };
        Self {
            inner: Box::new(inner),
        }
    }

    #[cfg_attr(not(feature = "run"), allow(dead_code))]
    pub(crate) fn options(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Options, message)
    }

    pub(crate) fn io(message: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, message).with_source(source)
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    #[cfg(feature = "run")]
    pub(crate) fn with_service(
        mut self,
        status: Option<u16>,
        retry_after: Option<Duration>,
        attempts: u32,
    ) -> Self {
        self.inner.status = status;
        self.inner.retry_after = retry_after;
        self.inner.attempts = attempts;
        self
    }

    #[cfg(feature = "run")]
    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.inner.retry_after = Some(wait);
        self
    }

    /// The kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Whether the format or codec is not supported here; converting the file, or having `ffmpeg` installed, helps.
    pub fn is_unsupported(&self) -> bool {
        self.kind() == ErrorKind::Unsupported
    }

    /// Whether the audio is damaged, cut short, or no audio at all.
    pub fn is_corrupt(&self) -> bool {
        matches!(self.kind(), ErrorKind::Corrupt | ErrorKind::Short)
    }

    /// Whether less audio could be decoded than the file says it holds.
    pub fn is_short(&self) -> bool {
        self.kind() == ErrorKind::Short
    }

    /// Whether a file could not be read or written.
    pub fn is_io(&self) -> bool {
        self.kind() == ErrorKind::Io
    }

    /// Whether the options cannot be honoured: the message names what can.
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::Options
    }

    /// Whether the job does not fit the limits in the time allowed; [`retry_after`](Self::retry_after) says when it would.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::Budget || self.status() == Some(429)
    }

    /// Whether the service refused or failed; the cause is the client's own error.
    pub fn is_service(&self) -> bool {
        self.kind() == ErrorKind::Service
    }

    /// Whether the journal cannot be used, because the file is something else or cannot be read.
    pub fn is_journal(&self) -> bool {
        self.kind() == ErrorKind::Journal
    }

    /// How long to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// The HTTP status that the service answered with.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// How often the piece at fault was sent.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        if self.inner.attempts > 1 {
            write!(f, " after {} attempts", self.inner.attempts)?;
        }
        if let Some(wait) = self.inner.retry_after {
            write!(f, "; try again in {} s", wait.as_secs_f64().ceil())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("message", &self.inner.message)
            .field("status", &self.inner.status)
            .field("attempts", &self.inner.attempts)
            .field("retry_after", &self.inner.retry_after)
            .field("source", &self.inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.inner.source.as_deref()? as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_not_repeated() {
        let cause = std::io::Error::other("disk on fire");
        let error = Error::io("read audio", cause);
        assert_eq!(error.to_string(), "read audio");
        assert!(error.source().is_some());
        assert!(error.is_io() && !error.is_corrupt());
    }
}
