//! A value that is still being written.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::parse::machine::Machine;
use crate::parse::repair::Repair;
use crate::parse::tree::{Found, Tree};

/// A value, as far as it has been written.
///
/// Strings, lists and objects are visible while they grow. Numbers, literals and escapes appear once they are complete, so
/// nothing that is visible changes later.
///
/// Returned by a [stream](crate::ExtractStream::partial), by a [reader](crate::Reader::partial), and by
/// [`Error::partial`](crate::Error::partial) for a truncated reply.
///
/// ```
/// use groq_json::{Finish, Format};
///
/// let error = Format::<Vec<String>>::new()?.parse(r#"["a", "b"#, Finish::Length).unwrap_err();
/// let partial = error.partial().expect("the reply was cut off");
/// assert_eq!(partial.to_value(), serde_json::json!(["a", "b"]));
/// assert!(partial.is_done("/0") && !partial.is_done("/1"));
/// assert_eq!(partial.get::<String>("/0").as_deref(), Some("a"));
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Partial {
    pub(crate) tree: Tree,
}

impl Partial {
    /// Reads the beginning of a value at `start`.
    pub(crate) fn read(text: &str, start: usize, level: Repair, max_depth: usize) -> Self {
        let mut tree = Tree::new(level != Repair::Off);
        // The text has been read before, up to where it stops.
        let _ = Machine::new(level, max_depth).feed(text, start, &mut tree);
        Self { tree }
    }

    /// Returns whether nothing has been written.
    pub fn is_empty(&self) -> bool {
        self.tree.is_empty()
    }

    /// Returns whether the value at `path` is complete. `path` is a JSON pointer; `""` is the whole value.
    ///
    /// ```
    /// # let mut reader = groq_json::Format::<Vec<u8>>::new()?.reader();
    /// reader.feed("[1,2")?;
    /// assert!(reader.partial().is_done("/0"));
    /// assert!(!reader.partial().is_done("/1"), "a digit may follow");
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn is_done(&self, path: &str) -> bool {
        matches!(self.tree.find(path), Some(Found::Complete(_)))
    }

    /// Returns the value at `path` as a `U`, or `None` if it is absent or does not fit.
    ///
    /// ```
    /// # let mut reader = groq_json::Format::<Vec<u8>>::new()?.reader();
    /// reader.feed("[1,2")?;
    /// assert_eq!(reader.partial().get::<Vec<u8>>(""), Some(vec![1]));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn get<U: DeserializeOwned>(&self, path: &str) -> Option<U> {
        match self.tree.find(path)? {
            Found::Complete(value) => U::deserialize(value).ok(),
            Found::Text(text) => U::deserialize(Value::from(text)).ok(),
            Found::Open(depth) => U::deserialize(self.tree.copy(depth)).ok(),
        }
    }

    /// Returns a copy of the value at `path`.
    pub fn value_at(&self, path: &str) -> Option<Value> {
        Some(match self.tree.find(path)? {
            Found::Complete(value) => value.clone(),
            Found::Text(text) => text.into(),
            Found::Open(depth) => self.tree.copy(depth),
        })
    }

    /// Returns the string at `path`, without a copy.
    ///
    /// ```
    /// # let mut reader = groq_json::Format::<Vec<String>>::new()?.reader();
    /// reader.feed(r#"["Once upon"#)?;
    /// assert_eq!(reader.partial().text_at("/0"), Some("Once upon"));
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn text_at(&self, path: &str) -> Option<&str> {
        match self.tree.find(path)? {
            Found::Complete(value) => value.as_str(),
            Found::Text(text) => Some(text),
            Found::Open(_) => None,
        }
    }

    /// Returns a copy of the whole value; `null` if nothing has been written.
    pub fn to_value(&self) -> Value {
        self.value_at("").unwrap_or_default()
    }

    /// Returns the place that is being written, as a JSON pointer.
    ///
    /// ```
    /// # let mut reader = groq_json::Format::<Vec<Vec<u8>>>::new()?.reader();
    /// reader.feed("[[1],[2")?;
    /// assert_eq!(reader.partial().open_path(), "/1/0");
    /// # Ok::<(), groq_json::Error>(())
    /// ```
    pub fn open_path(&self) -> String {
        self.tree.pointer()
    }
}

/// Leaves out the value.
impl std::fmt::Debug for Partial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Partial")
            .field("open_path", &self.open_path())
            .finish_non_exhaustive()
    }
}
