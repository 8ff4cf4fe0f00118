//! Each rule against a small description that breaks it.

use serde_json::{Value, json};

use super::problems;

/// A description that keeps every convention.
fn sound() -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "t", "version": "1"},
        "servers": [{"url": "https://api.example.com"}],
        "tags": [{"name": "chat"}],
        "paths": {"/openai/v1/x": {"post": {
            "operationId": "createX", "x-idempotent": true, "summary": "Create", "description": "Creates.", "tags": ["chat"],
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Request"}}}},
            "responses": {
                "200": {"description": "ok", "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Reply"}},
                    "text/event-stream": {"schema": {
                        "type": "string", "x-event-schema": {"$ref": "#/components/schemas/Reply"},
                    }},
                }},
                "4XX": {"description": "e"},
                "5XX": {"description": "e"},
            },
        }}},
        "components": {"schemas": {
            "Request": {
                "description": "Asks.", "type": "object", "additionalProperties": false, "x-evidence": ["wire"],
                "required": ["kind"],
                "properties": {
                    "kind": {"description": "Which.", "type": "string"},
                    "n": {"description": "How many.", "type": "integer", "format": "int32", "maximum": 3},
                },
            },
            "Reply": {
                "description": "Answers.", "type": "object", "x-evidence": ["wire"],
                "properties": {
                    "why": {"description": "Why.", "allOf": [{"$ref": "#/components/schemas/Why"}]},
                    "item": {"description": "What.", "allOf": [{"$ref": "#/components/schemas/Item"}], "x-nullable": true},
                },
            },
            "Why": {
                "description": "Why.", "type": "string", "nullable": true, "enum": ["stop"], "x-open-enum": true,
                "x-enum-descriptions": {"stop": "Done."}, "x-evidence": ["wire"],
            },
            "Item": {
                "description": "A thing.", "x-open-union": true, "x-evidence": ["docs"],
                "oneOf": [{"$ref": "#/components/schemas/A"}],
                "discriminator": {"propertyName": "type", "mapping": {"a": "#/components/schemas/A"}},
            },
            "A": {
                "description": "An a.", "type": "object", "required": ["type"], "x-evidence": ["docs"],
                "properties": {"type": {"description": "Says so.", "type": "string", "enum": ["a"]}},
            },
        }},
    })
}

#[test]
fn a_sound_description_has_no_problems() {
    assert_eq!(problems(&sound()), []);
}

/// Sets what stands at a pointer, and expects a problem whose pointer starts so and whose text contains this.
#[track_caller]
fn breaks(place: &str, key: &str, value: Value, pointer: &str, text: &str) {
    let mut api = sound();
    let target = api
        .pointer_mut(place)
        .unwrap_or_else(|| panic!("no {place}"));
    match value {
        Value::Null => drop(target.as_object_mut().unwrap().remove(key)),
        value => drop(
            target
                .as_object_mut()
                .unwrap()
                .insert(key.to_owned(), value),
        ),
    }
    let problems = problems(&api);
    let found = problems
        .iter()
        .any(|problem| problem.pointer == pointer && problem.to_string().contains(text));
    assert!(found, "expected {text:?} at {pointer}, got {problems:#?}");
}

const OPERATION: &str = "/paths/~1openai~1v1~1x/post";

#[test]
fn rules_for_the_document() {
    breaks("", "openapi", json!("3.1.0"), "/openapi", "say 3.0.3");
    breaks(
        "/servers/0",
        "url",
        json!("https://x.example/v1"),
        "/servers/0/url",
        "bare origin",
    );
    let reply = "/components/schemas/Reply/properties/why";
    breaks(
        reply,
        "$ref",
        json!("#/components/schemas/Why"),
        reply,
        "ignores",
    );
    breaks(
        reply,
        "$ref",
        json!("#/components/schemas/Nobody"),
        reply,
        "names nothing",
    );
}

