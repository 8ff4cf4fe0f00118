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
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }
}

macro_rules! predicates {
    ($($name:ident $kind:ident $doc:literal;)*) => {
        impl Error {
            $(
                #[doc = concat!("Returns whether ", $doc, ".")]
                pub fn $name(&self) -> bool {
                    self.kind == ErrorKind::$kind
                }
            )*
        }
    };
}

predicates! {
    is_io Io "a catalog file could not be read";
    is_unsupported_format UnsupportedFormat "a catalog file has a format that this version does not know";
    is_invalid_catalog InvalidCatalog "a catalog file is not JSON, or its content is wrong";
    is_invalid_request InvalidRequest "the service would refuse a request";
    is_unexpected_reply UnexpectedReply "a reply is not one of a guard model";
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
