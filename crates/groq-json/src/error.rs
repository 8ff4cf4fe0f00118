//! The one error type.

mod display;

use std::error::Error as StdError;

use crate::issue::Issue;
use crate::ledger::{Attempt, Usage};
use crate::mode::Mode;
use crate::partial::Partial;

/// Why there is no value.
///
/// Its `Display` is one line, without a word of the model's: that is only in [`raw`](Self::raw), [`refusal`](Self::refusal) and
/// [`partial`](Self::partial). [`kind`](Self::kind) has the particulars, [`attempts`](Self::attempts) all that was tried.
///
/// ```
/// use groq_json::{Finish, Format};
///
/// let error = Format::<Vec<u8>>::new()?.parse("[1, 300]", Finish::Stop).unwrap_err();
/// assert!(error.is_invalid());
/// assert_eq!(error.issues()[0].path, "/1");
/// assert_eq!(error.to_string(), "the reply does not fit the schema: /1: must be at most 255");
/// # Ok::<(), groq_json::Error>(())
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    attempts: Vec<Attempt>,
    usage: Usage,
    raw: Option<String>,
}

/// What a budget was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spent {
    /// The attempts that were allowed.
    Attempts,
    /// The tokens that were allowed.
    Tokens,
    /// The time that was allowed.
    Time,
    /// The steps that a run of tools was allowed.
    Steps,
}

/// The kinds of [`Error`].
#[derive(Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schema cannot be used, or something else about the request.
    Schema {
        /// Where in the schema, as a JSON pointer.
        path: String,
        /// Why.
        reason: String,
    },
    /// The model does not offer the mode that was asked for.
    Unsupported {
        /// The mode.
        mode: Mode,
        /// Why.
        reason: String,
    },
    /// The call failed.
    #[cfg(feature = "client")]
    Api(Box<groq_core::Error>),
    /// The model refused. What it said is in [`Error::refusal`].
    Refusal,
    /// The reply is empty.
    Empty,
    /// The reply holds no JSON.
    NoJson,
    /// The reply holds several values that could be meant.
    Ambiguous {
        /// Where they begin, as bytes of the reply.
        offsets: Vec<usize>,
    },
    /// The reply was cut off.
    Truncated {
        /// What came.
        partial: Box<Partial>,
    },
    /// The reply says itself that it leaves something out.
    Elided {
        /// Where, as a byte of the reply.
        offset: usize,
    },
    /// The reply is not JSON, nor what can be repaired without guessing.
    Syntax {
        /// Where in the value, as a JSON pointer.
        path: String,
        /// Where in the reply, as a byte.
        offset: usize,
        /// What is there, or what was expected.
        what: &'static str,
    },
    /// A key comes twice with different values.
    DuplicateKey {
        /// Where in the value, as a JSON pointer.
        path: String,
        /// Where in the reply, as a byte.
        offset: usize,
    },
    /// A number fits neither 64 bits nor a float.
    NumberRange {
        /// Where in the value, as a JSON pointer.
        path: String,
        /// Where in the reply, as a byte.
        offset: usize,
    },
    /// The value is nested more deeply than is allowed.
    TooDeep {
        /// Where in the value, as a JSON pointer.
        path: String,
        /// Where in the reply, as a byte.
        offset: usize,
    },
    /// The value does not fit the schema or the type.
    Invalid(Vec<Issue>),
    /// The value fits, and a check refused it.
    Check(Vec<Issue>),
    /// The model called a tool that there is not, or was denied one.
    Tool {
        /// The tool.
        name: String,
        /// Why.
        reason: String,
    },
    /// No more of something may be spent; why the last attempt failed.
    Budget {
        /// Of what.
        spent: Spent,
        /// The failure of the last attempt.
        last: Option<Box<ErrorKind>>,
    },
    /// The model gave the same wrong reply twice; what was wrong with it.
    NoProgress(Box<ErrorKind>),
}

