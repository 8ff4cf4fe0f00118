//! The rules for schemas.

use serde_json::Value;

use super::{Lint, array, object, says, walk};
use crate::problem::step;

/// Names that would hide what every Rust file has in scope.
const TAKEN: [&str; 12] = [
    "Box", "Clone", "Copy", "Debug", "Default", "Err", "Error", "From", "Option", "Result",
    "String", "Vec",
];

/// What our extensions may be called; a slip of the pen in one would otherwise go unseen.
const EXTENSIONS: [&str; 16] = [
    "x-any",
    "x-enum-descriptions",
    "x-event-schema",
    "x-evidence",
    "x-handwritten",
    "x-idempotent",
    "x-jsonl-body",
    "x-jsonl-schema",
    "x-module",
    "x-nullable",
    "x-open-enum",
    "x-open-union",
    "x-server-default",
    "x-status",
    "x-unsupported",
    "x-variant-names",
];

const EVIDENCE: [&str; 5] = ["wire", "sdk", "docs", "spec", "issue"];

const STATUS: [&str; 3] = ["beta", "undocumented", "deprecated"];

pub(super) fn check(lint: &mut Lint<'_>) {
    let api = lint.api;
    for (name, schema) in object(api.pointer("/components/schemas")) {
        let pointer = format!("/components/schemas{}", step(name));
        component(lint, name, schema, &pointer);
        union(lint, name, schema, &pointer);
        string_enum(lint, name, schema, &pointer);
        properties(lint, name, schema, &pointer);
        openness(lint, name, schema, &pointer);
    }
    walk(api, "", &mut |pointer, value| {
        everywhere(lint, pointer, value);
    });
}

fn target(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix("#/components/schemas/")
}

fn component(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let is_pascal_case = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    lint.slip_if(
        !is_pascal_case || TAKEN.contains(&name),
        pointer,
        format!("`{name}` is no good type name"),
        "name it in PascalCase, as a Rust type: it is one",
    );
    lint.slip_if(
        !says(schema.get("description")),
        pointer,
        "no `description`",
        "say in a sentence what it is: it is the type's documentation",
    );
    lint.slip_if(
        array(schema.get("x-evidence")).is_empty(),
        pointer,
        "no `x-evidence`",
        "say where it is known from: a list of wire, sdk, docs, spec, issue",
    );
    lint.slip_if(
        !lint.used.contains(name),
        pointer,
        "nothing uses it",
        "refer to it or take it away",
    );
}

fn union(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let (Some(branches), Some(discriminator)) = (schema.get("oneOf"), schema.get("discriminator"))
    else {
        return;
    };
    lint.slip_if(
        lint.responses.contains(name) && schema["x-open-union"] != true,
        pointer,
        "a response can carry this union",
        "say `x-open-union: true`, so that a new variant fails no reply",
    );
    let tag = discriminator["propertyName"].as_str().unwrap_or_default();
    let mapping = object(discriminator.get("mapping"));
    for branch in array(Some(branches)) {
        let reference = branch.get("$ref");
        lint.slip_if(
            reference.is_none() || !mapping.values().any(|mapped| Some(mapped) == reference),
            pointer,
            "a branch that no tag maps to",
            "list it under `discriminator.mapping`",
        );
    }
    for (value, mapped) in mapping {
        let schemas = &lint.api["components"]["schemas"];
        let variant = target(mapped).and_then(|name| schemas.get(name));
        let is_sound = variant.is_some_and(|variant| {
            let required = array(variant.get("required"));
            let allowed = array(variant["properties"][tag].get("enum"));
            required.iter().any(|name| name == tag) && allowed.iter().any(|tag| tag == value)
        });
        lint.slip_if(
            !is_sound,
            format!("{pointer}/discriminator/mapping{}", step(value)),
            format!("the variant does not require `{tag}` to be {value:?}"),
            "require the tag there, with a one-value `enum`: tools without discriminators tell by that",
        );
    }
}

fn string_enum(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let values = array(schema.get("enum"));
    lint.slip_if(
        !values.is_empty() && lint.responses.contains(name) && schema["x-open-enum"] != true,
        pointer,
        "a response can carry this enum",
        "say `x-open-enum: true`, so that a new value fails no reply",
    );
    lint.slip_if(
        values.contains(&Value::Null),
        pointer,
        "null among the values",
        "say `nullable: true` beside the type instead",
    );
    let described = object(schema.get("x-enum-descriptions"));
    for value in values.iter().filter_map(Value::as_str) {
        lint.slip_if(
            !says(described.get(value)),
            pointer,
            format!("the value {value:?} has no description"),
            "add it to `x-enum-descriptions`",
        );
    }
    for value in described.keys() {
        lint.slip_if(
            !values.iter().any(|known| known == value),
            pointer,
            format!("{value:?} is described and no value"),
            "take it from `x-enum-descriptions`",
        );
    }
}

