//! What a check finds in a request.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::error::{Error, ErrorKind};
use crate::model::{ModelInfo, ModelKind};

/// A request that can be checked before it is sent.
///
/// The checks know the documentation and a [`Catalog`]. Both grow old: a diagnostic is likely, not certain, and a model that is
/// unknown has no diagnostics of its own.
///
/// ```
/// use groq_models::types::{ChatCompletionRequest, Message};
/// use groq_models::{Catalog, Validate as _};
///
/// let request = ChatCompletionRequest::new("gemma2-9b-it", [Message::user("Hello")]).with_n(2u32);
/// let diagnostics = request.validate(&Catalog::shipped());
/// let fields: Vec<&str> = diagnostics.iter().map(|one| one.field).collect();
/// assert_eq!(fields, ["model", "n"]);
/// assert!(diagnostics.into_result().is_err());
/// ```
pub trait Validate {
    /// Finds what the service would refuse, change, or may refuse.
    fn validate(&self, catalog: &Catalog) -> Diagnostics;
}

/// Everything that a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The field of the request.
    pub field: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what to do.
    pub message: String,
}

/// How bad something is that a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Good to know. The service takes the request and does something else.
    Note,
    /// Worth a look. The service may refuse the request.
    Warning,
    /// The service refuses the request.
    Error,
}

impl Diagnostics {
    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns all that was found, in the order of the checks.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Returns what makes the service refuse the request.
    ///
    /// ```
    /// use groq_models::types::{ChatCompletionRequest, Message};
    /// use groq_models::{Catalog, Validate as _};
    ///
    /// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Hi")]).with_temperature(0.0);
    /// let diagnostics = request.validate(&Catalog::shipped());
    /// assert_eq!((diagnostics.iter().count(), diagnostics.errors().count()), (1, 0));
    /// ```
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|one| one.severity == Severity::Error)
    }

    /// Returns an error if the service would refuse the request.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request), with all that makes the service refuse it.
    pub fn into_result(self) -> Result<(), Error> {
        let errors: Vec<_> = self.errors().map(Diagnostic::to_string).collect();
        if errors.is_empty() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::InvalidRequest, errors.join("; ")))
    }

    pub(crate) fn error(&mut self, field: &'static str, message: impl Into<String>) {
        self.add(field, Severity::Error, message);
    }

    pub(crate) fn error_if(&mut self, wrong: bool, field: &'static str, message: &str) {
        if wrong {
            self.error(field, message);
        }
    }

    pub(crate) fn errors_if<const N: usize>(&mut self, all: [(bool, &'static str, &str); N]) {
        for (wrong, field, message) in all {
            self.error_if(wrong, field, message);
        }
    }

    pub(crate) fn warn(&mut self, field: &'static str, message: impl Into<String>) {
        self.add(field, Severity::Warning, message);
    }

    pub(crate) fn note(&mut self, field: &'static str, message: impl Into<String>) {
        self.add(field, Severity::Note, message);
    }

    fn add(&mut self, field: &'static str, severity: Severity, message: impl Into<String>) {
        let message = message.into();
        self.0.push(Diagnostic {
            field,
            severity,
            message,
        });
    }

    /// Finds a model in the catalog, and reports it if it is shut down, or known to be of other kinds than these.
    pub(crate) fn model<'c>(
        &mut self,
        catalog: &'c Catalog,
        id: &str,
        kinds: &[ModelKind],
        verb: &str,
    ) -> Option<&'c ModelInfo> {
        self.error_if(id.trim().is_empty(), "model", "it is empty");
        let model = catalog.get(id)?;
        if model.kind != ModelKind::Other && !kinds.contains(&model.kind) {
            self.error("model", format!("{id} does not {verb}"));
        }
        if let Some(end) = &model.retirement
            && catalog.is_retired(id)
        {
            let mut message = format!("{id} was shut down on {}", end.date);
            let successor = catalog.successor(id).map(|model| model.id.as_str());
            if let Some(successor) = successor.or(end.successor.as_deref()) {
                message.push_str(&format!("; its successor is {successor}"));
            }
            let mut severity = Severity::Error;
            if end.enterprise_keeps {
                message.push_str("; enterprise customers may still have it");
                severity = Severity::Warning;
            }
            self.add("model", severity, message);
        }
        Some(model)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}
