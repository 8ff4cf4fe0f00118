//! Constraints in words, for models: `1 to 5`, `matches ^[a-z]+$`.

use serde_json::{Map, Value};

/// What a schema demands besides the type.
pub(crate) fn notes(schema: &Map<String, Value>) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(range(schema.get("minimum"), schema.get("maximum"), ""));
    for (keyword, words) in [
        ("exclusiveMinimum", "greater than"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
        ("pattern", "matches"),
    ] {
        if let Some(value) = schema.get(keyword) {
            notes.push(format!("{words} {}", plain(value)));
        }
    }
    notes.extend(range(
        schema.get("minLength"),
        schema.get("maxLength"),
        " characters",
    ));
    notes.extend(range(
        schema.get("minItems"),
        schema.get("maxItems"),
        " items",
    ));
    notes.extend(range(
        schema.get("minProperties"),
        schema.get("maxProperties"),
        " members",
    ));
    if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
        notes.push("no two alike".to_owned());
    }
    if let Some(format) = schema
        .get("format")
        .and_then(Value::as_str)
        .and_then(format)
    {
        notes.push(format);
    }
    for keyword in ["contains", "not", "propertyNames"] {
        if let Some(value) = schema.get(keyword) {
            notes.push(format!("{keyword}: {value}"));
        }
    }
    notes
}

fn range(minimum: Option<&Value>, maximum: Option<&Value>, unit: &str) -> Option<String> {
    Some(
        match (
            minimum.filter(|value| !value.is_null()),
            maximum.filter(|value| !value.is_null()),
        ) {
            (None, None) => return None,
            (Some(minimum), None) => format!("at least {minimum}{unit}"),
            (None, Some(maximum)) => format!("at most {maximum}{unit}"),
            (Some(minimum), Some(maximum)) if minimum == maximum => format!("{minimum}{unit}"),
            (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}{unit}"),
        },
    )
}

/// Formats that say how wide a number is say nothing to a model.
fn format(name: &str) -> Option<String> {
    let width = ["int", "uint", "float", "double"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    (!width).then(|| format!("format {name}"))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
