//! The error type of the crate.

mod failure;

use std::error::Error as StdError;
use std::fmt;

pub(crate) use failure::Failure;
#[cfg(feature = "client")]
pub(crate) use failure::Limit;

use groq_models::Usage;
#[cfg(feature = "client")]
use groq_types::Message;

use crate::attempt::ExtractAttempt;
use crate::issue::Issue;
use crate::partial::Partial;
#[cfg(feature = "client")]
use crate::tools::Step;

/// Why there is no value.
///
/// `Display` is one line. It contains no words of the model, unless the type's own code quotes them; those are only in [`raw`](Self::raw),
/// [`refusal`](Self::refusal) and [`partial`](Self::partial).
///
/// ```
/// use groq_json::{ErrorKind, Finish, Format};
///
/// let error = Format::<Vec<u8>>::new()?.parse("[1, 300]", Finish::Stop).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Invalid);
/// assert_eq!(error.issues()[0].path, "/1");
/// assert_eq!(error.to_string(), "the reply does not fit the schema: /1: must be at most 255");
/// # Ok::<(), groq_json::Error>(())
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    failure: Failure,
    attempts: Vec<ExtractAttempt>,
    usage: Usage,
    raw: Option<String>,
    #[cfg(feature = "client")]
    steps: Vec<Step>,
    #[cfg(feature = "client")]
    messages: Vec<Message>,
}

/// The kind of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The schema or another part of the request cannot be used. Nothing was sent.
    Schema,
    /// The model does not support the requested mode.
    Unsupported,
    /// The call failed; see [`Error::api`].
    Api,
    /// The model refused to answer; see [`Error::refusal`].
    Refusal,
    /// The reply is empty.
    Empty,
    /// The reply contains no JSON.
    NoJson,
    /// The reply contains several values that fit.
    Ambiguous,
    /// The reply was cut off; see [`Error::partial`].
    Truncated,
    /// The reply says itself that it leaves something out.
    Elided,
    /// The reply is not JSON and cannot be repaired without guessing.
    Syntax,
    /// An object has a key twice, with different values.
    DuplicateKey,
    /// A number fits neither 64 bits nor a float.
    NumberRange,
    /// The value is nested more deeply than is allowed.
    TooDeep,
    /// The value does not fit the schema or the type; see [`Error::issues`].
    Invalid,
    /// The value fits, but a check rejected it; see [`Error::issues`].
    Check,
    /// All corrections were used ([`Extract::max_corrections`](crate::Extract::max_corrections)).
    MaxCorrections,
    /// The token budget was used ([`Extract::token_budget`](crate::Extract::token_budget)).
    TokenBudget,
    /// The time was used ([`Extract::timeout`](crate::Extract::timeout)).
    Timeout,
    /// All steps of a run of tools were used ([`Run::max_steps`](crate::Run::max_steps)).
    MaxSteps,
    /// The model gave the same wrong reply twice.
    NoProgress,
}

impl Error {
    pub(crate) fn new(failure: Failure) -> Self {
        Self {
            inner: Box::new(Inner {
                failure,
                attempts: Vec::new(),
                usage: Usage::default(),
                raw: None,
                #[cfg(feature = "client")]
                steps: Vec::new(),
                #[cfg(feature = "client")]
                messages: Vec::new(),
            }),
        }
    }

    pub(crate) fn schema(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::new(Failure::Schema {
            path: path.into(),
            reason: reason.into(),
        })
    }

    pub(crate) fn with_raw(mut self, raw: &str) -> Self {
        self.inner.raw = Some(raw.to_owned());
        self
    }

    #[cfg(feature = "client")]
    pub(crate) fn with_attempts(mut self, attempts: Vec<ExtractAttempt>, usage: Usage) -> Self {
        self.inner.attempts = attempts;
        self.inner.usage = usage;
        self
    }

    #[cfg(feature = "client")]
    pub(crate) fn with_run(mut self, steps: &[Step], messages: &[Message], usage: Usage) -> Self {
        self.inner.steps = steps.to_vec();
        self.inner.messages = messages.to_vec();
        self.inner.usage = usage;
        self
    }

    /// Returns the steps of a run of tools that failed.
    #[cfg(feature = "client")]
    pub fn steps(&self) -> &[Step] {
        &self.inner.steps
    }

    /// Returns the conversation of a run of tools that failed, to continue it with [`Run::messages`](crate::Run::messages).
    #[cfg(feature = "client")]
    pub fn messages(&self) -> &[Message] {
        &self.inner.messages
    }

    pub(crate) fn failure(&self) -> &Failure {
        &self.inner.failure
    }

    /// Returns the kind of the error. If a limit ended the attempts, it is that limit.
    pub fn kind(&self) -> ErrorKind {
        self.inner.failure.kind()
    }

