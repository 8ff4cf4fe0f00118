//! The part of a schema that applies to a part of a value.

use serde_json::{Map, Value, json};

use super::redirect;
use crate::pointer;

/// Returns the schema of what `path` points to, as a document of its own.
pub(crate) fn at(root: &Value, path: &str) -> Option<Value> {
    let mut place = vec![String::new()];
    for segment in pointer::segments(path) {
        place = place
            .iter()
            .flat_map(|schema| step(root, schema, &segment, 0))
            .collect();
    }
    let references: Vec<Value> = place
        .iter()
        .map(|schema| json!({"$ref": format!("#/$defs/__root{schema}")}))
        .collect();
    if references.is_empty() {
        return None;
    }
    // The whole schema becomes a definition, and what refers to it or into it has to follow.
    let mut whole = root.clone();
    redirect(&mut whole, &|reference| {
        let target = reference.strip_prefix('#')?;
        Some(format!("#/$defs/__root{target}"))
    });
    let mut document = Map::new();
    document.insert("anyOf".to_owned(), Value::Array(references));
    document.insert("$defs".to_owned(), json!({"__root": whole}));
    Some(Value::Object(document))
}

/// Returns the schemas, as pointers, of one member or item of the values of the schema at `at`.
fn step(root: &Value, at: &str, segment: &str, depth: usize) -> Vec<String> {
    const MAX: usize = 32;
    let Some(schema) = root.pointer(at).filter(|_| depth < MAX) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if let Some(target) = schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| reference.strip_prefix('#'))
    {
        found.extend(step(root, target, segment, depth + 1));
    }
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let branches = schema
            .get(keyword)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..branches {
            found.extend(step(
                root,
                &format!("{at}/{keyword}/{index}"),
                segment,
                depth + 1,
            ));
        }
    }
    found.extend(member(schema, at, segment));
    found
}

fn member(schema: &Value, at: &str, segment: &str) -> Option<String> {
    if schema
        .get("properties")
        .and_then(|properties| properties.get(segment))
        .is_some()
    {
        return Some(pointer::child(&format!("{at}/properties"), segment));
    }
    if let Ok(index) = segment.parse::<usize>() {
        let first = schema
            .get("prefixItems")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        if index < first {
            return Some(format!("{at}/prefixItems/{index}"));
        }
        if schema.get("items").is_some_and(Value::is_object) {
            return Some(format!("{at}/items"));
        }
    }
    schema
        .get("additionalProperties")
        .filter(|rest| rest.is_object())?;
    Some(format!("{at}/additionalProperties"))
}
