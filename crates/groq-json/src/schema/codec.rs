//! Encodes values in the strict form, and decodes them.

use serde_json::{Map, Value};

use crate::pointer::{self, within};
use crate::shape::{Field, Id, Kind, Rest, Shapes};

/// Encodes a value in the strict form.
pub(crate) fn encode(shapes: &Shapes, id: Id, value: &Value) -> Value {
    let Some(id) = shapes.pick_first(id, value) else {
        return value.clone();
    };
    match (shapes.kind(id), value) {
        (Kind::List(item), Value::Array(items)) => items
            .iter()
            .map(|value| encode(shapes, *item, value))
            .collect(),
        (Kind::Tuple(shapes_of), Value::Array(items)) => {
            let members = items.iter().zip(shapes_of).enumerate();
            let members =
                members.map(|(index, (value, id))| (index.to_string(), encode(shapes, *id, value)));
            Value::Object(members.collect())
        }
        (Kind::Object(_, Rest::Map(item)), Value::Object(members)) if shapes.is_map(id) => {
            let pair = |(key, value): (&String, &Value)| serde_json::json!({"key": key, "value": encode(shapes, *item, value)});
            members.iter().map(pair).collect()
        }
        (Kind::Object(fields, _), Value::Object(members)) => {
            let member = |field: &Field| {
                let value = members
                    .get(&field.name)
                    .map_or(Value::Null, |value| encode(shapes, field.shape, value));
                (field.name.clone(), value)
            };
            Value::Object(fields.iter().map(member).collect())
        }
        _ => value.clone(),
    }
}

/// Decodes a value from the strict form. Whatever does not have that form is left as it is, for the validator.
///
/// `nulls` receives the paths (on the wire) of every `null` that stands for an absent member.
pub(crate) fn decode(
    shapes: &Shapes,
    id: Id,
    value: Value,
    path: &mut String,
    nulls: &mut Vec<String>,
) -> Result<Value, String> {
    let Some(id) = on_the_wire(shapes, id, &value) else {
        return Ok(value);
    };
    match (shapes.kind(id), value) {
        (Kind::List(item), Value::Array(items)) => {
            let mut all = Vec::with_capacity(items.len());
            for (index, value) in items.into_iter().enumerate() {
                all.push(within(path, &index.to_string(), |path| {
                    decode(shapes, *item, value, path, nulls)
                })?);
            }
            Ok(Value::Array(all))
        }
        (Kind::Tuple(items), Value::Object(mut members)) => {
            let mut all = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let name = index.to_string();
                let value = members.remove(&name).unwrap_or_default();
                all.push(within(path, &name, |path| {
                    decode(shapes, *item, value, path, nulls)
                })?);
            }
            Ok(Value::Array(all))
        }
        (Kind::Object(_, Rest::Map(item)), Value::Array(pairs)) => {
            map(shapes, *item, pairs, path, nulls)
        }
        (Kind::Object(fields, _), Value::Object(mut members)) => {
            for field in fields {
                object_member(shapes, field, &mut members, path, nulls)?;
            }
            Ok(Value::Object(members))
        }
        (_, value) => Ok(value),
    }
}

fn object_member(
    shapes: &Shapes,
    field: &Field,
    members: &mut Map<String, Value>,
    path: &mut String,
    nulls: &mut Vec<String>,
) -> Result<(), String> {
    let Some(slot) = members.get_mut(&field.name) else {
        return Ok(());
    };
    if slot.is_null() && !field.required && !shapes.is_nullable(field.shape) {
        members.shift_remove(&field.name);
        nulls.push(pointer::child(path, &field.name));
        return Ok(());
    }
    let value = std::mem::take(slot);
    *slot = within(path, &field.name, |path| {
        decode(shapes, field.shape, value, path, nulls)
    })?;
    Ok(())
}

