//! The schema for best effort and for tools: the original, with an object at its root.

use serde_json::{Map, Value, json};

use super::Wire;
use crate::shape::{Kind, Shapes};

/// The member that a value goes into where the root has to be an object and is none.
pub(crate) fn wrapper(shapes: &Shapes) -> Option<&'static str> {
    match shapes.kind(shapes.root) {
        Kind::Object(..) => None,
        Kind::List(_) => Some("items"),
        _ => Some("value"),
    }
}

/// The original schema, with an object at its root.
pub(crate) fn wire(name: &str, schema: &Value, shapes: &Shapes) -> Wire {
    let mut root = schema.as_object().cloned().unwrap_or_default();
    root.shift_remove("$schema");
    root.shift_remove("title");
    let wrapped_in = wrapper(shapes);
    let schema = match wrapped_in {
        None => root,
        Some(member) => wrap(root, member),
    };
    Wire {
        name: super::wire_name(name),
        schema,
        strict: false,
        wrapped_in,
    }
}

fn wrap(mut root: Map<String, Value>, member: &'static str) -> Map<String, Value> {
    let mut definitions = root
        .shift_remove("$defs")
        .and_then(|value| value.as_object().cloned())
        .unwrap_or_default();
    let mut value = Value::Object(root);
    // What referred to the root has to find it at its new place.
    let recursive = redirect(&mut value)
        | definitions
            .values_mut()
            .fold(false, |found, value| redirect(value) | found);
    if recursive {
        definitions.insert("__root".to_owned(), value);
        value = json!({"$ref": "#/$defs/__root"});
    }
    let mut wrapped = Map::new();
    wrapped.insert("type".to_owned(), "object".into());
    wrapped.insert("properties".to_owned(), json!({member: value}));
    wrapped.insert("required".to_owned(), json!([member]));
    wrapped.insert("additionalProperties".to_owned(), false.into());
    if !definitions.is_empty() {
        wrapped.insert("$defs".to_owned(), Value::Object(definitions));
    }
    wrapped
}

fn redirect(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let mut found = false;
            for (key, value) in members {
                if key == "$ref" && value == "#" {
                    *value = "#/$defs/__root".into();
                    found = true;
                } else {
                    found |= redirect(value);
                }
            }
            found
        }
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |found, item| redirect(item) | found),
        _ => false,
    }
}
