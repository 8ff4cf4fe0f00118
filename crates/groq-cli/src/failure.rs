//! How a command fails: with one message, and an exit status that scripts can tell apart.

use std::{error::Error, fmt, io, process::ExitCode};

use groq_core::ErrorKind;
use serde_json::{Value, json};

use crate::{style::Style, terminal::shown};

/// Why a command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
    /// What the service's answer adds, for `--json`.
    details: Value,
}

/// The exit statuses, as `groq --help` and the README list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nobody reads the output any more; that is no error.
    ClosedPipe = 0,
    Internal = 1,
    /// Wrong options or settings, no key, or a file in the way.
    Usage = 2,
    KeyRefused = 3,
    /// The service refused the request.
    Refused = 4,
    /// A rate or size limit.
    Limit = 5,
    /// The network, a failure of the server, or an answer cut short.
    Network = 6,
    /// A file or standard input that cannot be used.
    BadInput = 7,
    /// The model answered, but the answer is of no use.
    BadAnswer = 8,
    Interrupted = 130,
}

impl Failure {
    /// A defect of this program, or of what it is given by the system.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Status::Internal, message)
    }

    /// The command line, the environment, or the settings are at fault.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// A file, or standard input, cannot be used.
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Status::BadInput, message)
    }

    /// The model's answer cannot be used.
    pub(crate) fn bad_answer(message: impl Into<String>) -> Self {
        Self::new(Status::BadAnswer, message)
    }

    /// The user had enough. It has no message.
    pub(crate) fn interrupted() -> Self {
        Self::new(Status::Interrupted, "")
    }

    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: json!({}),
        }
    }

    /// The same failure, with a beginning that says what it is about: the file among several, for example.
    pub(crate) fn about(mut self, what: impl fmt::Display) -> Self {
        if !self.message.is_empty() {
            self.message = format!("{what}: {}", self.message);
        }
        self
    }

    /// The same failure, with more for those who read it as JSON.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details[name] = value.into();
        self
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// What `--json` prints on standard error.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = self.details.clone();
        error["message"] = self.message.clone().into();
        error["exit"] = (self.status as u8).into();
        json!({"error": error})
    }

    /// Says it on standard error, unless there is nothing to say, and gives the exit status.
    pub(crate) fn report(&self, as_json: bool, style: Style) -> ExitCode {
        use io::Write as _;
        if !self.message.is_empty() {
            let line = if as_json {
                crate::terminal::json(&self.to_json())
            } else {
                format!("{} {self}", style.error("groq:"))
            };
            // Where nobody listens, the status still tells.
            let _ = writeln!(io::stderr(), "{line}");
        }
        ExitCode::from(self.status as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message may quote the service or a file: it must not drive the terminal, and is one line.
        f.write_str(&shown(&self.message.replace(['\r', '\n'], " ")))
    }
}

impl From<groq_core::Error> for Failure {
    fn from(error: groq_core::Error) -> Self {
        Self {
            status: status(&error),
            message: in_one_line(&error),
            details: details(&error),
        }
    }
}

impl From<&groq_core::Error> for Failure {
    fn from(error: &groq_core::Error) -> Self {
        Self {
            status: status(error),
            message: in_one_line(error),
            details: details(error),
        }
    }
}

fn details(error: &groq_core::Error) -> Value {
    json!({
        "kind": format!("{:?}", error.kind()),
        "status": error.status().map(|status| status.as_u16()),
        "code": error.code(),
        "type": error.error_type(),
        "param": error.param(),
        "request_id": error.request_id(),
        "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
        "attempts": error.attempts().len(),
    })
}

/// The error and what caused it.
pub(crate) fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !message.contains(&cause_text) {
            message.push_str(": ");
            message.push_str(&cause_text);
        }
        source = cause.source();
    }
    message
}

fn status(error: &groq_core::Error) -> Status {
    match error.kind() {
        ErrorKind::Config | ErrorKind::Request => Status::Usage,
        ErrorKind::Io => Status::BadInput,
        _ if error.is_authentication() => Status::KeyRefused,
        _ if error.is_rate_limited()
            || error.is_flex_capacity()
            || error.is_token_limit()
            || error.is_too_large() =>
        {
            Status::Limit
        }
        _ if error.is_failed_generation() => Status::BadAnswer,
        ErrorKind::LimitExceeded => Status::Limit,
        ErrorKind::Api if error.is_server_error() => Status::Network,
        ErrorKind::Api => Status::Refused,
        _ => Status::Network,
    }
}

/// Writing to standard output failed. Whoever reads a file says so with [`Failure::bad_input`].
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Status::ClosedPipe, ""),
            _ => Self::internal(format!("write the output: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_cannot_drive_a_terminal() {
        let failure = Failure::usage("a\u{1b}[31m\nb").about("file");
        assert_eq!(failure.to_string(), "file: a\\u{1b}[31m b");
    }

    #[test]
    fn an_interrupt_says_nothing() {
        let failure = Failure::interrupted().about("file");
        assert_eq!(
            (failure.to_string().as_str(), failure.status()),
            ("", Status::Interrupted)
        );
    }
}
