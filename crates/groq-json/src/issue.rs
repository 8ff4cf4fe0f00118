//! What is wrong with a value, and where.

use std::fmt;

/// One thing that is wrong with a value.
///
/// The model is told it in these words, so they say what was expected.
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
    /// What: one line, without the value.
    pub message: String,
    /// A short look at the value, from the model's own reply. Only the model is shown it.
    pub(crate) got: Option<String>,
    /// Where it is in what the model wrote, if that is elsewhere: a map travels as a list in a strict schema.
    pub(crate) shown: Option<String>,
}

impl Issue {
    /// Something wrong at a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            got: None,
            shown: None,
        }
    }

    /// The same of an item of a list.
    #[cfg(feature = "client")]
    pub(crate) fn within(mut self, index: usize) -> Self {
        let mut path = String::new();
        crate::pointer::push_index(&mut path, index);
        if let Some(shown) = &mut self.shown {
            shown.insert_str(0, &path);
        }
        self.path.insert_str(0, &path);
        self
    }

    /// Says where it is in what the model wrote.
    pub(crate) fn shown_at(&mut self, path: String) {
        self.shown = (path != self.path).then_some(path);
    }

    /// The path that the model knows.
    pub(crate) fn wire_path(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.path)
    }

    pub(crate) fn with_got(mut self, got: Option<String>) -> Self {
        self.got = got;
        self
    }
}

/// One line, without the value.
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the whole value"
        } else {
            &self.path
        };
        write!(f, "{path}: {}", self.message)
    }
}

/// An [`Issue`] unless `condition` holds: for [checks](crate::Extract::check).
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