impl Error {
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                attempts: Vec::new(),
                usage: Usage::default(),
                raw: None,
            }),
        }
    }

    pub(crate) fn schema(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Schema {
            path: path.into(),
            reason: reason.into(),
        })
    }

    pub(crate) fn with_raw(mut self, raw: &str) -> Self {
        self.inner.raw = Some(raw.to_owned());
        self
    }

    #[cfg(feature = "client")]
    pub(crate) fn with_ledger(mut self, attempts: Vec<Attempt>, usage: Usage) -> Self {
        self.inner.attempts = attempts;
        self.inner.usage = usage;
        self
    }

    /// What went wrong, in particular.
    pub fn kind(&self) -> &ErrorKind {
        &self.inner.kind
    }

    /// What the last attempt failed with, where a bound or a lack of progress ended the loop; else [`kind`](Self::kind).
    pub fn cause(&self) -> &ErrorKind {
        let mut kind = &self.inner.kind;
        loop {
            kind = match kind {
                ErrorKind::Budget {
                    last: Some(last), ..
                }
                | ErrorKind::NoProgress(last) => last,
                _ => return kind,
            };
        }
    }

    /// Everything that is wrong with the value: all paths at once.
    pub fn issues(&self) -> &[Issue] {
        match self.cause() {
            ErrorKind::Invalid(issues) | ErrorKind::Check(issues) => issues,
            _ => &[],
        }
    }

    /// Every attempt that was made, in order.
    pub fn attempts(&self) -> &[Attempt] {
        &self.inner.attempts
    }

    /// The tokens of all attempts, as far as the service told them.
    pub fn usage(&self) -> Usage {
        self.inner.usage
    }

    /// The last reply, as it came. It may hold private data.
    pub fn raw(&self) -> Option<&str> {
        let last = || self.attempts().iter().rev().find_map(Attempt::raw);
        self.inner.raw.as_deref().or_else(last)
    }

    /// What the model said as it refused.
    pub fn refusal(&self) -> Option<&str> {
        self.is_refusal().then(|| self.raw()).flatten()
    }

    /// What came of a reply that was cut off.
    pub fn partial(&self) -> Option<&Partial> {
        match self.cause() {
            ErrorKind::Truncated { partial } => Some(partial),
            _ => None,
        }
    }

    /// Where in the value, as a JSON pointer: of the first issue, if there are several.
    pub fn path(&self) -> Option<&str> {
        match self.cause() {
            ErrorKind::Schema { path, .. }
            | ErrorKind::Syntax { path, .. }
            | ErrorKind::DuplicateKey { path, .. }
            | ErrorKind::NumberRange { path, .. }
            | ErrorKind::TooDeep { path, .. } => Some(path),
            ErrorKind::Invalid(issues) | ErrorKind::Check(issues) => {
                issues.first().map(|issue| issue.path.as_str())
            }
            _ => None,
        }
    }

    /// Where in the reply, as a byte.
    pub fn offset(&self) -> Option<usize> {
        match self.cause() {
            ErrorKind::Elided { offset }
            | ErrorKind::Syntax { offset, .. }
            | ErrorKind::DuplicateKey { offset, .. }
            | ErrorKind::NumberRange { offset, .. }
            | ErrorKind::TooDeep { offset, .. } => Some(*offset),
            ErrorKind::Ambiguous { offsets } => offsets.get(1).copied(),
            _ => None,
        }
    }

    /// The error of the client, where the call itself failed.
    #[cfg(feature = "client")]
    pub fn api(&self) -> Option<&groq_core::Error> {
        match self.cause() {
            ErrorKind::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The schema, or another part of the request, cannot be used. Nothing was sent.
    pub fn is_schema(&self) -> bool {
        matches!(self.cause(), ErrorKind::Schema { .. })
    }

    /// The model does not offer the mode that was asked for.
    pub fn is_unsupported(&self) -> bool {
        matches!(self.cause(), ErrorKind::Unsupported { .. })
    }

    /// The model refused.
    pub fn is_refusal(&self) -> bool {
        matches!(self.cause(), ErrorKind::Refusal)
    }

    /// The reply was empty, or held no JSON.
    pub fn is_no_json(&self) -> bool {
        matches!(self.cause(), ErrorKind::Empty | ErrorKind::NoJson)
    }

    /// The reply holds several values that could be meant.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self.cause(), ErrorKind::Ambiguous { .. })
    }

    /// The reply was cut off; [`partial`](Self::partial) has what came. Allow more tokens.
    pub fn is_truncated(&self) -> bool {
        matches!(self.cause(), ErrorKind::Truncated { .. })
    }

    /// The reply is not JSON, nor what can be repaired without guessing: bad syntax, a key twice, a number out of range, too
    /// deep, or something left out.
    pub fn is_malformed(&self) -> bool {
        matches!(
            self.cause(),
            ErrorKind::Syntax { .. }
                | ErrorKind::DuplicateKey { .. }
                | ErrorKind::NumberRange { .. }
                | ErrorKind::TooDeep { .. }
                | ErrorKind::Elided { .. }
        )
    }

    /// The value does not fit the schema or the type; [`issues`](Self::issues) has all paths.
    pub fn is_invalid(&self) -> bool {
        matches!(self.cause(), ErrorKind::Invalid(_))
    }

    /// A check refused the value; [`issues`](Self::issues) has what it said.
    pub fn is_check(&self) -> bool {
        matches!(self.cause(), ErrorKind::Check(_))
    }

    /// A bound ended the loop: attempts, tokens, time or steps. [`cause`](Self::cause) has the last failure.
    pub fn is_budget(&self) -> bool {
        matches!(self.kind(), ErrorKind::Budget { .. })
    }

    /// The model gave the same wrong reply twice. [`cause`](Self::cause) has what is wrong with it.
    pub fn is_no_progress(&self) -> bool {
        matches!(self.kind(), ErrorKind::NoProgress(_))
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        #[cfg(feature = "client")]
        if let Some(error) = self.api() {
            return Some(error);
        }
        None
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}
