//! What is wrong with a value, and where.

use std::fmt;

/// One thing that is wrong with a value.
///
/// The model is sent the same words, so they say what was expected.
///
/// ```
/// use groq_json::Issue;
///
/// let issue = Issue::new("/end", "must not be before start");
/// assert_eq!(issue.to_string(), "/end: must not be before start");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issue {
    /// Where, as a JSON pointer (RFC 6901); empty for the whole value.
    pub path: String,
    /// What is wrong: one line, without the value.
    pub message: String,
    /// A few characters of the value. Sent to the model only, whose own words they are.
    pub(crate) got: Option<String>,
    /// The path in what the model wrote, if it differs: a map is a list in a strict schema.
    pub(crate) shown: Option<String>,
}

impl Issue {
    /// Creates an issue. `path` is a JSON pointer.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            got: None,
            shown: None,
        }
    }

    pub(crate) fn unknown_member(path: impl Into<String>) -> Self {
        Self::new(path, "is not a known member")
    }

    /// Moves the issue to an item of a list.
    #[cfg(feature = "client")]
    pub(crate) fn within(mut self, index: usize) -> Self {
        let path = format!("/{index}");
        if let Some(shown) = &mut self.shown {
            shown.insert_str(0, &path);
        }
        self.path.insert_str(0, &path);
        self
    }

    /// Sets the path in what the model wrote.
    pub(crate) fn shown_at(&mut self, path: String) {
        self.shown = (path != self.path).then_some(path);
    }

    /// The path in what the model wrote.
    pub(crate) fn wire_path(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.path)
    }

    pub(crate) fn with_got(mut self, got: Option<String>) -> Self {
        self.got = got;
        self
    }
}

/// For a check that returns one issue.
impl From<Issue> for Vec<Issue> {
    fn from(issue: Issue) -> Self {
        vec![issue]
    }
}

/// One line, without the value.
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", place(&self.path), self.message)
    }
}

/// A path in words.
pub(crate) fn place(path: &str) -> &str {
    if path.is_empty() {
        "the whole value"
    } else {
        path
    }
}

/// Returns an [`Issue`] unless `condition` holds, for [checks](crate::Extract::check).
///
/// ```
/// use groq_json::ensure;
///
/// assert!(ensure(1 < 2, "/a", "must be less than 2").is_ok());
/// ```
///
/// # Errors
///
/// The issue, if the condition does not hold.
pub fn ensure(
    condition: bool,
    path: impl Into<String>,
    message: impl Into<String>,
) -> Result<(), Issue> {
    if condition {
        Ok(())
    } else {
        Err(Issue::new(path, message))
    }
}
