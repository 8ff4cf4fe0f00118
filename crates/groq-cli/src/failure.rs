//! Failures: one message, and an exit status for scripts.

use std::{error::Error, fmt, io, process::ExitCode};

use groq_core::ErrorKind;
use serde_json::{Value, json};

use crate::{
    style::Style,
    terminal::{self, shown},
};

/// Why a command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
    /// Further members for `--json`.
    details: Value,
}

/// The exit statuses, as `groq --help` and the README list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// The reader of the output has closed it, which is not an error.
    ClosedPipe = 0,
    Internal = 1,
    /// Invalid options or settings, no API key, or an output file that exists.
    Usage = 2,
    KeyRejected = 3,
    /// The service rejected the request.
    Rejected = 4,
    /// A rate or size limit.
    Limit = 5,
    /// A network error, a server error, or an incomplete response.
    Network = 6,
    /// A file or standard input cannot be used.
    BadInput = 7,
    /// The model's answer cannot be used.
    BadAnswer = 8,
    Interrupted = 130,
}

/// How failures are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// As JSON, for `--json`.
    Json,
    Text(Style),
}

impl Failure {
    /// A bug in this program, or a failure of the system.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Status::Internal, message)
    }

    /// The command line, the environment or the settings are wrong.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    /// A file or standard input cannot be used.
    pub(crate) fn bad_input(message: impl Into<String>) -> Self {
        Self::new(Status::BadInput, message)
    }

    /// The model's answer cannot be used.
    pub(crate) fn bad_answer(message: impl Into<String>) -> Self {
        Self::new(Status::BadAnswer, message)
    }

    /// A signal ended the command; `message` may explain how to go on.
    pub(crate) fn interrupted(message: &str) -> Self {
        Self::new(Status::Interrupted, message)
    }

    pub(crate) fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: json!({}),
        }
    }

    /// Prefixes the message with what it is about, such as one of several files.
    pub(crate) fn about(mut self, what: impl fmt::Display) -> Self {
        if !self.message.is_empty() {
            self.message = format!("{what}: {}", self.message);
        }
        self
    }

    /// Makes an error into a failure that names the file, if it is about a file and does not name it itself.
    pub(crate) fn of_file<E: Into<Self>>(name: impl fmt::Display) -> impl Fn(E) -> Self {
        move |error| {
            let (failure, name) = (error.into(), name.to_string());
            let is_named = failure.message.contains(&name);
            if failure.status == Status::BadInput && !is_named {
                return failure.about(format!("'{name}'"));
            }
            failure
        }
    }

    /// Adds a hint to the message.
    pub(crate) fn hint(mut self, hint: &str) -> Self {
        self.message.push_str(hint);
        self
    }

    /// Adds a member for `--json`.
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details[name] = value.into();
        self
    }

    pub(crate) fn status(&self) -> Status {
        self.status
    }

    /// The document that `--json` prints on standard error.
    pub(crate) fn to_json(&self) -> Value {
        let mut error = self.details.clone();
        error["message"] = self.message.clone().into();
        error["exit"] = (self.status as u8).into();
        json!({"error": error})
    }

    /// The line that is printed on standard error.
    pub(crate) fn line(&self, form: Form) -> String {
        match form {
            Form::Json => terminal::json(&self.to_json()),
            Form::Text(style) => format!("{} {self}", style.error("groq:")),
        }
    }

    /// Prints the message on standard error, if there is one, and returns the exit status.
    pub(crate) fn report(&self, form: Form) -> ExitCode {
        use io::Write as _;
        if !self.message.is_empty() {
            // If standard error is closed, the status remains.
            let _ = writeln!(io::stderr(), "{}", self.line(form));
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
        Self::from(&error)
    }
}

impl From<&groq_core::Error> for Failure {
    fn from(error: &groq_core::Error) -> Self {
        Self {
            status: status(error),
            message: in_one_line(error),
            details: json!({
                "kind": format!("{:?}", error.kind()),
                "status": error.status().map(|status| status.as_u16()),
                "code": error.code(),
                "type": error.error_type(),
                "param": error.param(),
                "request_id": error.request_id(),
                "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
                "attempts": error.attempts().len(),
            }),
        }
    }
}

/// An error with its causes.
pub(crate) fn in_one_line(error: &(dyn Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        source = cause.source();
    }
    message
}

fn status(error: &groq_core::Error) -> Status {
    match error.kind() {
        ErrorKind::Config | ErrorKind::Request => Status::Usage,
        ErrorKind::Io => Status::BadInput,
        _ if error.is_authentication() => Status::KeyRejected,
        ErrorKind::LimitExceeded => Status::Limit,
        _ if error.is_rate_limited() || error.is_flex_capacity() => Status::Limit,
        _ if error.is_token_limit() || error.is_too_large() => Status::Limit,
        _ if error.is_failed_generation() => Status::BadAnswer,
        ErrorKind::Api if error.is_server_error() => Status::Network,
        ErrorKind::Api => Status::Rejected,
        _ => Status::Network,
    }
}

/// Writing JSON failed. Failures of reading are made with [`Failure::bad_input`].
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("write JSON: {error}"))
    }
}

/// A mock server for our own use did not start.
impl From<groq_mock::StartError> for Failure {
    fn from(error: groq_mock::StartError) -> Self {
        Self::internal(in_one_line(&error))
    }
}

/// Writing to standard output failed. Failures of reading are made with [`Failure::bad_input`].
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
    fn an_interrupt_has_no_message() {
        let failure = Failure::interrupted("").about("file");
        assert_eq!(
            (failure.to_string().as_str(), failure.status()),
            ("", Status::Interrupted)
        );
    }
}
