//! The schema for best effort and for tools: the original, with an object at its root.

use serde_json::{Map, Value, json};

use super::{WireSchema, redirect};
use crate::shape::{Kind, Shapes};

/// Returns the member that wraps a value, because the root has to be an object.
pub(crate) fn wrapper(shapes: &Shapes) -> Option<&'static str> {
    match shapes.kind(shapes.root) {
        Kind::Object(..) => None,
        Kind::List(_) => Some("items"),
        _ => Some("value"),
    }
}

/// Returns the original schema, with an object at its root.
pub(crate) fn wire_schema(name: &str, schema: &Value, shapes: &Shapes) -> WireSchema {
    let mut root = schema.as_object().cloned().unwrap_or_default();
    root.shift_remove("$schema");
    root.shift_remove("title");
    let wrapped_in = wrapper(shapes);
    let schema = match wrapped_in {
        None => root,
        Some(member) => wrap(root, member),
    };
    WireSchema {
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
    // References to the root, and to what is in it, have to lead to its new place.
    let moved = |reference: &str| {
        let target = reference.strip_prefix('#')?;
        (!target.starts_with("/$defs/")).then(|| format!("#/$defs/__root{target}"))
    };
    let mut recursive = redirect(&mut value, &moved);
    for definition in definitions.values_mut() {
        recursive |= redirect(definition, &moved);
    }
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
