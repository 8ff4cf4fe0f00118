//! Merges schemas that apply at the same time.

use serde_json::{Map, Value};

/// Keywords that do not constrain values.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "examples",
    "example",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
    "$schema",
    "$id",
    "$defs",
    "definitions",
];

/// Whether a keyword does not constrain values.
pub(crate) fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || keyword.starts_with("x-")
}

/// Whether a schema constrains values, other than by the keyword `except`.
pub(super) fn is_structural(schema: &Map<String, Value>, except: &str) -> bool {
    schema
        .keys()
        .any(|key| key != except && !is_annotation(key))
}

/// Returns a schema for what fits both; annotations are those of `own`. `None` if there is no such schema of our form.
pub(super) fn merge(
    own: &Map<String, Value>,
    other: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    if closes_out(own, other) || closes_out(other, own) {
        return None;
    }
    let mut merged = own.clone();
    for (key, theirs) in other {
        let Some(ours) = own.get(key) else {
            merged.insert(key.clone(), theirs.clone());
            continue;
        };
        let value = match key.as_str() {
            _ if ours == theirs => continue,
            "properties" => properties(ours.as_object()?, theirs.as_object()?)?,
            "required" => required(ours, theirs),
            "type" => types(ours, theirs)?,
            "additionalProperties" if *theirs == Value::Bool(true) => continue,
            "additionalProperties" if *ours == Value::Bool(true) => theirs.clone(),
            "minimum" | "minLength" | "minItems" | "exclusiveMinimum" => {
                extreme(ours, theirs, f64::gt)?
            }
            "maximum" | "maxLength" | "maxItems" | "exclusiveMaximum" => {
                extreme(ours, theirs, f64::lt)?
            }
            key if is_annotation(key) || key == "format" => continue,
            _ => return None,
        };
        merged.insert(key.clone(), value);
    }
    // Their members come first: a variant's tag is ours, and is best read first.
    Some(merged)
}

/// Whether a schema allows no members but its own, and another one has others.
fn closes_out(closed: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    let members = |schema: &Map<String, Value>| schema.get("properties")?.as_object().cloned();
    let own = members(closed).unwrap_or_default();
    closed.get("additionalProperties") == Some(&Value::Bool(false))
        && members(other).is_some_and(|members| members.keys().any(|key| !own.contains_key(key)))
}

fn properties(ours: &Map<String, Value>, theirs: &Map<String, Value>) -> Option<Value> {
    let mut all = ours.clone();
    for (name, schema) in theirs {
        let value = match ours.get(name) {
            Some(own) if own == schema => continue,
            Some(own) => Value::Object(merge(own.as_object()?, schema.as_object()?)?),
            None => schema.clone(),
        };
        all.insert(name.clone(), value);
    }
    Some(Value::Object(all))
}

fn required(ours: &Value, theirs: &Value) -> Value {
    let mut all = ours.as_array().cloned().unwrap_or_default();
    for name in theirs.as_array().into_iter().flatten() {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
    Value::Array(all)
}

fn types(ours: &Value, theirs: &Value) -> Option<Value> {
    let list = |value: &Value| match value {
        Value::Array(all) => all.clone(),
        one => vec![one.clone()],
    };
    let theirs = list(theirs);
    let mut both: Vec<Value> = list(ours)
        .into_iter()
        .filter(|kind| theirs.contains(kind))
        .collect();
    match both.len() {
        0 => None,
        1 => both.pop(),
        _ => Some(Value::Array(both)),
    }
}

fn extreme(ours: &Value, theirs: &Value, wins: fn(&f64, &f64) -> bool) -> Option<Value> {
    let (left, right) = (ours.as_f64()?, theirs.as_f64()?);
    Some(if wins(&left, &right) {
        ours.clone()
    } else {
        theirs.clone()
    })
}
