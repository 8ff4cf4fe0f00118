//! The one error type.

#[cfg(feature = "client")]
use std::any::Any;
use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

type BoxError = Box<dyn StdError + Send + Sync>;

/// The kind of an [`Error`]. Most programs are better served by the predicates of the error.
///
/// ```
/// use groq_audio::ErrorKind;
///
/// fn exit_status(kind: ErrorKind) -> u8 {
///     match kind {
///         ErrorKind::Unsupported | ErrorKind::Corrupt | ErrorKind::Short => 2,
///         ErrorKind::RateLimited => 3,
///         _ => 1,
///     }
/// }
/// # assert_eq!(exit_status(ErrorKind::Short), 2);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The format or codec of the audio is not supported.
    Unsupported,
    /// The audio is damaged, or there is none.
    Corrupt,
    /// Less audio could be decoded than the file states.
    Short,
    /// A file could not be read or written.
    Io,
    /// The options contradict each other or the model.
    InvalidRequest,
    /// The job does not fit the rate limits within the time allowed.
    RateLimited,
    /// The [rate limiter](groq_core::limits::RateLimiter) itself failed. Nothing was sent.
    RateLimiter,
    /// The service refused the request, or failed after all retries.
    Service,
    /// The journal cannot be used.
    Journal,
    /// Code panicked on a background thread: a defect of this crate or of one below it.
    Panic,
    /// Two parts of this crate disagree: a defect of this crate.
    Internal,
}

/// The error of everything in this crate that can fail.
///
/// Its predicates say what to do about it. Its `Display` is one line, and its `Debug` begins with that line. The cause is in
/// [`source`](StdError::source). It never shows audio or a transcript.
///
/// ```
/// # fn example(error: groq_audio::Error) {
/// if error.is_unsupported() {
///     eprintln!("convert the file first: {error}");
/// } else if let Some(wait) = error.retry_after() {
///     eprintln!("try again in {wait:?}");
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
    request_id: Option<String>,
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
            request_id: None,
            attempts: 0,
            source: None,
        };
        Self {
            inner: Box::new(inner),
        }
    }

    #[cfg(feature = "client")]
    pub(crate) fn invalid(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::InvalidRequest, message)
    }

    pub(crate) fn io(message: impl Into<Cow<'static, str>>, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, message).with_source(source)
    }

    /// `what` panicked; the message of the panic is kept.
    #[cfg(feature = "client")]
    pub(crate) fn panicked(what: &str, panic: &(dyn Any + Send)) -> Self {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
        let message = message.unwrap_or("no message");
        Self::new(ErrorKind::Panic, format!("{what} panicked: {message}"))
    }

    /// A background task panicked, or its runtime was shut down.
    #[cfg(feature = "client")]
    pub(crate) fn of_task(what: &str, cause: tokio::task::JoinError) -> Self {
        match cause.try_into_panic() {
            Ok(panic) => Self::panicked(what, &*panic),
            Err(cause) => {
                let message = format!("{what} was stopped: its runtime is shutting down");
                Self::new(ErrorKind::Internal, message).with_source(cause)
            }
        }
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    #[cfg(feature = "client")]
    pub(crate) fn with_service(
        mut self,
        status: Option<u16>,
        request_id: Option<String>,
        attempts: u32,
    ) -> Self {
        self.inner.status = status;
        self.inner.request_id = request_id;
        self.inner.attempts = attempts;
        self
    }

    #[cfg(feature = "client")]
    pub(crate) fn with_retry_after(mut self, wait: impl Into<Option<Duration>>) -> Self {
        self.inner.retry_after = wait.into();
        self
    }

    /// Returns the kind of failure.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns whether the format or codec is not supported. Converting the file, or installing `ffmpeg`, helps.
    pub fn is_unsupported(&self) -> bool {
        self.kind() == ErrorKind::Unsupported
    }

    /// Returns whether the audio is damaged, cut short, or missing.
    pub fn is_corrupt(&self) -> bool {
        matches!(self.kind(), ErrorKind::Corrupt | ErrorKind::Short)
    }

    /// Returns whether less audio could be decoded than the file states.
    pub fn is_short(&self) -> bool {
        self.kind() == ErrorKind::Short
    }

    /// Returns whether a file could not be read or written.
    pub fn is_io(&self) -> bool {
        self.kind() == ErrorKind::Io
    }

    /// Returns whether the options are invalid. The message says what to change.
    pub fn is_invalid_request(&self) -> bool {
        self.kind() == ErrorKind::InvalidRequest
    }

    /// Returns whether rate limits are the reason; [`retry_after`](Self::retry_after) says when to try again.
    ///
    /// ```
    /// # async fn example(error: groq_audio::Error) {
    /// if error.is_rate_limited() {
    ///     tokio::time::sleep(error.retry_after().unwrap_or_default()).await;
    /// }
    /// # }
    /// ```
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited || self.status() == Some(429)
    }

    /// Returns whether the service refused or failed. The cause is the error of the client.
    pub fn is_service(&self) -> bool {
        self.kind() == ErrorKind::Service
    }

    /// Returns whether the journal cannot be used: it is another kind of file, in use, or cannot be read.
    pub fn is_journal(&self) -> bool {
        self.kind() == ErrorKind::Journal
    }

    /// Returns whether code panicked on a background thread.
    pub fn is_panic(&self) -> bool {
        self.kind() == ErrorKind::Panic
    }

    /// Returns how long to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Returns the HTTP status of the service's reply.
    pub fn status(&self) -> Option<u16> {
        self.inner.status
    }

    /// Returns the id that the service gave the failed request.
    ///
    /// ```
    /// # fn example(error: groq_audio::Error) {
    /// if let Some(id) = error.request_id() {
    ///     eprintln!("report this id: {id}");
    /// }
    /// # }
    /// ```
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// Returns how often the failed request was sent.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }
}

