//! A schema made of an example.

use serde_json::{Map, Value, json};

/// A schema for values like this one: the same keys, all of them there, and values of the same types.
///
/// The items of a list are taken together: what only some of them have may be absent. A `null` stands for anything.
pub(super) fn schema(example: &Value) -> Value {
    of(&[example])
}

/// A schema for values like any of these.
fn of(examples: &[&Value]) -> Value {
    let mut choices: Vec<Value> = Vec::new();
    let of_kind = |kind: fn(&Value) -> bool| {
        examples
            .iter()
            .copied()
            .filter(|value| kind(value))
            .collect::<Vec<_>>()
    };
    if !of_kind(Value::is_string).is_empty() {
        choices.push(json!({"type": "string"}));
    }
    let numbers = of_kind(Value::is_number);
    if !numbers.is_empty() {
        let whole = numbers
            .iter()
            .all(|number| number.is_i64() || number.is_u64());
        choices.push(json!({"type": if whole { "integer" } else { "number" }}));
    }
    if !of_kind(Value::is_boolean).is_empty() {
        choices.push(json!({"type": "boolean"}));
    }
    let lists = of_kind(Value::is_array);
    if !lists.is_empty() {
        let items: Vec<&Value> = lists
            .iter()
            .filter_map(|list| list.as_array())
            .flatten()
            .collect();
        choices.push(json!({"type": "array", "items": of(&items)}));
    }
    let objects = of_kind(Value::is_object);
    if !objects.is_empty() {
        choices.push(object(
            &objects
                .iter()
                .filter_map(|object| object.as_object())
                .collect::<Vec<_>>(),
        ));
    }
    let or_null = examples.iter().any(|value| value.is_null());
    match choices.len() {
        0 => json!({}),
        1 if !or_null => choices.remove(0),
        _ => {
            choices.extend(or_null.then(|| json!({"type": "null"})));
            json!({"anyOf": choices})
        }
    }
}

fn object(examples: &[&Map<String, Value>]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for key in examples.iter().flat_map(|example| example.keys()) {
        if properties.contains_key(key) {
            continue;
        }
        let values: Vec<&Value> = examples
            .iter()
            .filter_map(|example| example.get(key))
            .collect();
        if values.len() == examples.len() {
            required.push(key.clone());
        }
        properties.insert(key.clone(), of(&values));
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_becomes_its_schema() {
        let object = |properties: Value, required: Value| json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
        for (example, expected) in [
            (json!("a"), json!({"type": "string"})),
            (json!(3), json!({"type": "integer"})),
            (
                json!([1, 2.5]),
                json!({"type": "array", "items": {"type": "number"}}),
            ),
            (json!([]), json!({"type": "array", "items": {}})),
            (
                json!(["a", null]),
                json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}}),
            ),
            (
                json!(["a", true]),
                json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "boolean"}]}}),
            ),
            (
                json!({"n": 1, "who": {"x": null}}),
                object(
                    json!({"n": {"type": "integer"}, "who": object(json!({"x": {}}), json!(["x"]))}),
                    json!(["n", "who"]),
                ),
            ),
            (
                json!([{"a": 1, "b": 2}, {"a": 3}]),
                json!({"type": "array", "items": object(json!({"a": {"type": "integer"}, "b": {"type": "integer"}}), json!(["a"]))}),
            ),
        ] {
            assert_eq!(schema(&example), expected, "{example}");
        }
    }

    #[test]
    fn the_example_itself_fits() {
        let example = json!({"name": "Ada", "born": 1815, "tags": ["a"], "work": [{"year": 1843, "page": 1.5}], "more": null});
        let format = groq_json::Format::from_schema("example", schema(&example)).unwrap();
        let parsed = format
            .parse(&example.to_string(), groq_json::Finish::Stop)
            .unwrap();
        assert_eq!(parsed.value, example);
    }
}
