//! The rules for schemas.

use serde_json::Value;

use super::{At, array, object, text};
use crate::{
    codegen::model::{Uses, component_of},
    problem::step,
};

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

pub(super) fn check(at: &mut At<'_>, api: &Value, uses: &Uses) {
    let schemas = &api["components"]["schemas"];
    for (name, schema) in object(schemas) {
        let mut at = at.below(&format!("/components/schemas{}", step(name)));
        let is_received = uses.responses.contains(name);
        at.slip_if(
            !uses.used.contains(name),
            "nothing uses it; refer to it or take it away",
        );
        component(&mut at, name, schema);
        union(&mut at, schemas, schema, is_received);
        string_enum(&mut at, schema, is_received);
        properties(&mut at, schema, is_received, uses.requests.contains(name));
        openness(&mut at, schema, is_received);
    }
}

fn component(at: &mut At<'_>, name: &str, schema: &Value) {
    let is_pascal_case = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    at.slip_if(
        !is_pascal_case || TAKEN.contains(&name),
        format!("`{name}` is no good type name; name it in PascalCase, as a Rust type: it is one"),
    );
    at.slip_if(
        text(&schema["description"]).is_empty(),
        "no `description`; say in a sentence what it is: it is the type's documentation",
    );
    at.slip_if(
        array(&schema["x-evidence"]).is_empty(),
        format!(
            "no `x-evidence`; say where it is known from: {}",
            EVIDENCE.join(", ")
        ),
    );
}

fn union(at: &mut At<'_>, schemas: &Value, schema: &Value, is_received: bool) {
    let (branches, discriminator) = (array(&schema["oneOf"]), &schema["discriminator"]);
    if branches.is_empty() || discriminator.is_null() {
        return;
    }
    at.slip_if(
        is_received && schema["x-open-union"] != true,
        "a response can carry this union; say `x-open-union: true`: a new variant fails no reply",
    );
    let mapping = object(&discriminator["mapping"]);
    for branch in branches {
        at.slip_if(
            !mapping.values().any(|mapped| *mapped == branch["$ref"]),
            "a branch that no tag maps to; list it under `discriminator.mapping`",
        );
    }
    let tag = text(&discriminator["propertyName"]);
    for (value, mapped) in mapping {
        let variant = component_of(text(mapped)).map_or(&Value::Null, |name| &schemas[name]);
        let is_required = array(&variant["required"]).iter().any(|name| name == tag);
        let allowed = array(&variant["properties"][tag]["enum"]);
        let place = format!("/discriminator/mapping{}", step(value));
        at.below(&place).slip_if(
            !is_required || !allowed.iter().any(|tag| tag == value),
            format!(
                "the variant does not require `{tag}` to be {value:?}; give it a one-value `enum`"
            ),
        );
    }
}

fn string_enum(at: &mut At<'_>, schema: &Value, is_received: bool) {
    let values = array(&schema["enum"]);
    at.slip_if(
        !values.is_empty() && is_received && schema["x-open-enum"] != true,
        "a response can carry this enum; say `x-open-enum: true`: a new value fails no reply",
    );
    at.slip_if(
        values.contains(&Value::Null),
        "null among the values; say `nullable: true` beside the type instead",
    );
    let described = object(&schema["x-enum-descriptions"]);
    for value in values.iter().filter_map(Value::as_str) {
        at.slip_if(
            described
                .get(value)
                .is_none_or(|about| text(about).is_empty()),
            format!("the value {value:?} has no description; add it to `x-enum-descriptions`"),
        );
    }
    for value in described.keys() {
        at.slip_if(
            !values.iter().any(|known| known == value),
            format!("{value:?} is described and no value; take it from `x-enum-descriptions`"),
        );
    }
}

fn properties(at: &mut At<'_>, schema: &Value, is_received: bool, is_sent: bool) {
    for (key, property) in object(&schema["properties"]) {
        let mut at = at.below(&format!("/properties{}", step(key)));
        let is_required = array(&schema["required"]).iter().any(|name| name == key);
        let is_nullable = property["nullable"].is_boolean() || property["x-nullable"].is_boolean();
        at.slip_if(
            is_required && is_nullable && is_received,
            "required and nullable in a response; make it optional: absent and null are one to readers",
        );
        at.slip_if(
            text(&property["description"]).is_empty(),
            "no `description`; say what it is, with unit and range: it is the field's documentation",
        );
        // What only responses carry states no ranges: a reader must not refuse what the service sends.
        for key in ["maximum", "minLength", "maxLength", "minItems", "maxItems"] {
            at.slip_if(
                is_received && !is_sent && !property[key].is_null(),
                format!("`{key}` in a response; say it in the description"),
            );
        }
    }
}

/// Requests are closed, responses are open.
fn openness(at: &mut At<'_>, schema: &Value, is_received: bool) {
    let is_object = schema["type"] == "object";
    let is_closed = schema["additionalProperties"] == false;
    at.slip_if(
        is_object && is_received && is_closed,
        "a response can carry this object, and it is closed; take `additionalProperties: false` away",
    );
    at.slip_if(
        is_object && !is_received && !is_closed,
        "only requests carry this object, and it is open; say `additionalProperties: false`",
    );
}

/// What holds for any schema, wherever it stands.
pub(super) fn everywhere(at: &mut At<'_>, api: &Value, value: &Value) {
    for (key, entry) in object(value) {
        if let Some(mend) = forbidden(api, &at.pointer, key, entry) {
            at.slip(format!("`{key}`; {mend}"));
        }
    }
    let evidence = array(&value["x-evidence"])
        .iter()
        .map(|it| ("evidence", it, &EVIDENCE[..]));
    let status = Some(("status", &value["x-status"], &STATUS[..]));
    for (what, value, known) in evidence.chain(status) {
        at.slip_if(
            value.as_str().is_some_and(|value| !known.contains(&value)),
            format!("{what} {value}; use one of {}", known.join(", ")),
        );
    }
    // Beside anything but a type, common tools refuse the schema or, worse, silently stop validating the operation.
    at.slip_if(
        value["nullable"].is_boolean() && value["type"].is_null(),
        "`nullable` without a `type` beside it; say `x-nullable: true` where the schema is used",
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
