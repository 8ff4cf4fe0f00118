//! From a type, or a schema given at run time, to what is sent, and back.

pub(crate) mod best_effort;
pub(crate) mod check;
pub(crate) mod codec;
mod drafts;
pub(crate) mod part;
pub(crate) mod probe;
#[cfg(feature = "client")]
pub(crate) mod relax;
pub(crate) mod strict;
mod unions;

use std::fmt;

use serde_json::{Map, Value};

use crate::issue::place;

/// Why a schema cannot be strict, and what to change.
///
/// ```
/// # use groq_json::Format;
/// let format = Format::<Vec<serde_json::Value>>::new()?;
/// let found = &format.incompatibilities()[0];
/// assert_eq!(found.path, "/*");
/// assert_eq!(found.to_string(), "/*: any value is allowed here (use a type of its own)");
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incompatibility {
    /// Where in the value, as a JSON pointer; `*` stands for every item or member.
    pub path: String,
    /// Why it cannot be strict.
    pub reason: String,
    /// What to change.
    pub fix: String,
}

impl Incompatibility {
    pub(crate) fn new(path: &str, reason: impl Into<String>, fix: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
            fix: fix.into(),
        }
    }
}

impl fmt::Display for Incompatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", place(&self.path), self.reason, self.fix)
    }
}

/// A schema as it is sent.
///
/// A strict one differs from that of the type: every member is required, an optional member may be `null` instead, a map is
/// a list of keys and values, a tuple is an object with numbered members, and bounds are part of the descriptions.
/// [`Format::parse_wire`](crate::Format::parse_wire) undoes all of that.
///
/// ```
/// # use groq_json::{Format, Mode};
/// let format = Format::<Option<u8>>::new()?;
/// let schema = format.wire_schema(Mode::Strict)?;
/// assert_eq!((schema.strict, schema.wrapped_in), (true, Some("value")));
/// # Ok::<(), groq_json::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WireSchema {
    /// The name of the schema, as Groq accepts it: at most 64 of `a-z`, `A-Z`, `0-9`, `_` and `-`.
    pub name: String,
    /// The schema.
    pub schema: Map<String, Value>,
    /// Whether it conforms to Groq's strict mode, encodings included.
    pub strict: bool,
    /// The member that contains the value, if the root is not an object.
    pub wrapped_in: Option<&'static str>,
}

/// The name of a tool in a call. Models put the name of a channel before it and tokens of their own format behind it.
pub(crate) fn tool_name(name: &str) -> &str {
    let name = name.split("<|").next().unwrap_or_default().trim();
    name.strip_prefix("functions.").unwrap_or(name)
}

/// Gives references new targets: those that `moved` returns. Returns whether there was one.
pub(crate) fn redirect(value: &mut Value, moved: &dyn Fn(&str) -> Option<String>) -> bool {
    let mut found = false;
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let reference = value.as_str().filter(|_| key == "$ref");
                if let Some(target) = reference.and_then(moved) {
                    *value = target.into();
                    found = true;
                }
                found |= redirect(value, moved);
            }
        }
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| found |= redirect(item, moved)),
        _ => {}
    }
    found
}

/// Returns a name that Groq accepts, from that of a type.
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

/// Which schemas the value of a keyword holds.
pub(crate) enum Holds {
    One,
    List,
    Named,
    None,
}

pub(crate) fn holds(key: &str) -> Holds {
    match key {
        "items"
        | "additionalProperties"
        | "not"
        | "contains"
        | "propertyNames"
        | "unevaluatedItems"
        | "unevaluatedProperties"
        | "if"
        | "then"
        | "else" => Holds::One,
        "anyOf" | "oneOf" | "allOf" | "prefixItems" => Holds::List,
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
            Holds::Named
        }
        _ => Holds::None,
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
