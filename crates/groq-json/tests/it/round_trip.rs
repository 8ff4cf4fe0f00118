//! Types and values through the strict schema and back, or the reason why not.

mod instances;
mod schemas;
mod types;

use std::cell::Cell;

use groq_json::{Finish, Format, JsonSchema, Mode};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use instances::Random;

/// A value without the members that are null: absent and null mean the same where a schema allows both.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), without_nulls(value)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Whether some list has two items that differ only in that a member is null or absent, which makes them equal here.
fn blurs(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.values().any(blurs),
        Value::Array(items) => {
            let mut pairs = items
                .iter()
                .enumerate()
                .flat_map(|(index, one)| items[..index].iter().map(move |other| (one, other)));
            pairs.any(|(one, other)| one != other && without_nulls(one) == without_nulls(other))
                || items.iter().any(blurs)
        }
        _ => false,
    }
}

fn assert_sound(wire: &groq_json::WireSchema) {
    const ALLOWED: &[&str] = &[
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "anyOf",
        "$ref",
        "$defs",
        "description",
    ];
    fn walk(schema: &Value, at: &str) {
        let Some(schema) = schema.as_object() else {
            panic!("{at}: {schema} is no schema")
        };
        for (key, value) in schema {
            assert!(ALLOWED.contains(&key.as_str()), "{at} has {key}");
            match key.as_str() {
                "properties" | "$defs" => value
                    .as_object()
                    .unwrap()
                    .iter()
                    .for_each(|(name, part)| walk(part, &format!("{at}/{name}"))),
                "items" => walk(value, at),
                "anyOf" => value
                    .as_array()
                    .unwrap()
                    .iter()
                    .for_each(|part| walk(part, at)),
                _ => {}
            }
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            assert_eq!(schema["additionalProperties"], false, "{at}");
            let required: Vec<&str> = schema["required"]
                .as_array()
                .unwrap()
                .iter()
                .map(|key| key.as_str().unwrap())
                .collect();
            assert_eq!(required, properties.keys().collect::<Vec<_>>(), "{at}");
        }
        if schema.contains_key("$ref") {
            assert_eq!(
                schema
                    .keys()
                    .filter(|key| *key != "$ref" && *key != "$defs")
                    .count(),
                0,
                "{at}: a reference stands alone"
            );
        }
    }
    let schema = Value::Object(wire.schema.clone());
    assert_eq!(schema["type"], "object");
    assert!(schema.get("anyOf").is_none());
    walk(&schema, "");
}

/// One value through the wire and back.
fn round_trip<T: DeserializeOwned + Serialize + 'static>(format: &Format<T>, value: &Value) {
    let wire = format.wire_schema(Mode::Strict).unwrap();
    let encoded = format
        .encode(value)
        .unwrap_or_else(|error| panic!("{error:?}\n{value}"));
    let validator = jsonschema::draft202012::new(&Value::Object(wire.schema.clone())).unwrap();
    if let Err(error) = validator.validate(&encoded) {
        panic!(
            "{error}\nvalue   {value}\nencoded {encoded}\nwire {}",
            Value::Object(wire.schema.clone())
        );
    }
    let parsed = format.parse_wire(wire, &encoded.to_string(), Finish::Stop);
    let parsed =
        parsed.unwrap_or_else(|error| panic!("{error:?}\nvalue   {value}\nencoded {encoded}"));
    let back = serde_json::to_value(&parsed.value).unwrap();
    assert_eq!(
        without_nulls(&back),
        without_nulls(value),
        "encoded {encoded}"
    );
}

/// Random values of a type, through the wire and back; or its obstacles.
fn check<T: JsonSchema + DeserializeOwned + Serialize + 'static>() -> Vec<String> {
    let format = Format::<T>::new().unwrap();
    let obstacles: Vec<String> = format
        .incompatibilities()
        .iter()
        .map(|obstacle| obstacle.path.clone())
        .collect();
    if !obstacles.is_empty() {
        assert!(format.wire_schema(Mode::Strict).is_err());
        return obstacles;
    }
    assert_sound(format.wire_schema(Mode::Strict).unwrap());
    let mut tried = 0;
    for seed in 0..300 {
        let instance = Random::new(seed).instance(format.schema());
        // Through the type, so that it is a value that the type serialises to.
        let Ok(value) = serde_json::from_value::<T>(instance) else {
            continue;
        };
        tried += 1;
        round_trip(&format, &serde_json::to_value(&value).unwrap());
    }
    assert!(
        tried > 100,
        "{tried} of 300 instances fit the type {}",
        std::any::type_name::<T>()
    );
    Vec::new()
}