    /// Returns what was wrong with the last reply. Differs from [`kind`](Self::kind) only if a limit or a lack of progress
    /// ended the attempts.
    ///
    /// ```
    /// # use groq_json::{ErrorKind, Finish, Format};
    /// let error = Format::<u8>::new()?.parse("no", Finish::Stop).unwrap_err();
    /// assert_eq!((error.kind(), error.cause()), (ErrorKind::NoJson, ErrorKind::NoJson));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn cause(&self) -> ErrorKind {
        self.inner.failure.cause().kind()
    }

    /// Returns every issue of the value, with its path.
    ///
    /// ```
    /// # use groq_json::{Finish, Format};
    /// let error = Format::<Vec<u8>>::new()?.parse(r#"[-1, "a"]"#, Finish::Stop).unwrap_err();
    /// let paths: Vec<&str> = error.issues().iter().map(|issue| issue.path.as_str()).collect();
    /// assert_eq!(paths, ["/0", "/1"]);
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn issues(&self) -> &[Issue] {
        self.inner.failure.cause().issues()
    }

    /// Returns every attempt, in order.
    pub fn attempts(&self) -> &[ExtractAttempt] {
        &self.inner.attempts
    }

    /// Returns the tokens of all attempts, as far as the service reported them.
    pub fn usage(&self) -> Usage {
        self.inner.usage
    }

    /// Returns the last reply, unchanged. It may contain private data.
    pub fn raw(&self) -> Option<&str> {
        let last = || self.attempts().iter().rev().find_map(ExtractAttempt::raw);
        self.inner.raw.as_deref().or_else(last)
    }

    /// Returns what the model said when it refused.
    pub fn refusal(&self) -> Option<&str> {
        self.raw().filter(|_| self.is_refusal())
    }

    /// Returns what was received of a reply that was cut off.
    ///
    /// ```
    /// # use groq_json::{Finish, Format};
    /// let error = Format::<Vec<u8>>::new()?.parse("[1, 2, 3", Finish::Length).unwrap_err();
    /// assert_eq!(error.partial().unwrap().to_value(), serde_json::json!([1, 2]));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn partial(&self) -> Option<&Partial> {
        match self.inner.failure.cause() {
            Failure::Truncated(partial) => Some(partial),
            _ => None,
        }
    }

    /// Returns the place in the value, as a JSON pointer. If there are several issues, it is that of the first.
    pub fn path(&self) -> Option<&str> {
        self.inner.failure.cause().path()
    }

    /// Returns the place in the reply, in bytes.
    ///
    /// ```
    /// # use groq_json::{Finish, Format};
    /// let error = Format::<Vec<u8>>::new()?.parse("[1, 2; 3]", Finish::Stop).unwrap_err();
    /// assert_eq!(error.offset(), Some(5));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn offset(&self) -> Option<usize> {
        self.inner.failure.cause().offset()
    }

    /// Returns the error of the client, if the call itself failed.
    #[cfg(feature = "client")]
    pub fn api(&self) -> Option<&groq_core::Error> {
        match self.inner.failure.cause() {
            Failure::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Returns whether the schema or another part of the request cannot be used. Nothing was sent.
    ///
    /// ```
    /// # use groq_json::Format;
    /// let schema = serde_json::json!({"type": "no such type"});
    /// assert!(Format::from_schema("x", schema).unwrap_err().is_schema());
    /// ```
    pub fn is_schema(&self) -> bool {
        self.cause() == ErrorKind::Schema
    }

    /// Returns whether the model does not support the requested mode.
    pub fn is_unsupported(&self) -> bool {
        self.cause() == ErrorKind::Unsupported
    }

    /// Returns whether the model refused to answer.
    pub fn is_refusal(&self) -> bool {
        self.cause() == ErrorKind::Refusal
    }

    /// Returns whether the reply was empty or contained no JSON.
    pub fn is_no_json(&self) -> bool {
        matches!(self.cause(), ErrorKind::Empty | ErrorKind::NoJson)
    }

    /// Returns whether the reply contains several values that fit.
    pub fn is_ambiguous(&self) -> bool {
        self.cause() == ErrorKind::Ambiguous
    }

    /// Returns whether the reply was cut off. Allow more tokens; [`partial`](Self::partial) has what was received.
    pub fn is_truncated(&self) -> bool {
        self.cause() == ErrorKind::Truncated
    }

    /// Returns whether the reply is not JSON and cannot be repaired without guessing: wrong syntax, a repeated key, a number
    /// out of range, too deep nesting, or an omission.
    pub fn is_malformed(&self) -> bool {
        matches!(self.inner.failure.cause(), Failure::Malformed { .. })
    }

    /// Returns whether the value does not fit the schema or the type; see [`issues`](Self::issues).
    pub fn is_invalid(&self) -> bool {
        self.cause() == ErrorKind::Invalid
    }

    /// Returns whether a check rejected the value; see [`issues`](Self::issues).
    pub fn is_check(&self) -> bool {
        self.cause() == ErrorKind::Check
    }

    /// Returns whether the time was used.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns whether a limit ended the attempts: on corrections, tokens, time or steps. [`cause`](Self::cause) is the last
    /// failure.
    pub fn is_limit(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::MaxCorrections
                | ErrorKind::TokenBudget
                | ErrorKind::Timeout
                | ErrorKind::MaxSteps
        )
    }

    /// Returns whether the model gave the same wrong reply twice. [`cause`](Self::cause) is what is wrong with it.
    pub fn is_no_progress(&self) -> bool {
        self.kind() == ErrorKind::NoProgress
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.failure.fmt(f)
    }
}

/// Begins with the sentence of `Display`. Leaves out replies.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} ({:?}", self.kind())?;
        if !self.attempts().is_empty() {
            write!(f, ", attempts: {:?}", self.attempts())?;
        }
        f.write_str(")")
    }
}

impl StdError for Error {
    /// Returns the cause of a failed call. The failed call itself is part of `Display`.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        #[cfg(feature = "client")]
        if let Some(error) = self.api() {
            return error.source();
        }
        None
    }
}

/// Calls of the client and of this crate go through one `?`; [`Error::api`] returns the error of the client.
///
/// ```
/// async fn translated(groq: &groq_core::Client, file: &str) -> Result<String, groq_json::Error> {
///     let content = groq.files().content(file).await?.bytes().await?;
///     Ok(format!("{} bytes", content.len()))
/// }
/// ```
#[cfg(feature = "client")]
impl From<groq_core::Error> for Error {
    fn from(error: groq_core::Error) -> Self {
        Failure::Api(Box::new(error)).into()
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(failure)
    }
}
