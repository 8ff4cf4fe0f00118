//! Whether a run-time schema can be used.

use serde_json::Value;

use super::drafts;
use crate::pointer;

/// The largest schema, in values.
const MAX_VALUES: usize = 20_000;
const MAX_DEPTH: usize = 64;

/// Returns the schema as one of draft 2020-12. Rejects what is not a JSON Schema, refers to other documents, or is too large, with
/// the path and the reason.
pub(crate) fn check(schema: Value) -> Result<Value, (String, String)> {
    walk(&schema)?;
    let Value::Object(mut schema) = schema else {
        return Err((String::new(), "a schema must be an object".to_owned()));
    };
    drafts::modernize(&mut schema)?;
    let schema = Value::Object(schema);
    jsonschema::meta::validate(&schema).map_err(|error| {
        (
            error.instance_path().to_string(),
            error.masked().to_string(),
        )
    })?;
    Ok(schema)
}

fn walk(schema: &Value) -> Result<(), (String, String)> {
    let mut left = MAX_VALUES;
    let mut next = vec![(String::new(), 0, schema)];
    while let Some((path, depth, value)) = next.pop() {
        left = left
            .checked_sub(1)
            .ok_or_else(|| (path.clone(), "the schema is too large".to_owned()))?;
        if depth > MAX_DEPTH {
            return Err((path, "the schema is nested too deeply".to_owned()));
        }
        match value {
            Value::Object(members) => {
                next.extend(
                    members
                        .iter()
                        .map(|(key, value)| (pointer::child(&path, key), depth + 1, value)),
                );
            }
            Value::Array(items) => {
                next.extend(items.iter().enumerate().map(|(index, item)| {
                    (pointer::child(&path, &index.to_string()), depth + 1, item)
                }));
            }
            _ => {}
        }
    }
    Ok(())
}
