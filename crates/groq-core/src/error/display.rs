//! How an error reads.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::Error;
use super::text::write_line;
use crate::retry::decision::Stop;

/// The most of a server's message that goes into a line.
const MESSAGE_CHARS: usize = 500;
/// The most of a code or an id.
const TOKEN_CHARS: usize = 80;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &self.inner;
        if !inner.operation.is_empty() {
            write!(f, "{}: ", inner.operation)?;
        }
        write_line(f, &inner.message, MESSAGE_CHARS)?;
        if let Some(theirs) = inner.api.as_ref().and_then(|api| api.message.as_deref()) {
            f.write_str(": ")?;
            write_line(f, theirs.trim_end_matches('.'), MESSAGE_CHARS)?;
        }
        if inner.is_page {
            f.write_str(" (the response is an HTML page of a gateway or a proxy, not of the API)")?;
        }
        self.write_advice(f)?;
        self.write_details(f)
    }
}

impl Error {
    fn write_advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retry_after = self.retry_after().filter(|wait| !wait.is_zero());
        if let Some(wait) = retry_after {
            write!(f, "; try again in {:?}", rounded(wait))?;
        } else if let Some(hint) = &self.inner.hint {
            write!(f, "; {hint}")?;
        }
        match self.inner.stop {
            Some(Stop::Unsafe) => f.write_str("; not retried, because it may have been done"),
            Some(Stop::UsedUp) => f.write_str(
                "; not retried, because a reader cannot be read twice: give a path or bytes",
            ),
            Some(Stop::WaitTooLong) => {
                f.write_str("; not retried, because that is longer than max_retry_wait")
            }
            Some(Stop::Timeout) => {
                f.write_str("; not retried, because the timeout of the call is too near")
            }
            Some(Stop::Budget) => f.write_str("; not retried, because the retry budget is spent"),
            Some(Stop::NotRetryable | Stop::Exhausted) | None => Ok(()),
        }
    }

    fn write_details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut details = Details { f, begun: false };
        if let Some(status) = self.status() {
            details.add("status ", status.as_str())?;
            let own = self.inner.api.as_ref().and_then(|api| api.status);
            if let Some(own) = own.filter(|_| status.is_success()) {
                details.add("status of the error ", &own.to_string())?;
            }
        }
        if let Some(code) = self.code() {
            details.add("code ", code)?;
        }
        if let Some(id) = self.request_id() {
            details.add("request ", id)?;
        } else if let Some(ray) = self.headers().and_then(|headers| headers.get("cf-ray")) {
            // Cloudflare's id, where the call did not get through to Groq.
            details.add("cf-ray ", ray.to_str().unwrap_or_default())?;
        }
        if self.attempts().len() > 1 {
            let (count, elapsed) = (self.attempts().len(), rounded(self.elapsed()));
            details.add("", &format!("{count} attempts in {elapsed:?}"))?;
        }
        details.end()
    }
}

/// The list in brackets at the end.
struct Details<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    begun: bool,
}

impl Details<'_, '_> {
    fn add(&mut self, label: &str, text: &str) -> fmt::Result {
        self.f.write_str(if self.begun { ", " } else { " (" })?;
        self.begun = true;
        self.f.write_str(label)?;
        write_line(self.f, text, TOKEN_CHARS)
    }

    fn end(self) -> fmt::Result {
        if self.begun {
            self.f.write_str(")")
        } else {
            Ok(())
        }
    }
}

/// The time in whole milliseconds, and not less.
pub(super) fn rounded(time: Duration) -> Duration {
    let millis = time.as_nanos().div_ceil(1_000_000);
    Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX))
}

/// Begins with the sentence of `Display`. Never shows the body, a reply, or headers.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{self} ({:?}, attempts: {:?}",
            self.kind(),
            self.attempts()
        )?;
        if let Some(source) = &self.inner.source {
            write!(f, ", source: {source:?}")?;
        }
        f.write_str(")")
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner.source.as_deref().map(|source| source as _)
    }
}
