//! How a command fails: with a message, and an exit status that scripts can tell apart.

use std::{error::Error as _, fmt, io, process::ExitCode};

use groq_core::{Error, ErrorKind};
use serde_json::{Value, json};

/// Why a command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    status: Status,
    message: String,
    /// What the service's answer adds, for `--json`.
    details: Value,
}

/// The exit statuses, as `groq --help` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Nobody reads the output any more; that is no error.
    ClosedPipe = 0,
    Internal = 1,
    Usage = 2,
    KeyRefused = 3,
    Refused = 4,
    Limit = 5,
    Network = 6,
    Interrupted = 130,
}

impl Failure {
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(Status::Internal, message)
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Status::Usage, message)
    }

    pub(crate) fn interrupted() -> Self {
        Self::new(Status::Interrupted, "")
    }

    fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            details: json!({}),
        }
    }

    /// Says it on standard error, unless there is nothing to say, and gives the exit status.
    pub(crate) fn report(&self, as_json: bool) -> ExitCode {
        if !self.message.is_empty() {
            if as_json {
                let mut error = self.details.clone();
                error["message"] = self.message.clone().into();
                error["exit"] = (self.status as u8).into();
                eprintln!("{}", json!({"error": error}));
            } else {
                eprintln!("groq: {self}");
            }
        }
        ExitCode::from(self.status as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The message may quote the service: it must not drive the terminal.
        f.write_str(&crate::output::shown(&self.message))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let details = json!({
            "kind": format!("{:?}", error.kind()),
            "status": error.status().map(|status| status.as_u16()),
            "code": error.code(),
            "type": error.error_type(),
            "param": error.param(),
            "request_id": error.request_id(),
            "retry_after": error.retry_after().map(|wait| wait.as_secs_f64()),
            "attempts": error.attempts().len(),
        });
        Self {
            status: status(&error),
            message: in_one_line(&error),
            details,
        }
    }
}

/// The error and what caused it.
fn in_one_line(error: &Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        message.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    message
}

fn status(error: &Error) -> Status {
    match error.kind() {
        ErrorKind::Config | ErrorKind::Request => Status::Usage,
        _ if error.is_authentication() => Status::KeyRefused,
        _ if error.is_rate_limited()
            || error.is_flex_capacity()
            || error.is_token_limit()
            || error.is_too_large() =>
        {
            Status::Limit
        }
        ErrorKind::LimitExceeded => Status::Limit,
        ErrorKind::Api if error.is_server_error() => Status::Network,
        ErrorKind::Api => Status::Refused,
        _ => Status::Network,
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Status::ClosedPipe, ""),
            _ => Self::internal(format!("write the output: {error}")),
        }
    }
}
