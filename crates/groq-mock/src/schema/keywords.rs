//! What the parts of a generator share: its bounds, and how keywords are read.

use serde_json::{Map, Value};

/// Values in one document.
pub(super) const MAX_VALUES: usize = 100_000;
/// Bytes of one document.
pub(super) const MAX_TEXT: usize = 8 << 20;
/// Values at one place before an outer one is made again.
pub(super) const TRIES: usize = 6;

pub(super) type Schema = Map<String, Value>;

/// Why no document is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum NoValue {
    Infinite,
    TooLarge,
}

/// What a `$ref` within a document points to: `#`, `#/a/b`; nothing outside the document is fetched.
pub(super) fn resolve<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    match reference.strip_prefix('#')? {
        "" => Some(root),
        pointer if pointer.contains('%') => {
            root.pointer(&pointer.replace("%24", "$").replace("%25", "%"))
        }
        pointer => root.pointer(pointer),
    }
}

/// The types that a value may have, or the one that the keywords speak of.
pub(super) fn kinds(schema: &Schema) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(kind)) => vec![kind],
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => vec![implied(schema)],
    }
}

/// What keywords speak of where `type` is left out.
fn implied(schema: &Schema) -> &'static str {
    const OBJECT: &str =
        "properties required additionalProperties patternProperties minProperties propertyNames";
    const ARRAY: &str = "items prefixItems minItems maxItems contains uniqueItems";
    const NUMBER: &str = "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf";
    let mut kinds = [("object", OBJECT), ("array", ARRAY), ("number", NUMBER)].into_iter();
    let found = kinds.find(|(_, keys)| keys.split(' ').any(|key| schema.contains_key(key)));
    found.map_or("string", |(kind, _)| kind)
}

pub(super) fn strings(list: Option<&Value>) -> Vec<&str> {
    let list = list.and_then(Value::as_array);
    list.map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}
