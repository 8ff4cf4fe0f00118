//! A schema made of an example.

use serde_json::{Map, Value, json};

/// Makes a schema for values like this one: the same keys, all of them required, and values of the same types.
///
/// The items of a list are taken together: a key that only some of them have is optional. A `null` stands for anything.
pub(super) fn schema(example: &Value) -> Value {
    of(&[example])
}

/// Makes a schema for values like any of these.
fn of(examples: &[&Value]) -> Value {
    let mut choices: Vec<Value> = Vec::new();
    let any = |kind: fn(&Value) -> bool| examples.iter().any(|value| kind(value));
    if any(Value::is_string) {
        choices.push(json!({"type": "string"}));
    }
    if any(Value::is_f64) {
        choices.push(json!({"type": "number"}));
    } else if any(Value::is_number) {
        choices.push(json!({"type": "integer"}));
    }
    if any(Value::is_boolean) {
        choices.push(json!({"type": "boolean"}));
    }
    if any(Value::is_array) {
        let lists = examples.iter().filter_map(|value| value.as_array());
        choices.push(json!({"type": "array", "items": of(&lists.flatten().collect::<Vec<_>>())}));
    }
    if any(Value::is_object) {
        let objects = examples.iter().filter_map(|value| value.as_object());
        choices.push(object(&objects.collect::<Vec<_>>()));
    }
    let or_null = any(Value::is_null);
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
