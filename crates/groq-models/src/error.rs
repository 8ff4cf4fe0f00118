//! The error of this crate.

use std::fmt;

/// The error of everything in this crate that can fail.
///
/// ```
/// use groq_models::Catalog;
///
/// let error = Catalog::from_json(b"{}").expect_err("no catalog");
/// assert!(error.is_invalid_catalog());
/// assert_eq!(error.to_string(), "the catalog has no format number");
/// ```
pub struct Error {
    kind: ErrorKind,
    message: String,
    model: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A catalog file cannot be read.
    Io,
    /// A text is not a date, or not an amount of money.
    InvalidValue,
    /// A catalog file has a format that this version does not know.
    UnsupportedFormat,
    /// A catalog file is not JSON, or its content is wrong.
    InvalidCatalog,
    /// The service would refuse a request.
    InvalidRequest,
    /// A reply is not one of a guard model.
    UnexpectedReply,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            model: None,
            source: None,
        }
    }

    pub(crate) fn with_source(
        mut self,
        source: impl std::error::Error + Send + Sync + 'static,
    ) -> Self {
        self.source = Some(Box::new(source));
        self
    }

    pub(crate) fn with_model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Returns the kind of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Returns the id of the model that a catalog is wrong about, if it is about one.
    ///
    /// ```
    /// use groq_models::Catalog;
    ///
    /// let file = br#"{"format": 1, "as_of": "2027-01-01", "models": [
    ///     {"id": "a", "as_of": "2027-01-01", "kind": "chat"},
    ///     {"id": "a", "as_of": "2027-01-01", "kind": "chat"}]}"#;
    /// let error = Catalog::from_json(file).expect_err("a model stands there twice");
    /// assert_eq!(error.model(), Some("a"));
    /// ```
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Returns whether a catalog file could not be read.
    pub fn is_io(&self) -> bool {
        self.kind == ErrorKind::Io
    }

    /// Returns whether a catalog file has a format that this version does not know.
    pub fn is_unsupported_format(&self) -> bool {
        self.kind == ErrorKind::UnsupportedFormat
    }

    /// Returns whether a catalog file is not JSON, or its content is wrong.
    pub fn is_invalid_catalog(&self) -> bool {
        self.kind == ErrorKind::InvalidCatalog
    }

    /// Returns whether the service would refuse a request.
    ///
    /// ```
    /// use groq_models::types::{ChatCompletionRequest, Message};
    /// use groq_models::{Catalog, Validate as _};
    ///
    /// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Hi")]).with_n(2u32);
    /// let error = request.validate(&Catalog::shipped()).into_result().expect_err("n is 1");
    /// assert!(error.is_invalid_request());
    /// ```
    pub fn is_invalid_request(&self) -> bool {
        self.kind == ErrorKind::InvalidRequest
    }

    /// Returns whether a reply is not one of a guard model.
    pub fn is_unexpected_reply(&self) -> bool {
        self.kind == ErrorKind::UnexpectedReply
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({:?}", self.message, self.kind)?;
        if let Some(source) = &self.source {
            write!(f, ": {source}")?;
        }
        f.write_str(")")
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}