#[test]
fn rules_for_operations() {
    for key in ["operationId", "summary", "description"] {
        breaks(OPERATION, key, Value::Null, OPERATION, key);
    }
    breaks(
        OPERATION,
        "operationId",
        json!("CreateX"),
        OPERATION,
        "camelCase",
    );
    breaks(OPERATION, "tags", json!([]), OPERATION, "exactly one tag");
    breaks(
        OPERATION,
        "tags",
        json!(["nobody"]),
        OPERATION,
        "not declared",
    );
    let responses = format!("{OPERATION}/responses");
    breaks(&responses, "4XX", Value::Null, &responses, "4XX");
    breaks(&responses, "200", Value::Null, &responses, "no success");
    breaks(
        OPERATION,
        "x-handwritten",
        json!("binary"),
        OPERATION,
        "take the mark away",
    );
    breaks(
        OPERATION,
        "x-idempotent",
        Value::Null,
        OPERATION,
        "without `x-idempotent`",
    );
    let content = format!("{OPERATION}/requestBody/content");
    breaks(
        &content,
        "multipart/form-data",
        json!({}),
        &content,
        "more than one media type",
    );
    let multipart = json!({"content": {"multipart/form-data": {}}});
    breaks(
        OPERATION,
        "requestBody",
        multipart,
        OPERATION,
        "x-handwritten: multipart",
    );
    let schema = format!("{responses}/200/content/text~1event-stream/schema");
    breaks(
        &schema,
        "x-event-schema",
        Value::Null,
        &schema,
        "what its events are",
    );
}

#[test]
fn an_operation_id_stands_once() {
    let mut api = sound();
    let twin = api.pointer(OPERATION).unwrap().clone();
    api["paths"]["/other"] = json!({"get": twin});
    assert!(
        problems(&api)
            .iter()
            .any(|problem| problem.text.contains("too"))
    );
}

#[test]
fn rules_for_components() {
    let request = "/components/schemas/Request";
    breaks(
        request,
        "description",
        Value::Null,
        request,
        "no `description`",
    );
    breaks(request, "x-evidence", Value::Null, request, "x-evidence");
    breaks(
        request,
        "x-evidence",
        json!(["hearsay"]),
        request,
        "hearsay",
    );
    breaks(request, "x-status", json!("dead"), request, "dead");
    breaks(request, "x-evidnce", json!(["wire"]), request, "x-evidnce");
    breaks(
        request,
        "additionalProperties",
        Value::Null,
        request,
        "is open",
    );
    breaks(
        "/components/schemas/Reply",
        "additionalProperties",
        json!(false),
        "/components/schemas/Reply",
        "closed",
    );
    let lonely = json!({"description": "d", "type": "object", "x-evidence": ["wire"]});
    breaks(
        "/components/schemas",
        "Lonely",
        lonely.clone(),
        "/components/schemas/Lonely",
        "nothing uses it",
    );
    breaks(
        "/components/schemas",
        "Vec",
        lonely.clone(),
        "/components/schemas/Vec",
        "no good type name",
    );
    breaks(
        "/components/schemas",
        "snake_case",
        lonely,
        "/components/schemas/snake_case",
        "no good type name",
    );
}

#[test]
fn rules_for_properties() {
    let n = "/components/schemas/Request/properties/n";
    breaks(n, "description", Value::Null, n, "no `description`");
    breaks(n, "default", json!(1), n, "x-server-default");
    let kind = "/components/schemas/Request/properties/kind";
    breaks(kind, "pattern", json!("^a$"), kind, "regex");
    breaks(kind, "format", json!("uuid"), kind, "crate");
    breaks(kind, "anyOf", json!([]), kind, "use `oneOf`");
    let why = "/components/schemas/Reply/properties/why";
    breaks(why, "maxItems", json!(1), why, "in a response");
    breaks(why, "nullable", json!(true), why, "without a `type`");
    let item = "/components/schemas/Reply/properties/item";
    breaks(
        "/components/schemas/Reply",
        "required",
        json!(["item"]),
        item,
        "required and nullable",
    );
    breaks(item, "nullable", json!(true), item, "x-nullable");
}

#[test]
fn rules_for_enums_and_unions() {
    let why = "/components/schemas/Why";
    breaks(why, "x-open-enum", Value::Null, why, "x-open-enum");
    breaks(
        why,
        "x-enum-descriptions",
        json!({}),
        why,
        "has no description",
    );
    breaks(
        why,
        "enum",
        json!(["stop", null]),
        why,
        "null among the values",
    );
    let item = "/components/schemas/Item";
    breaks(item, "x-open-union", Value::Null, item, "x-open-union");
    let mapping = format!("{item}/discriminator/mapping");
    breaks(
        &mapping,
        "b",
        json!("#/components/schemas/A"),
        &format!("{mapping}/b"),
        "does not require",
    );
    breaks(
        "/components/schemas/A",
        "required",
        json!([]),
        &format!("{mapping}/a"),
        "does not require",
    );
    breaks(
        &format!("{item}/discriminator"),
        "mapping",
        json!({}),
        item,
        "no tag maps to",
    );
}
