//! Random schemas, of the forms that derives write.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

pub(super) fn any_schema() -> impl Strategy<Value = Value> {
    schema().prop_filter("a schema given at run time is an object", Value::is_object)
}

fn schema() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": "string", "minLength": 1, "maxLength": 1})),
        Just(json!({"type": "integer", "format": "uint8", "minimum": 0, "maximum": 255})),
        Just(json!({"type": "number", "minimum": 1, "maximum": 5})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "null"})),
        Just(json!({"type": ["integer", "null"]})),
        Just(json!({"type": "string", "enum": ["a", "b"]})),
        Just(
            json!({"oneOf": [{"const": "x", "type": "string", "description": "first"}, {"const": "y", "type": "string"}]})
        ),
        Just(json!({"type": ["string", "null"], "enum": ["a", null]})),
        Just(json!({"type": "string", "format": "email"})),
        Just(json!(true)),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            4 => object(inner.clone()),
            1 => inner.clone().prop_map(|item| json!({"type": "array", "items": item})),
            1 => inner.clone().prop_map(|item| json!({"type": "array", "items": item, "minItems": 2, "maxItems": 2})),
            1 => inner.clone().prop_map(|item| json!({"type": "object", "additionalProperties": item})),
            1 => prop::collection::vec(inner.clone(), 1..3).prop_map(|items| {
                let count = items.len();
                json!({"type": "array", "prefixItems": items, "minItems": count, "maxItems": count})
            }),
            1 => inner.clone().prop_map(|item| json!({"anyOf": [item, {"type": "null"}]})),
            1 => prop::collection::vec(inner.clone(), 1..4).prop_map(external),
            1 => prop::collection::vec(object(inner.clone()), 1..4).prop_map(internal),
            1 => prop::collection::vec(inner.clone(), 1..4).prop_map(adjacent),
            1 => prop::collection::vec(inner, 1..3).prop_map(|branches| json!({"anyOf": branches})),
        ]
    })
    .boxed()
}

fn object(inner: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Value> {
    let member = (
        prop_oneof!["[a-d]", Just("a/b~".to_owned())],
        inner,
        any::<bool>(),
    );
    prop::collection::vec(member, 0..4)
        .prop_map(|members| {
            let mut properties = Map::new();
            let mut required = Vec::new();
            for (name, schema, needed) in members {
                if properties.insert(name.clone(), schema).is_none() && needed {
                    required.push(name);
                }
            }
            json!({"type": "object", "properties": properties, "required": required})
        })
        .boxed()
}

fn external(branches: Vec<Value>) -> Value {
    let mut all = vec![json!({"type": "string", "enum": ["Unit"]})];
    for (index, branch) in branches.into_iter().enumerate() {
        let name = format!("V{index}");
        all.push(json!({"type": "object", "properties": {name.clone(): branch}, "required": [name], "additionalProperties": false}));
    }
    json!({"oneOf": all})
}

fn internal(branches: Vec<Value>) -> Value {
    let tagged = branches.into_iter().enumerate().map(|(index, mut branch)| {
        let mut properties = Map::new();
        properties.insert(
            "type".to_owned(),
            json!({"type": "string", "const": format!("v{index}")}),
        );
        properties.extend(
            branch["properties"]
                .as_object()
                .cloned()
                .unwrap_or_default(),
        );
        branch["properties"] = Value::Object(properties);
        let mut required = vec![json!("type")];
        required.extend(branch["required"].as_array().cloned().unwrap_or_default());
        branch["required"] = Value::Array(required);
        branch
    });
    json!({"oneOf": tagged.collect::<Vec<_>>()})
}

fn adjacent(branches: Vec<Value>) -> Value {
    let tagged = branches.into_iter().enumerate().map(|(index, branch)| {
        json!({
            "type": "object",
            "properties": {"t": {"type": "string", "const": format!("v{index}")}, "c": branch},
            "required": ["t", "c"],
        })
    });
    json!({"oneOf": tagged.collect::<Vec<_>>()})
}