/// Returns where in the strict form the value is that `path` points to in `value`.
pub(crate) fn wire_path(shapes: &Shapes, value: &Value, path: &str) -> String {
    let mut wire = String::new();
    let mut place = Some((shapes.root, value));
    for segment in pointer::segments(path) {
        let here = place.and_then(|(id, value)| Some((shapes.pick_first(id, value)?, value)));
        let Some((id, value)) = here else {
            pointer::push(&mut wire, &segment);
            continue;
        };
        let (inner, next) = match (shapes.kind(id), value) {
            (Kind::Object(_, Rest::Map(item)), Value::Object(members)) if shapes.is_map(id) => {
                let index = members.keys().position(|key| *key == segment);
                pointer::push_index(&mut wire, index.unwrap_or(members.len()));
                pointer::push(&mut wire, "value");
                place = members.get(segment.as_ref()).map(|value| (*item, value));
                continue;
            }
            (Kind::Object(fields, _), Value::Object(members)) => {
                let field = fields.iter().find(|field| field.name == segment);
                (
                    field.map(|field| field.shape),
                    members.get(segment.as_ref()),
                )
            }
            (Kind::List(item), Value::Array(items)) => {
                let index = pointer::index(&segment);
                (Some(*item), index.and_then(|index| items.get(index)))
            }
            (Kind::Tuple(shapes), Value::Array(items)) => {
                let index = pointer::index(&segment);
                (
                    index.and_then(|index| shapes.get(index).copied()),
                    index.and_then(|index| items.get(index)),
                )
            }
            _ => (None, None),
        };
        pointer::push(&mut wire, &segment);
        place = inner.zip(next);
    }
    wire
}

/// Decodes a map from its keys and values. A key that is repeated with a different value is an error: its path.
fn map(
    shapes: &Shapes,
    item: Id,
    pairs: Vec<Value>,
    path: &mut String,
    nulls: &mut Vec<String>,
) -> Result<Value, String> {
    let is_pair =
        |pair: &Value| pair.get("key").is_some_and(Value::is_string) && pair.get("value").is_some();
    if !pairs.iter().all(is_pair) {
        return Ok(Value::Array(pairs));
    }
    let mut members = Map::new();
    for (index, mut pair) in pairs.into_iter().enumerate() {
        let (Some(Value::String(key)), value) = (pair.get("key").cloned(), pair["value"].take())
        else {
            continue;
        };
        let value = within(path, &index.to_string(), |path| {
            within(path, "value", |path| {
                decode(shapes, item, value, path, nulls)
            })
        })?;
        match members.get(&key) {
            Some(known) if *known != value => return Err(pointer::child(path, &key)),
            _ => members.insert(key, value),
        };
    }
    Ok(Value::Object(members))
}

/// Returns the alternative that a value on the wire is meant as.
fn on_the_wire(shapes: &Shapes, id: Id, value: &Value) -> Option<Id> {
    if !matches!(shapes.kind(id), Kind::Union(_)) {
        return Some(id);
    }
    let leaves = shapes.leaves(id).iter().copied();
    // The strict form of an alternative has all of its members. Other forms are left to the validator.
    let complete = |leaf: &Id| match (shapes.kind(*leaf), value) {
        (Kind::Object(fields, _), Value::Object(members)) => {
            members.len() == fields.len()
                && fields.iter().all(|field| members.contains_key(&field.name))
        }
        _ => true,
    };
    let fits = |leaf: &Id| may_be(shapes, *leaf, value);
    leaves
        .clone()
        .find(|leaf| fits(leaf) && complete(leaf))
        .or_else(|| leaves.clone().find(fits))
}

/// Whether a value on the wire can be meant as this, by its own members alone.
fn may_be(shapes: &Shapes, leaf: Id, value: &Value) -> bool {
    match (shapes.kind(leaf), value) {
        (Kind::List(_), Value::Array(_)) => true,
        (Kind::Tuple(items), Value::Object(members)) => {
            members.len() == items.len()
                && (0..items.len()).all(|index| members.contains_key(&index.to_string()))
        }
        (Kind::Object(..), Value::Array(_)) => shapes.is_map(leaf),
        (Kind::Object(fields, _), Value::Object(members)) => {
            !shapes.is_map(leaf) && fields.iter().all(|field| has(shapes, field, members))
        }
        _ => false,
    }
}

fn has(shapes: &Shapes, field: &Field, members: &Map<String, Value>) -> bool {
    match (members.get(&field.name), shapes.kind(field.shape)) {
        (None, _) => !field.required,
        (Some(value), Kind::Choice(values)) => {
            values.contains(value) || (value.is_null() && !field.required)
        }
        (Some(_), _) => true,
    }
}
