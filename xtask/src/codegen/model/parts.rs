//! Reads the parts of a description that stand everywhere: references, texts, operations.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{OpenAPI, Operation, ReferenceOr, Schema};
use serde_json::Value;

/// The prefix of a reference to a component schema.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

pub(super) fn to_value<T: serde::Serialize>(part: &T) -> Value {
    // Every part of the description came from data, so it goes back to data.
    serde_json::to_value(part).unwrap_or_default()
}

/// Whether a schema is the content of a file in a form.
pub(super) fn is_file(schema: &Value) -> bool {
    schema["type"] == "string" && schema["format"] == "binary"
}

/// The component that a reference names.
pub(crate) fn component(reference: &str) -> Option<String> {
    reference.strip_prefix(SCHEMAS).map(str::to_owned)
}

pub(crate) fn reference(schema: &ReferenceOr<Schema>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => reference.strip_prefix(SCHEMAS),
        ReferenceOr::Item(_) => None,
    }
}

/// The component that a schema in place stands for: a reference, or an `allOf` around one with a description of its own.
pub(crate) fn named(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref").or_else(|| {
        let parts = schema["allOf"].as_array()?;
        (parts.len() == 1).then(|| &parts[0]["$ref"])
    });
    reference?.as_str()?.strip_prefix(SCHEMAS)
}

/// The components that any `$ref` or mapping below a value names, those in extensions included.
pub(crate) fn references(value: &Value) -> BTreeSet<String> {
    match value {
        Value::String(text) => component(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(entries) => entries.values().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

pub(crate) fn closure(
    mut reached: BTreeSet<String>,
    edges: &BTreeMap<&str, BTreeSet<String>>,
) -> BTreeSet<String> {
    let mut open: Vec<String> = reached.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for next in edges.get(name.as_str()).into_iter().flatten() {
            if reached.insert(next.clone()) {
                open.push(next.clone());
            }
        }
    }
    reached
}

/// All operations, with their path and method.
pub(super) fn operations(api: &OpenAPI) -> Vec<(&str, &str, &Operation)> {
    let mut operations = Vec::new();
    for (path, item) in &api.paths.paths {
        if let ReferenceOr::Item(item) = item {
            operations.extend(
                item.iter()
                    .map(|(method, operation)| (path.as_str(), method, operation)),
            );
        }
    }
    operations
}
