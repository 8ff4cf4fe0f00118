//! The keys of a response that the API description does not know.

use std::{fmt, sync::LazyLock};

use serde_json::{Map, Value};

static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// The keys that a response carried and this version does not know, with their values.
///
/// Groq adds fields without notice; they are kept here and written back, so that nothing is lost when a response is
/// stored or passed on. It is one pointer wide and allocates only when there is something to keep.
#[derive(Clone, Default, PartialEq)]
pub struct UnknownFields(Option<Box<Map<String, Value>>>);

impl UnknownFields {
    /// Whether every key of the response was known.
    pub fn is_empty(&self) -> bool {
        self.as_map().is_empty()
    }

    /// The value of an unknown key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map().get(key)
    }

    /// Keeps a key, and gives the value that it replaces.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) -> Option<Value> {
        self.0
            .get_or_insert_default()
            .insert(key.into(), value.into())
    }

    /// Forgets a key, and gives its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        self.0.as_mut()?.remove(key)
    }

    /// The keys and their values as a JSON object.
    pub fn as_map(&self) -> &Map<String, Value> {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl fmt::Debug for UnknownFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.as_map()).finish()
    }
}
