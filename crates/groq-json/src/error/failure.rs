//! What went wrong, with its data.

use std::fmt;

use super::ErrorKind;
use crate::issue::Issue;
use crate::mode::Mode;
use crate::parse::sink::{Fault, FaultKind};
use crate::partial::Partial;

/// What went wrong. [`ErrorKind`] is the same without data.
pub(crate) enum Failure {
    Schema {
        /// Where in the schema, as a JSON pointer.
        path: String,
        reason: String,
    },
    Unsupported {
        mode: Mode,
        reason: String,
    },
    #[cfg(feature = "client")]
    Api(Box<groq_core::Error>),
    #[cfg(feature = "client")]
    Refusal,
    Empty,
    NoJson,
    /// The bytes at which the values begin.
    Ambiguous(Vec<usize>),
    Truncated(Box<Partial>),
    Malformed {
        fault: Fault,
        path: String,
    },
    Invalid(Vec<Issue>),
    #[cfg(feature = "client")]
    Check(Vec<Issue>),
    /// A limit was reached, after this failure.
    #[cfg(feature = "client")]
    Limit(Limit, Option<Box<Failure>>),
    #[cfg(feature = "client")]
    NoProgress(Box<Failure>),
}

/// A limit that ends the attempts.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    Corrections,
    Tokens,
    Time,
    Steps,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Malformed {
            fault,
            path: String::new(),
        }
    }
}

#[cfg(feature = "client")]
impl From<Limit> for Failure {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit, None)
    }
}

impl Failure {
    pub(crate) fn kind(&self) -> ErrorKind {
        match self {
            Self::Schema { .. } => ErrorKind::Schema,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            #[cfg(feature = "client")]
            Self::Api(_) => ErrorKind::Api,
            #[cfg(feature = "client")]
            Self::Refusal => ErrorKind::Refusal,
            Self::Empty => ErrorKind::Empty,
            Self::NoJson => ErrorKind::NoJson,
            Self::Ambiguous(_) => ErrorKind::Ambiguous,
            Self::Truncated(_) => ErrorKind::Truncated,
            Self::Malformed { fault, .. } => match fault.kind {
                FaultKind::Syntax(_) | FaultKind::Unfit => ErrorKind::Syntax,
                FaultKind::TooDeep => ErrorKind::TooDeep,
                FaultKind::NumberRange => ErrorKind::NumberRange,
                FaultKind::DuplicateKey => ErrorKind::DuplicateKey,
                FaultKind::Elided => ErrorKind::Elided,
            },
            Self::Invalid(_) => ErrorKind::Invalid,
            #[cfg(feature = "client")]
            Self::Check(_) => ErrorKind::Check,
            #[cfg(feature = "client")]
            Self::Limit(limit, _) => match limit {
                Limit::Corrections => ErrorKind::MaxCorrections,
                Limit::Tokens => ErrorKind::TokenBudget,
                Limit::Time => ErrorKind::Timeout,
                Limit::Steps => ErrorKind::MaxSteps,
            },
            #[cfg(feature = "client")]
            Self::NoProgress(_) => ErrorKind::NoProgress,
        }
    }

    /// The failure of the last reply.
    pub(crate) fn cause(&self) -> &Self {
        match self {
            #[cfg(feature = "client")]
            Self::Limit(_, Some(last)) | Self::NoProgress(last) => last.cause(),
            _ => self,
        }
    }

    pub(crate) fn issues(&self) -> &[Issue] {
        match self {
            Self::Invalid(issues) => issues,
            #[cfg(feature = "client")]
            Self::Check(issues) => issues,
            _ => &[],
        }
    }

    pub(super) fn path(&self) -> Option<&str> {
        match self {
            Self::Schema { path, .. } | Self::Malformed { path, .. } => Some(path),
            _ => self.issues().first().map(|issue| issue.path.as_str()),
        }
    }

    pub(crate) fn offset(&self) -> Option<usize> {
        match self {
            Self::Malformed { fault, .. } => Some(fault.offset),
            Self::Ambiguous(offsets) => offsets.get(1).copied(),
            _ => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema { path, reason } if path.is_empty() => {
                write!(f, "the schema cannot be used: {reason}")
            }
            Self::Schema { path, reason } => {
                write!(f, "the schema cannot be used: {path}: {reason}")
            }
            Self::Unsupported { mode, reason } => write!(f, "{mode} is not supported: {reason}"),
            #[cfg(feature = "client")]
            Self::Api(error) => write!(f, "the call failed: {error}"),
            #[cfg(feature = "client")]
            Self::Refusal => f.write_str("the model refused to answer"),
            Self::Empty => f.write_str("the reply is empty"),
            Self::NoJson => f.write_str("the reply contains no JSON"),
            Self::Ambiguous(offsets) => {
                let places: Vec<String> = offsets.iter().map(usize::to_string).collect();
                let places = places.join(", ");
                write!(
                    f,
                    "the reply contains several values that fit, at bytes {places}"
                )
            }
            Self::Truncated(_) => f.write_str("the reply was cut off; allow more tokens"),
            Self::Malformed { fault, path } => malformed(f, *fault, path),
            Self::Invalid(issues) => {
                f.write_str("the reply does not fit the schema: ")?;
                list(f, issues)
            }
            #[cfg(feature = "client")]
            Self::Check(issues) => {
                f.write_str("the reply fails a check: ")?;
                list(f, issues)
            }
            #[cfg(feature = "client")]
            Self::Limit(limit, last) => {
                f.write_str(match limit {
                    Limit::Corrections => "the limit on corrections was reached",
                    Limit::Tokens => "the token budget was used up",
                    Limit::Time => "the timeout expired",
                    Limit::Steps => "the limit on steps was reached",
                })?;
                match last {
                    Some(last) => write!(f, "; last attempt: {last}"),
                    None => Ok(()),
                }
            }
            #[cfg(feature = "client")]
            Self::NoProgress(last) => write!(f, "the model repeats the same wrong reply: {last}"),
        }
    }
}

fn malformed(f: &mut fmt::Formatter<'_>, fault: Fault, path: &str) -> fmt::Result {
    let (what, detail) = match fault.kind {
        FaultKind::Syntax(detail) => ("the reply is not JSON", Some(detail)),
        FaultKind::Unfit => ("the reply does not fit the schema", None),
        FaultKind::TooDeep => ("the reply is nested too deeply", None),
        FaultKind::NumberRange => ("a number is out of range", None),
        FaultKind::DuplicateKey => ("a key is repeated with a different value", None),
        FaultKind::Elided => ("the reply says that it leaves something out", None),
    };
    write!(f, "{what}, at byte {}", fault.offset)?;
    if !path.is_empty() {
        write!(f, " ({path})")?;
    }
    detail.map_or(Ok(()), |detail| write!(f, ": {detail}"))
}

/// Writes the first few issues.
fn list(f: &mut fmt::Formatter<'_>, issues: &[Issue]) -> fmt::Result {
    const SHOWN: usize = 3;
    for (index, issue) in issues.iter().take(SHOWN).enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        write!(f, "{separator}{}", issue.to_string().replace('\n', " "))?;
    }
    match issues.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}
