//! Somebody else's validator judges what is generated.

use serde_json::{Value, json};

use super::*;

fn made(schema: &Value, prompt: &str, seed: u64) -> Value {
    let text = generate(schema, &Hints::new(prompt), &Random::new(seed)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn values_are_valid_under_their_schema() {
    for schema in table() {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        for seed in 0..60 {
            for prompt in [
                "",
                "Compare 3 cities such as Paris and New York, please. count=5, kind=circle",
            ] {
                let value = made(&schema, prompt, seed);
                let errors: Vec<String> = validator
                    .iter_errors(&value)
                    .map(|error| error.to_string())
                    .collect();
                assert!(
                    errors.is_empty(),
                    "{errors:?}\nschema {schema}\nvalue {value}"
                );
            }
        }
    }
}

fn table() -> Vec<Value> {
    vec![
        json!({}),
        json!({"type": "string"}),
        json!({"type": ["integer", "null"]}),
        json!({"type": "object"}),
        json!({"type": "array"}),
        json!({"const": {"a": [1]}}),
        json!({"enum": ["a", 1, null]}),
        json!({"type": "string", "enum": ["a", 1, null]}),
        json!({"type": "string", "minLength": 40}),
        json!({"type": "string", "maxLength": 2}),
        json!({"type": "string", "pattern": "^[A-Z]{2}\\d+$"}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "date"}),
        json!({"type": "string", "format": "time"}),
        json!({"type": "string", "format": "duration"}),
        json!({"type": "string", "format": "email"}),
        json!({"type": "string", "format": "uri"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "string", "format": "ipv4"}),
        json!({"type": "string", "format": "ipv6"}),
        json!({"type": "string", "format": "hostname"}),
        json!({"type": "string", "format": "json-pointer"}),
        json!({"type": "string", "format": "regex"}),
        json!({"type": "integer", "minimum": 2, "maximum": 4}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.25}),
        json!({"type": "array", "items": {"type": "integer"}, "minItems": 5, "maxItems": 6}),
        json!({"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 4}, "minItems": 5, "uniqueItems": true}),
        json!({"type": "array", "items": {"type": "boolean"}, "minItems": 2, "uniqueItems": true}),
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false, "minItems": 2}),
        json!({"type": "array", "contains": {"const": 7}, "items": {"type": "integer"}}),
        json!({"type": "array", "maxItems": 0}),
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"], "additionalProperties": false}),
        json!({"type": "object", "additionalProperties": {"type": "number"}}),
        json!({"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 4}),
        json!({"type": "object", "patternProperties": {"^\\d+$": {"type": "string"}}, "additionalProperties": false}),
        json!({"type": "object", "propertyNames": {"enum": ["x", "y"]}, "additionalProperties": {"type": "integer"}}),
        json!({"type": "object", "properties": {"a": true, "b": true, "c": true}, "maxProperties": 2, "required": ["c"]}),
        json!({"type": "object", "properties": {"a": true, "b": {"type": "integer"}}, "dependentRequired": {"a": ["b"]}}),
        json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, {"properties": {"b": {"type": "integer"}}, "required": ["b"]}]}),
        json!({"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}, {"type": "null"}]}),
        json!({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 0.5}]}),
        json!({"type": "integer", "not": {"enum": [1, 2, 3]}}),
        json!({"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "size": {"type": "integer"}}, "required": ["kind"], "if": {"properties": {"kind": {"const": "a"}}}, "then": {"required": ["size"]}, "else": {"properties": {"size": false}}}),
        json!({"oneOf": [
            {"type": "object", "properties": {"kind": {"const": "circle"}, "radius": {"type": "number", "exclusiveMinimum": 0}}, "required": ["kind", "radius"], "additionalProperties": false},
            {"type": "object", "properties": {"kind": {"const": "square"}, "side": {"type": "number"}}, "required": ["kind", "side"], "additionalProperties": false},
        ]}),
        tree(),
        json!({"$defs": {"a": {"type": "object", "properties": {"b": {"$ref": "#/$defs/b"}}, "required": ["b"]}, "b": {"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}]}}, "required": ["a"]}}, "$ref": "#/$defs/a"}),
        json!({"type": "object", "properties": {"left": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}, "right": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["left", "right"], "additionalProperties": false}),
        json!({"$defs": {"name": {"type": "string", "maxLength": 5}}, "type": "object", "properties": {"first": {"$ref": "#/$defs/name", "description": "x"}}, "required": ["first"]}),
    ]
}

fn tree() -> Value {
    json!({
        "type": "object",
        "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
        "required": ["label", "children"],
        "additionalProperties": false,
    })
}

#[test]
fn what_has_no_finite_value_is_refused_at_once() {
    let object = |properties: Value| {
        let names: Vec<&String> = properties.as_object().unwrap().keys().collect();
        json!({"type": "object", "required": names, "properties": properties, "additionalProperties": false})
    };
    let chain = |last: Value| {
        let mut defs: Value = (0..60)
            .map(|n| {
                let next = json!({"$ref": format!("#/$defs/n{}", n + 1)});
                (format!("n{n}"), object(json!({"a": next, "b": next})))
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        defs["n60"] = last;
        json!({"$defs": defs, "$ref": "#/$defs/n0"})
    };
    let know_each_other: Value = (0..13)
        .map(|n| {
            let others: serde_json::Map<_, _> = (0..13)
                .map(|m| (format!("p{m}"), json!({"$ref": format!("#/$defs/o{m}")})))
                .collect();
            (format!("o{n}"), object(others.into()))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let table = [
        (
            object(json!({"a": {"$ref": "#"}, "b": {"$ref": "#"}})),
            NoValue::Infinite,
        ),
        (object(json!({"next": {"$ref": "#"}})), NoValue::Infinite),
        (
            json!({"type": "array", "minItems": 1, "items": {"$ref": "#"}}),
            NoValue::Infinite,
        ),
        (
            json!({"anyOf": [{"$ref": "#/anyOf/1"}, {"$ref": "#/anyOf/0"}]}),
            NoValue::Infinite,
        ),
        (
            json!({"allOf": [{"type": "string"}, {"$ref": "#"}]}),
            NoValue::Infinite,
        ),
        (
            json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}),
            NoValue::Infinite,
        ),
        (chain(json!({"$ref": "#/$defs/n0"})), NoValue::Infinite),
        // Finite, but of 2 to the power of 60 values, or as deep as nobody reads.
        (chain(json!({"type": "string"})), NoValue::TooLarge),
        (
            json!({"$defs": know_each_other, "$ref": "#/$defs/o0"}),
            NoValue::Infinite,
        ),
    ];
    for (schema, expected) in table {
        let made = generate(&schema, &Hints::new(""), &Random::new(0));
        assert_eq!(made, Err(expected), "{schema}");
    }
}

#[test]
fn recursion_comes_to_an_end_where_it_may() {
    let mutual: Value = (0..13)
        .map(|n| {
            let others: serde_json::Map<_, _> = (0..13)
                .map(|m| (format!("p{m}"), json!({"$ref": format!("#/$defs/o{m}")})))
                .collect();
            (
                format!("o{n}"),
                json!({"type": "object", "properties": others, "additionalProperties": false}),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    for schema in [
        json!({"$defs": {"n": {"type": "object", "properties": {"a": {"$ref": "#/$defs/n"}, "b": {"$ref": "#/$defs/n"}, "c": {"$ref": "#/$defs/n"}}}}, "$ref": "#/$defs/n"}),
        json!({"$defs": mutual, "$ref": "#/$defs/o0"}),
        json!({"type": "array", "items": {"$ref": "#"}}),
        json!({"anyOf": [{"type": "object", "properties": {"x": {"$ref": "#"}}, "required": ["x"]}, {"type": "integer"}]}),
    ] {
        let value = made(&schema, "", 0);
        assert!(jsonschema::is_valid(&schema, &value) && value.to_string().len() < 200_000);
    }
}

#[test]
fn keys_come_in_the_order_of_required() {
    let schema = json!({"type": "object", "properties": {"a": {"const": 1}, "b": {"const": 2}, "c": {"const": 3}}, "required": ["c", "a", "b"]});
    assert_eq!(
        generate(&schema, &Hints::new(""), &Random::new(0)).as_deref(),
        Ok(r#"{"c":3,"a":1,"b":2}"#)
    );
}

#[test]
fn values_of_the_prompt_are_used() {
    let schema = json!({
        "$defs": {"Checks": {"type": "object", "properties": {"compile": {"type": "boolean"}, "replay": {"type": "boolean"}}, "required": ["compile", "replay"]}},
        "type": "object",
        "properties": {"checks": {"$ref": "#/$defs/Checks"}, "lane": {"type": "string"}, "risk": {"enum": ["high", "low"]}},
        "required": ["lane", "checks", "risk"],
    });
    let prompt = "Return lane=canary, risk=low, checks.compile=true, and checks.replay=true.";
    let expected =
        json!({"lane": "canary", "checks": {"compile": true, "replay": true}, "risk": "low"});
    assert_eq!(made(&schema, prompt, 5), expected);
}

#[test]
fn no_schema_makes_it_panic() {
    for schema in [
        json!({"type": "nonsense", "enum": 3, "required": {"a": 1}, "properties": []}),
        json!({"type": [], "minLength": -1, "maxLength": "x"}),
        json!({"enum": []}),
        json!({"anyOf": []}),
        json!({"anyOf": [false]}),
        json!({"allOf": [false, 1, null]}),
        json!({"type": "integer", "minimum": 1e300, "maximum": -1e300}),
        json!({"type": "integer", "multipleOf": 0, "minimum": i64::MAX}),
        json!({"type": "array", "minItems": 1e18, "maxItems": -3}),
        json!({"type": "object", "minProperties": 1e18, "propertyNames": false}),
        json!({"type": "string", "minLength": u64::MAX}),
        json!({"$ref": 3}),
        json!({"$ref": "http://elsewhere.example/x"}),
        json!({"not": {}}),
        json!({"if": {}, "then": false}),
    ] {
        for seed in 0..20 {
            let _ = generate(&schema, &Hints::new("1e999 x=1e999"), &Random::new(seed));
        }
    }
}
