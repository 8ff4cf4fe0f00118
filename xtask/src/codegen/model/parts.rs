//! Reads the parts of a description that stand everywhere: references, texts, operations.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{ReferenceOr, Schema};
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
pub(crate) fn component_of(reference: &str) -> Option<&str> {
    reference.strip_prefix(SCHEMAS)
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
        Value::String(text) => component_of(text).map(str::to_owned).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Object(entries) => entries.values().flat_map(references).collect(),
        _ => BTreeSet::new(),
    }
}

/// What can be reached from some components, with themselves.
pub(super) fn closure(
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

/// All operations, each with its path and its method.
pub(crate) fn operations(api: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = api["paths"].as_object().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = METHODS
            .into_iter()
            .filter(|method| item[method].is_object());
        methods.map(|method| (path.as_str(), method, &item[method]))
    })
}

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];
