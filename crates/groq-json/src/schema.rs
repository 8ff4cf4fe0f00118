//! From a type, or a schema given at run time, to what goes over the wire, and back.

pub(crate) mod check;
pub(crate) mod codec;
pub(crate) mod derive;
pub(crate) mod loose;
#[cfg(feature = "client")]
pub(crate) mod loosen;
pub(crate) mod part;
pub(crate) mod probe;
pub(crate) mod strict;
mod unions;

use std::fmt;

use serde_json::{Map, Value};

/// What keeps a schema from being strict, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Obstacle {
    /// Where in the value, as a JSON pointer; `*` stands for every item or member.
    pub path: String,
    /// Why it cannot be strict.
    pub reason: String,
    /// What would make it so.
    pub fix: String,
}

impl Obstacle {
    pub(crate) fn new(path: &str, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
            fix: fix.into(),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the whole value"
        } else {
            &self.path
        };
        write!(f, "{path}: {} ({})", self.reason, self.fix)
    }
}

/// A schema as it is sent.
///
/// A strict one differs from that of the type: every member is required, a member that may be absent may be `null`
/// instead, a map is a list of keys and values, a tuple an object with numbered members, and bounds stand in
/// descriptions. [`Format::parse_wire`](crate::Format::parse_wire) undoes all of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Wire {
    /// A name for the schema, as Groq takes it: at most 64 of `a-z`, `A-Z`, `0-9`, `_` and `-`.
    pub name: String,
    /// The schema.
    pub schema: Map<String, Value>,
    /// Whether it keeps to what Groq's strict mode takes, encodings included.
    pub strict: bool,
    /// The member that holds the value where the root is no object.
    pub wrapped_in: Option<&'static str>,
}

/// A name that Groq takes, from that of a type.
pub(crate) fn wire_name(name: &str) -> String {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    let name: String = name
        .chars()
        .map(|character| if is_plain(character) { character } else { '_' })
        .take(64)
        .collect();
    if name.is_empty() {
        "value".to_owned()
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_made_plain() {
        assert_eq!(super::wire_name("Recipe"), "Recipe");
        assert_eq!(super::wire_name("Größe<T>"), "Gr__e_T_");
        assert_eq!(super::wire_name(""), "value");
        assert_eq!(super::wire_name(&"x".repeat(100)).len(), 64);
    }
}
