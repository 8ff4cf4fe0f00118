//! A schema without a keyword that the service does not support. Replies are validated by the original all the same.

use serde_json::{Map, Value};

use super::{Holds, holds};
use crate::shape::notes;

/// Keywords without which a schema allows more, and nothing else changes. `oneOf` becomes `anyOf`.
const KEYWORDS: &str = "oneOf minItems maxItems uniqueItems contains minContains maxContains minLength maxLength pattern \
    format minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minProperties maxProperties propertyNames \
    dependentRequired not default examples title deprecated readOnly writeOnly contentEncoding contentMediaType $schema \
    $id $comment description";

/// Returns the keyword that a refusal of a schema names, if it can be left out.
pub(crate) fn named(refusal: &str, schema: &Map<String, Value>) -> Option<&'static str> {
    let is_word =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '$' | '_');
    let mut found = None;
    for (at, _) in refusal.char_indices() {
        let rest = &refusal[at..];
        let before = refusal[..at].chars().next_back();
        if before.is_some_and(is_word) {
            continue;
        }
        let word = rest.split(|character| !is_word(character)).next();
        let keyword = KEYWORDS.split(' ').find(|keyword| word == Some(keyword));
        let Some(keyword) = keyword.filter(|keyword| has(schema, keyword)) else {
            continue;
        };
        if before != Some('/') {
            return Some(keyword);
        }
        // The end of a pointer is the best there is, unless words say more.
        found = Some(keyword);
    }
    found
}

/// Returns whether a keyword occurs in a schema.
pub(crate) fn has(schema: &Map<String, Value>, keyword: &str) -> bool {
    schema.contains_key(keyword) || parts(schema).any(|part| has(part, keyword))
}

/// Removes a keyword from a schema. What it demands is added to descriptions.
pub(crate) fn without(schema: Map<String, Value>, keyword: &str) -> Map<String, Value> {
    let note = schema.get(keyword).and_then(|value| {
        let only = [(keyword.to_owned(), value.clone())].into_iter().collect();
        notes::notes(&only).pop()
    });
    let mut loose = Map::new();
    for (key, value) in schema {
        let value = each(&key, value, keyword);
        if key != keyword {
            loose.insert(key, value);
        } else if keyword == "oneOf" {
            loose.insert("anyOf".to_owned(), value);
        }
    }
    if let Some(note) = note {
        let text = match loose.get("description").and_then(Value::as_str) {
            Some(known) => format!("{known} ({note})"),
            None => note,
        };
        loose.insert("description".to_owned(), text.into());
    }
    loose
}

/// What is inside a keyword, without the other keyword.
fn each(key: &str, value: Value, keyword: &str) -> Value {
    let inner = |value: Value| match value {
        Value::Object(schema) => Value::Object(without(schema, keyword)),
        other => other,
    };
    match (holds(key), value) {
        (Holds::One, value) => inner(value),
        (Holds::List, Value::Array(items)) => items.into_iter().map(inner).collect(),
        (Holds::Named, Value::Object(members)) => members
            .into_iter()
            .map(|(name, value)| (name, inner(value)))
            .collect(),
        (_, value) => value,
    }
}

/// The schemas that a schema consists of.
fn parts(schema: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    schema.iter().flat_map(|(key, value)| {
        let inner: Vec<&Value> = match (holds(key), value) {
            (Holds::One, value) => vec![value],
            (Holds::List, Value::Array(items)) => items.iter().collect(),
            (Holds::Named, Value::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        };
        inner.into_iter().filter_map(Value::as_object)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn keywords_go_and_leave_a_note() {
        let schema = map(&json!({
            "type": "object",
            "properties": {
                "minItems": {"type": "array", "items": {"type": "string", "pattern": "^a"}, "minItems": 2, "description": "names"},
                "shape": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/S"}]},
            },
            "$defs": {"S": {"type": "array", "minItems": 1}},
        }));
        assert_eq!(
            Value::Object(without(schema.clone(), "minItems")),
            json!({
                "type": "object",
                "properties": {
                    "minItems": {"type": "array", "items": {"type": "string", "pattern": "^a"}, "description": "names (at least 2 items)"},
                    "shape": {"oneOf": [{"type": "null"}, {"$ref": "#/$defs/S"}]},
                },
                "$defs": {"S": {"type": "array", "description": "at least 1 items"}},
            })
        );
        let loose = without(schema, "oneOf");
        assert!(!has(&loose, "oneOf") && has(&loose, "anyOf"));
    }

    #[test]
    fn refusals_name_keywords() {
        let schema = map(&json!({
            "type": "object",
            "properties": {"format": {"type": "array", "minItems": 1, "uniqueItems": true}},
        }));
        for (refusal, expected) in [
            (
                "invalid JSON schema for response_format: 'x': /properties/format: minItems is not supported",
                Some("minItems"),
            ),
            (
                "'x': /properties/format/minItems: not supported",
                Some("minItems"),
            ),
            (
                "`uniqueItems` is not permitted at /properties/format",
                Some("uniqueItems"),
            ),
            ("maxItems is not supported", None),
            ("/properties/format: keyset_required_overlap", None),
        ] {
            assert_eq!(named(refusal, &schema), expected, "{refusal}");
        }
    }
}
