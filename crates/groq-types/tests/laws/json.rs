//! Comparing and changing JSON.

use serde_json::Value;

/// Equal, numbers by value: `7` is `7.0`.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (left.as_i128(), right.as_i128()) {
            (Some(left), Some(right)) => left == right,
            _ => left.as_f64() == right.as_f64(),
        },
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let pairs = |(key, value): (&String, &Value)| {
                right.get(key).is_some_and(|other| same(value, other))
            };
            left.len() == right.len() && left.iter().all(pairs)
        }
        (left, right) => left == right,
    }
}

/// The pointer to a key or an index below another.
pub(crate) fn below(pointer: &str, step: &str) -> String {
    format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
}

/// Replaces what a pointer names.
pub(crate) fn replaced(json: &Value, pointer: &str, new: Value) -> Value {
    let mut json = json.clone();
    *json.pointer_mut(pointer).unwrap() = new;
    json
}

/// Adds a key to the object that a pointer names, or replaces its value.
pub(crate) fn with_key(json: &Value, pointer: &str, key: &str, value: Value) -> Value {
    let mut json = json.clone();
    json.pointer_mut(pointer)
        .and_then(Value::as_object_mut)
        .unwrap()
        .insert(key.to_owned(), value);
    json
}

/// Takes out the key of an object that a pointer names.
pub(crate) fn without(json: &Value, pointer: &str) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let mut json = json.clone();
    json.pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .unwrap()
        .remove(&key)
        .unwrap();
    json
}
