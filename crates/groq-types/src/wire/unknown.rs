//! The keys of a response that the API description does not know.

use std::{fmt, sync::LazyLock};

use serde_json::{Map, Value};

static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// The keys of a response that this version does not know, with their values.
///
/// Groq adds fields without notice; they are kept here and written back, so that nothing is lost when a response is
/// stored or passed on. It is one pointer wide and allocates only when there is something to keep.
#[derive(Clone, Default, PartialEq)]
pub struct UnknownFields(Option<Box<Map<String, Value>>>);

impl UnknownFields {
    /// Returns whether every key of the response was known.
    ///
    /// ```
    /// let model: groq_types::Model = serde_json::from_str(r#"{"id":"m","speed":"high"}"#)?;
    /// assert!(!model.unknown_fields().is_empty());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_empty(&self) -> bool {
        self.as_map().is_empty()
    }

    /// Returns the value of an unknown key.
    ///
    /// ```
    /// let model: groq_types::Model = serde_json::from_str(r#"{"id":"m","speed":"high"}"#)?;
    /// assert_eq!(model.unknown_fields().get("speed"), Some(&"high".into()));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().get(key)
    }

    /// Inserts a key, and returns the value that it replaces.
    ///
    /// ```
    /// let mut fields = groq_types::UnknownFields::default();
    /// assert_eq!(fields.insert("speed", 1), None);
    /// assert_eq!(fields.remove("speed"), Some(1.into()));
    /// ```
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0
            .get_or_insert_default()
            .insert(key.into(), value.into())
    }

    /// Removes a key, and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.as_mut()?.remove(key)
    }

    /// Returns the keys and their values as a JSON object.
    pub fn as_map(&self) -> &Map<String, Value> {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.as_map()).finish()
    }
}
