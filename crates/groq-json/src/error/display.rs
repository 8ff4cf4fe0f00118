//! Errors in one line, without the model's words.

use std::fmt;

use super::{Error, ErrorKind, Spent};
use crate::issue::Issue;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

/// Leaves out replies.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", self.kind())
            .field("attempts", &self.attempts())
            .field("usage", &self.usage())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema { path, reason } if path.is_empty() => {
                write!(f, "the schema cannot be used: {reason}")
            }
            Self::Schema { path, reason } => {
                write!(f, "the schema cannot be used: {path}: {reason}")
            }
            Self::Unsupported { mode, reason } => write!(f, "{mode} is not to be had: {reason}"),
            #[cfg(feature = "client")]
            Self::Api(_) => f.write_str("the call failed"),
            Self::Refusal => f.write_str("the model refused"),
            Self::Empty => f.write_str("the reply is empty"),
            Self::NoJson => f.write_str("the reply holds no JSON"),
            Self::Ambiguous { offsets } => {
                let places: Vec<String> = offsets.iter().map(usize::to_string).collect();
                write!(
                    f,
                    "the reply holds several values that could be meant, at bytes {}",
                    places.join(", ")
                )
            }
            Self::Truncated { .. } => f.write_str("the reply was cut off (allow more tokens)"),
            Self::Elided { offset } => write!(
                f,
                "the reply says at byte {offset} that it leaves something out"
            ),
            Self::Syntax { path, offset, what } => write!(
                f,
                "the reply is not JSON at byte {offset}{}: {what}",
                At(path)
            ),
            Self::DuplicateKey { path, offset } => write!(
                f,
                "a key comes twice with different values at byte {offset}{}",
                At(path)
            ),
            Self::NumberRange { path, offset } => {
                write!(f, "a number is out of range at byte {offset}{}", At(path))
            }
            Self::TooDeep { path, offset } => write!(
                f,
                "the reply is nested too deeply at byte {offset}{}",
                At(path)
            ),
            Self::Invalid(issues) => {
                write!(f, "the reply does not fit the schema: {}", Issues(issues))
            }
            Self::Check(issues) => write!(f, "the reply fails a check: {}", Issues(issues)),
            Self::Tool { name, reason } => write!(f, "tool {name}: {reason}"),
            Self::Budget { spent, last } => {
                let what = match spent {
                    Spent::Attempts => "attempts",
                    Spent::Tokens => "tokens",
                    Spent::Time => "time",
                    Spent::Steps => "steps",
                };
                match last {
                    Some(last) => write!(f, "no more {what} allowed; the last attempt: {last}"),
                    None => write!(f, "no more {what} allowed"),
                }
            }
            Self::NoProgress(last) => write!(f, "the model repeats itself: {last}"),
        }
    }
}

/// A place in the value, where there is one to tell.
struct At<'p>(&'p str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.0)
        }
    }
}

/// The first few issues.
struct Issues<'i>(&'i [Issue]);

impl fmt::Display for Issues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        for (index, issue) in self.0.iter().take(SHOWN).enumerate() {
            let comma = if index == 0 { "" } else { "; " };
            write!(f, "{comma}{}", issue.to_string().replace('\n', " "))?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}
