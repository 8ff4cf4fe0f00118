//! Two schemas that both apply, as one.

use serde_json::{Map, Value, json};

/// A schema that requires what both require, as far as keywords can say it.
pub(crate) fn merge(one: &Map<String, Value>, two: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = one.clone();
    for (key, value) in two {
        let known = merged.get(key).filter(|known| *known != value);
        let both = known.map_or(Some(value.clone()), |known| keyword(key, known, value));
        if let Some(both) = both {
            merged.insert(key.clone(), both);
        } else {
            // What cannot be put together stays apart, and is looked at when its turn comes.
            let mut all = list(merged.get("allOf").unwrap_or(&json!([])));
            all.push(json!({key: value}));
            merged.insert("allOf".to_owned(), Value::Array(all));
        }
    }
    merged
}

fn keyword(key: &str, one: &Value, two: &Value) -> Option<Value> {
    let is_larger = one.as_f64() >= two.as_f64();
    let other = |list: &[Value], value: &Value| !list.contains(value);
    let both = match key {
        "properties" | "patternProperties" | "$defs" | "definitions" => by_key(one, two),
        "required" => {
            let (mut all, more) = (list(one), list(two));
            let more: Vec<Value> = more
                .into_iter()
                .filter(|value| other(&all, value))
                .collect();
            all.extend(more);
            Value::Array(all)
        }
        "enum" => {
            let (mut common, allowed) = (list(one), list(two));
            common.retain(|value| allowed.contains(value));
            Value::Array(common)
        }
        "type" => types(one, two),
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            if is_larger { one } else { two }.clone()
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            if is_larger { two } else { one }.clone()
        }
        "items" | "additionalProperties" => schemas(one, two),
        "allOf" => Value::Array([list(one), list(two)].concat()),
        "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "$ref" | "pattern" | "multipleOf" => {
            return None;
        }
        _ => two.clone(),
    };
    Some(both)
}

fn by_key(one: &Value, two: &Value) -> Value {
    let (Value::Object(one), Value::Object(two)) = (one, two) else {
        return two.clone();
    };
    let mut merged = one.clone();
    for (key, value) in two {
        let both = merged.get(key).map(|known| schemas(known, value));
        merged.insert(key.clone(), both.unwrap_or_else(|| value.clone()));
    }
    Value::Object(merged)
}

fn schemas(one: &Value, two: &Value) -> Value {
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => Value::Object(merge(one, two)),
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        (Value::Bool(true), other) | (other, _) => other.clone(),
    }
}

/// `integer` is also a `number`.
fn types(one: &Value, two: &Value) -> Value {
    let (one, two) = (list(one), list(two));
    let covers = |types: &[Value], kind: &Value| {
        types.contains(kind) || (kind == "integer" && types.contains(&json!("number")))
    };
    let first = one.iter().filter(|kind| covers(&two, kind));
    let rest = two
        .iter()
        .filter(|kind| covers(&one, kind) && !one.contains(kind));
    Value::Array(first.chain(rest).cloned().collect())
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_put_together() {
        let table = [
            (
                json!({"type": "number"}),
                json!({"type": ["integer", "null"]}),
                json!({"type": ["integer"]}),
            ),
            (
                json!({"minimum": 1, "maximum": 9}),
                json!({"minimum": 3, "maximum": 5}),
                json!({"minimum": 3, "maximum": 5}),
            ),
            (
                json!({"required": ["a"]}),
                json!({"required": ["b", "a"]}),
                json!({"required": ["a", "b"]}),
            ),
            (
                json!({"properties": {"a": {"type": "string"}}}),
                json!({"properties": {"a": {"minLength": 2}, "b": true}}),
                json!({"properties": {"a": {"type": "string", "minLength": 2}, "b": true}}),
            ),
            (
                json!({"enum": [1, 2]}),
                json!({"enum": [2, 3]}),
                json!({"enum": [2]}),
            ),
            (
                json!({"anyOf": [1]}),
                json!({"anyOf": [2]}),
                json!({"anyOf": [1], "allOf": [{"anyOf": [2]}]}),
            ),
            (
                json!({"additionalProperties": false}),
                json!({"additionalProperties": {"type": "string"}}),
                json!({"additionalProperties": false}),
            ),
        ];
        for (one, two, expected) in table {
            let merged = merge(one.as_object().unwrap(), two.as_object().unwrap());
            assert_eq!(Value::Object(merged), expected, "{one} and {two}");
        }
    }
}