#[test]
fn every_type_comes_back_or_says_why_not() {
    types::each();
}

#[test]
fn the_schemas_of_the_documentation_come_back() {
    let recipe = json!({
        "$defs": {"Ingredient": {
            "properties": {
                "name": {"title": "Name", "type": "string"},
                "quantity": {"title": "Quantity", "type": "string"},
                "quantity_unit": {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Quantity Unit"},
            },
            "required": ["name", "quantity", "quantity_unit"], "title": "Ingredient", "type": "object",
        }},
        "properties": {
            "recipe_name": {"title": "Recipe Name", "type": "string"},
            "ingredients": {"items": {"$ref": "#/$defs/Ingredient"}, "title": "Ingredients", "type": "array"},
            "directions": {"items": {"type": "string"}, "title": "Directions", "type": "array"},
        },
        "required": ["recipe_name", "ingredients", "directions"], "title": "Recipe", "type": "object",
    });
    let format = Format::from_schema("Recipe", recipe).unwrap();
    assert_eq!(format.incompatibilities(), []);
    for seed in 0..100 {
        let value = Random::new(seed).instance(format.schema());
        round_trip(&format, &value);
    }
}

#[test]
fn what_cannot_be_strict_says_where_and_why() {
    let table = [
        (json!({"type": "object", "properties": {"a": {}}}), "/a"),
        (
            json!({"type": "object", "properties": {"a": {"type": "array", "items": true}}}),
            "/a/*",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": true}),
            "",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": ["string", "null"], "x-distinct-null": true}}}),
            "/a",
        ),
        (
            json!({"anyOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"type": "object", "properties": {"a": {"type": "string"}}}]}),
            "",
        ),
        (
            json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/nowhere"}}}),
            "/a",
        ),
        (
            json!({"type": "object", "properties": {"a": {"properties": {"b": {"type": "null"}}}}}),
            "/a",
        ),
        (
            json!({"type": "object", "properties": {"a": {"items": {"type": "null"}}}}),
            "/a",
        ),
        (
            json!({"type": "object", "properties": {"a": {"oneOf": [
                {"type": ["string", "null"]}, {"type": ["integer", "null"]}]}}}),
            "/a",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "object", "additionalProperties": false,
                "allOf": [{"type": "object", "properties": {"b": {"type": "null"}}}]}}}),
            "/a",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "minProperties": 1}),
            "/a",
        ),
        (
            json!({"type": "object", "properties": {"a": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "array", "items": {"type": "integer"}}]}}}),
            "/a",
        ),
    ];
    for (schema, path) in table {
        match Format::from_schema("x", schema.clone()) {
            Ok(format) => {
                assert_eq!(format.incompatibilities()[0].path, path, "{schema}");
                assert!(
                    format
                        .wire_schema(Mode::Strict)
                        .unwrap_err()
                        .is_unsupported()
                );
                assert!(format.wire_schema(Mode::Schema).is_ok());
            }
            Err(error) => assert!(error.is_schema(), "{schema}"),
        }
    }
}

