//! Two schemas that both apply, as one.

use serde_json::{Map, Value};

/// A schema that asks for what both ask for, as far as keywords can say it.
pub(crate) fn merge(one: &Map<String, Value>, two: &Map<String, Value>) -> Map<String, Value> {
    let mut merged = one.clone();
    for (key, value) in two {
        let known = merged.get(key).filter(|known| *known != value);
        let both = match known {
            Some(known) => keyword(key, known, value),
            None => Some(value.clone()),
        };
        if let Some(both) = both {
            merged.insert(key.clone(), both);
        } else {
            // What cannot be put together stays apart, and is looked at when its turn comes.
            append(&mut merged, "allOf", single(key, value));
        }
    }
    merged
}

fn keyword(key: &str, one: &Value, two: &Value) -> Option<Value> {
    let both = match key {
        "properties" | "patternProperties" | "$defs" | "definitions" => by_key(one, two),
        "required" => union(one, two),
        "enum" => intersection(one, two),
        "type" => types(one, two),
        "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
            larger(one, two)
        }
        "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
            smaller(one, two)
        }
        "items" | "additionalProperties" => schemas(one, two),
        "allOf" => concatenated(one, two),
        "anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "$ref" | "pattern" | "multipleOf" => {
            return None;
        }
        _ => two.clone(),
    };
    Some(both)
}

fn single(key: &str, value: &Value) -> Value {
    Value::Object(Map::from_iter([(key.to_owned(), value.clone())]))
}

fn append(schema: &mut Map<String, Value>, key: &str, value: Value) {
    match schema.get_mut(key) {
        Some(Value::Array(list)) => list.push(value),
        _ => {
            schema.insert(key.to_owned(), Value::Array(vec![value]));
        }
    }
}

fn by_key(one: &Value, two: &Value) -> Value {
    let (Value::Object(one), Value::Object(two)) = (one, two) else {
        return two.clone();
    };
    let mut merged = one.clone();
    for (key, value) in two {
        let both = merged
            .get(key)
            .map_or_else(|| value.clone(), |known| schemas(known, value));
        merged.insert(key.clone(), both);
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

fn union(one: &Value, two: &Value) -> Value {
    let mut all = list(one);
    all.extend(
        list(two)
            .into_iter()
            .filter(|value| !list(one).contains(value)),
    );
    Value::Array(all)
}

fn intersection(one: &Value, two: &Value) -> Value {
    Value::Array(
        list(one)
            .into_iter()
            .filter(|value| list(two).contains(value))
            .collect(),
    )
}

fn concatenated(one: &Value, two: &Value) -> Value {
    Value::Array([list(one), list(two)].concat())
}

/// `integer` is also a `number`.
fn types(one: &Value, two: &Value) -> Value {
    let (one, two) = (list(one), list(two));
    let covers = |types: &[Value], kind: &Value| {
        types.contains(kind) || (kind == "integer" && types.iter().any(|other| other == "number"))
    };
    let mut both: Vec<Value> = one
        .iter()
        .filter(|kind| covers(&two, kind))
        .cloned()
        .collect();
    both.extend(
        two.iter()
            .filter(|kind| covers(&one, kind) && !one.contains(kind))
            .cloned(),
    );
    Value::Array(both)
}

fn larger(one: &Value, two: &Value) -> Value {
    if one.as_f64() >= two.as_f64() {
        one.clone()
    } else {
        two.clone()
    }
}

fn smaller(one: &Value, two: &Value) -> Value {
    if one.as_f64() <= two.as_f64() {
        one.clone()
    } else {
        two.clone()
    }
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list.clone(),
        other => vec![other.clone()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