/// Runs what blocks on a thread that may; `what` names it where it panics.
#[cfg(feature = "client")]
pub(crate) async fn blocking<R: Send + 'static>(
    what: &str,
    work: impl FnOnce() -> Result<R, Error> + Send + 'static,
) -> Result<R, Error> {
    let joined = tokio::task::spawn_blocking(work).await;
    joined.map_err(|cause| Error::of_task(what, cause))?
}

impl Error {
    /// The attempts that the message counts, and whether it names the wait: the text of the client's error does both.
    fn known_from_message(&self) -> (u32, bool) {
        #[cfg(feature = "client")]
        if let Some(cause) = self.source().and_then(|source| source.downcast_ref()) {
            let cause: &groq_core::Error = cause;
            let attempts = u32::try_from(cause.attempts().len()).unwrap_or(u32::MAX);
            return (attempts, cause.retry_after().is_some());
        }
        (1, false)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        let (known_attempts, known_wait) = self.known_from_message();
        if self.inner.attempts > known_attempts.max(1) {
            write!(f, " after {} attempts", self.inner.attempts)?;
        }
        if let Some(wait) = self.inner.retry_after.filter(|_| !known_wait) {
            write!(f, "; try again in {} s", wait.as_secs_f64().ceil())?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = self.to_string();
        write!(f, "{sentence} ({:?}", self.inner.kind)?;
        if let Some(status) = self.inner.status {
            write!(f, ", status {status}")?;
        }
        if let Some(id) = &self.inner.request_id {
            write!(f, ", request id {id}")?;
        }
        f.write_str(")")?;
        let mut cause = self.source();
        while let Some(source) = cause {
            let text = source.to_string();
            if !sentence.contains(&text) {
                write!(f, ": {text}")?;
            }
            cause = source.source();
        }
        Ok(())
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
        assert_eq!(format!("{error:?}"), "read audio (Io): disk on fire");
    }

    #[cfg(feature = "client")]
    #[test]
    fn debug_begins_with_the_sentence() {
        let error = Error::new(ErrorKind::Service, "transcribe piece 2: no credit left")
            .with_service(Some(402), Some("req_1".to_owned()), 3)
            .with_source(std::io::Error::other("no credit left"));
        let sentence = "transcribe piece 2: no credit left after 3 attempts";
        assert_eq!(error.to_string(), sentence);
        assert_eq!(
            format!("{error:?}"),
            format!("{sentence} (Service, status 402, request id req_1)")
        );
    }

    #[cfg(feature = "client")]
    #[tokio::test]
    async fn a_panic_is_called_one() {
        let works: [fn(); 2] = [|| panic!("no {}", "luck"), || panic!("no luck")];
        for work in works {
            let panic = tokio::task::spawn_blocking(work).await.unwrap_err();
            let error = Error::of_task("decoding", panic);
            assert!(error.is_panic() && !error.is_corrupt());
            assert_eq!(error.to_string(), "decoding panicked: no luck");
        }
    }
}