#[test]
fn schemas_that_lead_elsewhere_are_refused() {
    for schema in [
        json!({"$ref": "https://example.com/schema.json"}),
        json!({"type": "object", "properties": {"a": {"$ref": "other.json"}}}),
        json!({"type": "text"}),
        json!([]),
        json!({"type": "object", "properties": 7}),
    ] {
        assert!(
            Format::from_schema("x", schema.clone())
                .unwrap_err()
                .is_schema(),
            "{schema}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_schemas_come_back_or_say_why_not(schema in schemas::any_schema(), seed in 0_u64..1000) {
        let format = Format::from_schema("generated", schema).unwrap();
        match format.wire_schema(Mode::Strict) {
            Ok(wire) => {
                assert_sound(wire);
                for seed in seed..seed + 8 {
                    let value = Random::new(seed).instance(format.schema());
                    round_trip(&format, &value);
                }
            }
            Err(_) => prop_assert!(format.incompatibilities().iter().all(|obstacle| !obstacle.reason.is_empty() && !obstacle.fix.is_empty())),
        }
    }
}

/// Any valid instance without an undeclared key comes back, whatever the schema has in it.
#[test]
fn schemas_given_at_run_time_come_back_or_say_why_not() {
    let config = ProptestConfig {
        cases: 600,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let (strict, tried) = (Cell::new(0), Cell::new(0));
    let property = |(schema, seed): (Value, u64)| {
        let Ok(format) = Format::from_schema("generated", schema.clone()) else {
            return Ok(());
        };
        let Ok(wire) = format.wire_schema(Mode::Strict) else {
            for obstacle in format.incompatibilities() {
                prop_assert!(!obstacle.reason.is_empty() && !obstacle.fix.is_empty());
            }
            return Ok(());
        };
        assert_sound(wire);
        strict.set(strict.get() + 1);
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&schema)
            .unwrap();
        for seed in seed..seed + 12 {
            let value = Random::new(seed).instance(&schema);
            if validator.is_valid(&value) && !blurs(&value) {
                tried.set(tried.get() + 1);
                round_trip(&format, &value);
            }
        }
        Ok(())
    };
    // The same schemas every time: some forms are so rare that they would fail a build by chance.
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, random)
        .run(&(schemas::runtime_schema(), 0_u64..1000), property);
    result.unwrap_or_else(|error| panic!("{error}"));
    let (strict, tried) = (strict.get(), tried.get());
    assert!(strict > 60 && tried > 300, "{strict} strict, {tried} tried");
}

#[test]
fn alternatives_are_told_apart_by_all_of_their_members() {
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    let schema = json!({"type": "object", "properties": {"a": {"anyOf": [
        {"type": "object", "properties": {"b": {"type": "string"}}, "additionalProperties": false},
        {"type": "object", "properties": {"c": map}, "additionalProperties": false},
        {"enum": ["x", 1, null, "y"]}, {"const": "x"}, {"type": "string", "enum": ["z", null]}, {"type": ["boolean", "number"]}, {"type": "boolean"},
    ]}}});
    let format = Format::from_schema("x", schema).unwrap();
    assert_eq!(format.incompatibilities(), []);
    for value in [
        json!({"a": {"c": {"k": 1}}}),
        json!({"a": {"b": "s"}}),
        json!({"a": "x"}),
        json!({"a": 1.5}),
        json!({"a": false}),
    ] {
        round_trip(&format, &value);
    }
}

#[test]
fn a_null_in_a_map_is_not_an_absent_member() {
    let schema = json!({"type": "object", "properties": {
        "m": {"type": "object", "additionalProperties": {"type": ["integer", "null"]}},
        "o": {"type": ["integer", "null"]},
    }, "required": ["m", "o"]});
    let format = Format::from_schema("x", schema).unwrap();
    let value = json!({"m": {"a": null, "b": 1}, "o": null});
    let encoded = format.encode(&value).unwrap().to_string();
    let wire = format.wire_schema(Mode::Strict).unwrap();
    let parsed = format.parse_wire(wire, &encoded, Finish::Stop).unwrap();
    assert_eq!(parsed.value, value);
    assert!(parsed.repairs.is_empty());
}

#[test]
fn schemas_put_together_out_of_themselves_are_followed_to_an_end() {
    let part = |inner: Value| json!({"allOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, inner]});
    let schemas = [
        json!({"type": "object", "properties": {"p": part(json!({"$ref": "#"}))}}),
        json!({"type": "object", "properties": {
            "p": {"$ref": "#", "required": ["a"]}, "q": part(json!({"$ref": "#/properties/p"}))}}),
        json!({"$defs": {"x": part(json!({"$ref": "#/$defs/y"})), "y": part(json!({"$ref": "#/$defs/x"}))},
            "type": "object", "properties": {"p": {"$ref": "#/$defs/x"}}}),
        json!({"type": "object", "properties": {"p": {"type": "object", "properties": {"q": {"type": "null"}},
            "anyOf": [{"$ref": "#"}, {"$ref": "#/properties/p"}]}}}),
    ];
    for schema in schemas {
        match Format::from_schema("x", schema.clone()) {
            Ok(format) => {
                assert!(!format.incompatibilities().is_empty(), "{schema}");
                assert!(format.parse("{}", Finish::Stop).is_ok(), "{schema}");
                assert!(!format.prompt().to_string().is_empty());
            }
            Err(error) => assert!(error.is_schema(), "{schema}"),
        }
    }
}
