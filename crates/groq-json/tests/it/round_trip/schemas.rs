//! Random schemas, of the forms that derives write, and of those that people write.

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

/// Schemas as they are given at run time: with everything that JSON Schema has, and with recursion.
pub(super) fn runtime_schema() -> impl Strategy<Value = Value> {
    (loose_object(loose()), loose_object(leaves().boxed())).prop_map(|(mut root, mut node)| {
        let next = json!({"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]});
        node["properties"]["next"] = next;
        node["properties"]["more"] = json!({"type": "array", "items": {"$ref": "#/$defs/node"}});
        root["$defs"] = json!({"node": node, "word": {"type": "string", "description": "a word"}});
        root
    })
}

fn leaves() -> impl Strategy<Value = Value> + Clone {
    prop::sample::select(vec![
        json!({"type": "string"}),
        json!({"type": "integer", "maximum": 100}),
        json!({"type": ["string", "integer", "boolean"]}),
        json!({"type": ["number", "null"]}),
        json!({"type": ["array", "null"], "items": {"type": "integer"}}),
        json!({"type": ["object", "null"], "properties": {"q": {"type": "integer"}}, "required": ["q"]}),
        json!({"type": ["object", "string"], "additionalProperties": {"type": "integer"}}),
        json!({"const": "only"}),
        json!({"const": 3}),
        json!({"const": null}),
        json!({"const": [1]}),
        json!({"enum": ["a", 1, null, true]}),
        json!({"enum": ["a", "b"], "type": "string"}),
        json!({"enum": [1, 2.5]}),
        json!({"type": "string", "format": "date"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"$ref": "#/$defs/word"}),
        json!({"$ref": "#/$defs/word", "description": "another word", "minLength": 0}),
        json!({"type": "array"}),
        json!({"type": "object"}),
        json!({"type": "object", "properties": {}, "additionalProperties": false}),
        json!({"not": {"type": "string"}}),
        json!({"minimum": 3}),
        json!(true),
        json!({}),
    ])
}

fn loose() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        6 => leaves(),
        1 => Just(json!({"$ref": "#/$defs/node"})),
        1 => Just(json!({"anyOf": [{"$ref": "#"}, {"type": "null"}]})),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let objects = (loose_object(inner.clone()), loose_object(inner.clone()));
        prop_oneof![
            4 => loose_object(inner.clone()),
            1 => inner.clone().prop_map(|item| json!({"type": "array", "items": item})),
            1 => inner.clone().prop_map(|item| json!({"items": item})),
            1 => inner.clone().prop_map(|item| json!({"type": "array", "items": item, "uniqueItems": true, "maxItems": 2})),
            1 => pair.clone().prop_map(|(one, other)| json!({"type": "array", "prefixItems": [one, other], "items": false, "minItems": 2})),
            1 => pair.clone().prop_map(|(one, other)| json!({"type": "array", "prefixItems": [one, other]})),
            1 => inner.clone().prop_map(|item| json!({"type": "object", "additionalProperties": item})),
            1 => inner.clone().prop_map(|item| json!({"type": "object", "patternProperties": {"^\\d+$": item}, "additionalProperties": false})),
            1 => pair.clone().prop_map(|(one, other)| json!({"type": "object", "properties": {"p": one}, "patternProperties": {"^\\d+$": other}})),
            1 => pair.clone().prop_map(|(one, other)| json!({"type": "object", "properties": {"p": one}, "additionalProperties": other})),
            1 => inner.clone().prop_map(|part| json!({"allOf": [part], "description": "one part"})),
            1 => objects.clone().prop_map(|(one, other)| json!({"allOf": [one, other]})),
            1 => objects.clone().prop_map(|(mut one, other)| { one["allOf"] = json!([other]); one }),
            1 => pair.clone().prop_map(|(one, other)| json!({"anyOf": [one, other]})),
            1 => pair.clone().prop_map(|(one, other)| json!({"oneOf": [one, other]})),
            1 => objects.clone().prop_map(|(one, other)| json!({"oneOf": [one, other, {"type": "null"}]})),
            1 => objects.clone().prop_map(|(mut one, other)| { one["anyOf"] = json!([other, {"type": "object", "properties": {"z": {"const": "z"}}, "required": ["z"]}]); one }),
            1 => objects.prop_map(|(mut one, other)| { one["if"] = json!({"required": ["a"]}); one["then"] = other; one }),
            1 => loose_object(inner.clone()).prop_map(|mut one| { one["dependentRequired"] = json!({"a": ["b"]}); one }),
            1 => loose_object(inner.clone()).prop_map(|mut one| { one["minProperties"] = json!(1); one }),
            1 => loose_object(inner).prop_map(|mut one| { one["unevaluatedProperties"] = json!(false); one }),
            1 => pair.prop_map(|(one, other)| external(vec![one, other])),
        ]
    })
    .boxed()
}

/// An object that may be closed or not, and may forget to say that it is one.
fn loose_object(inner: impl Strategy<Value = Value> + Clone + 'static) -> BoxedStrategy<Value> {
    (object(inner), any::<bool>(), 0..5)
        .prop_map(|(mut object, closed, untyped)| {
            if closed {
                object["additionalProperties"] = false.into();
            }
            if untyped == 0 {
                object.as_object_mut().unwrap().shift_remove("type");
            }
            object
        })
        .boxed()
}