fn properties(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let is_response = lint.responses.contains(name);
    let declared = object(schema.get("properties"));
    let required = array(schema.get("required")).iter();
    for required in required.filter_map(Value::as_str) {
        let property = declared.get(required).unwrap_or(&Value::Null);
        let is_nullable = ["nullable", "x-nullable"]
            .iter()
            .any(|key| property.get(key).is_some());
        lint.slip_if(
            is_nullable && is_response,
            format!("{pointer}/properties{}", step(required)),
            "required and nullable in a response",
            "make it optional: absent and null are one to readers",
        );
    }
    for (key, property) in declared {
        let pointer = format!("{pointer}/properties{}", step(key));
        lint.slip_if(
            !says(property.get("description")),
            &pointer,
            "no `description`",
            "say what it is, with unit and range: it is the field's documentation",
        );
        // What only responses carry states no ranges: a reader must not refuse what the service sends.
        for key in ["maximum", "minLength", "maxLength", "minItems", "maxItems"] {
            lint.slip_if(
                is_response && property.get(key).is_some() && !lint.requests.contains(name),
                &pointer,
                format!("`{key}` in a response"),
                "say it in the description",
            );
        }
    }
}

/// Requests are closed, responses are open.
fn openness(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    if schema["type"] != "object" {
        return;
    }
    let is_response = lint.responses.contains(name);
    let is_closed = schema["additionalProperties"] == false;
    lint.slip_if(
        is_response && is_closed,
        pointer,
        "a response can carry this object, and it is closed",
        "take `additionalProperties: false` away: replies grow without notice",
    );
    lint.slip_if(
        !is_response && !is_closed,
        pointer,
        "only requests carry this object, and it is open",
        "say `additionalProperties: false`: the service refuses unknown keys",
    );
}

/// What holds for any schema, wherever it stands.
fn everywhere(lint: &mut Lint<'_>, pointer: &str, value: &Value) {
    for (key, entry) in object(Some(value)) {
        if let Some(mend) = forbidden(lint.api, pointer, key, entry) {
            lint.slip(pointer, format!("`{key}`"), mend);
        }
    }
    let evidence = array(value.get("x-evidence")).iter();
    for evidence in evidence.filter_map(Value::as_str) {
        lint.slip_if(
            !EVIDENCE.contains(&evidence),
            pointer,
            format!("evidence {evidence:?}"),
            format!("use one of {}", EVIDENCE.join(", ")),
        );
    }
    if let Some(status) = value["x-status"].as_str() {
        lint.slip_if(
            !STATUS.contains(&status),
            pointer,
            format!("status {status:?}"),
            format!("use one of {}", STATUS.join(", ")),
        );
    }
    // Beside anything but a type, common tools refuse the schema or, worse, silently stop validating the operation.
    lint.slip_if(
        value["nullable"].is_boolean() && value.get("type").is_none(),
        pointer,
        "`nullable` without a `type` beside it",
        "say `x-nullable: true` at the use, and `nullable` beside the type of the schema that it names",
    );
}

/// What to do about a keyword that has no place here.
fn forbidden(api: &Value, pointer: &str, key: &str, entry: &Value) -> Option<&'static str> {
    let is_unknown = !EXTENSIONS.contains(&key) && !is_property_map(pointer);
    match key {
        "anyOf" if !in_handwritten_response(api, pointer) => Some(
            "use `oneOf` with a discriminator or titled branches: an `anyOf` does not say which branch a value is of",
        ),
        "not" | "const" => Some("describe it otherwise: no generator reads it"),
        "default" if !is_property_map(pointer) => {
            Some("say `x-server-default`: a default would be written on the wire")
        }
        "pattern" if entry.is_string() => {
            Some("say it in the description: it would cost users a regex engine")
        }
        "format" if matches!(entry.as_str(), Some("date-time" | "date" | "uuid")) => {
            Some("leave it a string: the format would cost users a crate")
        }
        key if key.starts_with("x-") && is_unknown => {
            Some("spell it as in openapi/README.md, or describe it there and add it to the lint")
        }
        _ => None,
    }
}

/// Headers and properties may be called anything.
fn is_property_map(pointer: &str) -> bool {
    let maps = [
        "/properties",
        "/headers",
        "/schemas",
        "/mapping",
        "/x-enum-descriptions",
        "/x-variant-names",
    ];
    maps.iter().any(|map| pointer.ends_with(map))
}

fn in_handwritten_response(api: &Value, pointer: &str) -> bool {
    let operation = pointer.split_once("/responses/");
    let operation = operation.and_then(|(operation, _)| api.pointer(operation));
    operation.is_some_and(|operation| operation.get("x-handwritten").is_some())
}
