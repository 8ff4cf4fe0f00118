//! The rules for schemas.

use std::collections::BTreeSet;

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
    let variants = variants(api);
    for (name, schema) in object(api.pointer("/components/schemas")) {
        let pointer = format!("/components/schemas{}", step(name));
        component(lint, name, schema, &pointer);
        union(lint, name, schema, &pointer);
        string_enum(lint, name, schema, &pointer);
        properties(
            lint,
            name,
            schema,
            &pointer,
            variants.contains(name.as_str()),
        );
        openness(lint, name, schema, &pointer);
    }
    walk(api, "", &mut |pointer, value| {
        everywhere(lint, pointer, value);
        nullability(lint, pointer, value);
    });
}

/// The objects that are variants of a tagged union.
fn variants(api: &Value) -> BTreeSet<&str> {
    let schemas = object(api.pointer("/components/schemas"));
    let mappings = schemas
        .values()
        .filter_map(|schema| schema.pointer("/discriminator/mapping"));
    mappings
        .flat_map(|mapping| object(Some(mapping)).values())
        .filter_map(target)
        .collect()
}

fn target(reference: &Value) -> Option<&str> {
    reference.as_str()?.strip_prefix("#/components/schemas/")
}

fn component(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let pascal = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric());
    if !pascal || TAKEN.contains(&name) {
        lint.slip(
            pointer,
            format!("`{name}` is no good type name"),
            "name it in PascalCase, as a Rust type: it is one",
        );
    }
    if !says(schema.get("description")) {
        lint.slip(
            pointer,
            "no `description`",
            "say in a sentence what it is: it is the type's documentation",
        );
    }
    if array(schema.get("x-evidence")).is_empty() {
        lint.slip(
            pointer,
            "no `x-evidence`",
            "say where it is known from: a list of wire, sdk, docs, spec, issue",
        );
    }
    if !lint.used.contains(name) {
        lint.slip(pointer, "nothing uses it", "refer to it or take it away");
    }
}

fn union(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let Some(branches) = schema.get("oneOf") else {
        return;
    };
    let Some(discriminator) = schema.get("discriminator") else {
        return;
    };
    if lint.responses.contains(name) && schema.get("x-open-union") != Some(&Value::Bool(true)) {
        lint.slip(
            pointer,
            "a response can carry this union",
            "say `x-open-union: true`, so that a new variant fails no reply",
        );
    }
    let tag = discriminator
        .get("propertyName")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let mapping = object(discriminator.get("mapping"));
    for branch in array(Some(branches)) {
        let reference = branch.get("$ref");
        if reference.is_none() || !mapping.values().any(|mapped| Some(mapped) == reference) {
            lint.slip(
                pointer,
                "a branch that no tag maps to",
                "list it under `discriminator.mapping`",
            );
        }
    }
    for (value, mapped) in mapping {
        let schema = target(mapped)
            .and_then(|name| object(lint.api.pointer("/components/schemas")).get(name));
        let requires =
            |schema: &Value| array(schema.get("required")).iter().any(|name| name == tag);
        let allows = |schema: &Value| {
            let property = object(schema.get("properties")).get(tag);
            array(property.and_then(|property| property.get("enum")))
                .iter()
                .any(|allowed| allowed == value)
        };
        if !schema.is_some_and(|schema| requires(schema) && allows(schema)) {
            lint.slip(
                format!("{pointer}/discriminator/mapping{}", step(value)),
                format!("the variant does not require `{tag}` to be {value:?}"),
                "require the tag there, with a one-value `enum`: tools without discriminators tell by that",
            );
        }
    }
}

fn string_enum(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    let values = array(schema.get("enum"));
    if values.is_empty() {
        return;
    }
    if lint.responses.contains(name) && schema.get("x-open-enum") != Some(&Value::Bool(true)) {
        lint.slip(
            pointer,
            "a response can carry this enum",
            "say `x-open-enum: true`, so that a new value fails no reply",
        );
    }
    if values.contains(&Value::Null) {
        lint.slip(
            pointer,
            "null among the values",
            "say `nullable: true` beside the type instead",
        );
    }
    let described = object(schema.get("x-enum-descriptions"));
    for value in values.iter().filter_map(Value::as_str) {
        if !says(described.get(value)) {
            lint.slip(
                pointer,
                format!("the value {value:?} has no description"),
                "add it to `x-enum-descriptions`",
            );
        }
    }
    for value in described
        .keys()
        .filter(|value| !values.contains(&Value::from(value.as_str())))
    {
        lint.slip(
            pointer,
            format!("{value:?} is described and no value"),
            "take it from `x-enum-descriptions`",
        );
    }
}

fn properties(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str, is_variant: bool) {
    let declared = object(schema.get("properties"));
    for required in array(schema.get("required"))
        .iter()
        .filter_map(Value::as_str)
    {
        let Some(property) = declared.get(required) else {
            lint.slip(
                pointer,
                format!("requires `{required}`, which it does not declare"),
                "declare it",
            );
            continue;
        };
        let nullable = property.get("nullable").is_some() || property.get("x-nullable").is_some();
        if nullable && lint.responses.contains(name) {
            lint.slip(
                format!("{pointer}/properties{}", step(required)),
                "required and nullable in a response",
                "make it optional: absent and null are one to readers",
            );
        }
    }
    for (key, property) in declared {
        let pointer = format!("{pointer}/properties{}", step(key));
        if !says(property.get("description")) {
            lint.slip(
                &pointer,
                "no `description`",
                "say what it is, with unit and range: it is the field's documentation",
            );
        }
        let is_text = property.get("type").and_then(Value::as_str) == Some("string");
        if is_text && property.get("enum").is_some() && !is_variant {
            lint.slip(
                &pointer,
                "an enum without a name",
                "make it a component: its name is a Rust type",
            );
        }
        if lint.responses.contains(name) {
            loose(lint, property, &pointer);
        }
    }
}

/// What only responses carry states no ranges: a reader must not refuse what the service sends.
fn loose(lint: &mut Lint<'_>, property: &Value, pointer: &str) {
    for key in ["maximum", "minLength", "maxLength", "minItems", "maxItems"] {
        if property.get(key).is_some() && !lint.requests_too(pointer) {
            lint.slip(
                pointer,
                format!("`{key}` in a response"),
                "say it in the description",
            );
        }
    }
}

/// Requests are closed, responses are open.
fn openness(lint: &mut Lint<'_>, name: &str, schema: &Value, pointer: &str) {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return;
    }
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    match (lint.responses.contains(name), closed) {
        (true, true) => lint.slip(
            pointer,
            "a response can carry this object, and it is closed",
            "take `additionalProperties: false` away: replies grow without notice",
        ),
        (false, false) => lint.slip(
            pointer,
            "only requests carry this object, and it is open",
            "say `additionalProperties: false`: the service refuses unknown keys",
        ),
        _ => {}
    }
}

/// What holds for any schema, wherever it stands.
fn everywhere(lint: &mut Lint<'_>, pointer: &str, value: &Value) {
    for (key, entry) in object(Some(value)) {
        let mend = match key.as_str() {
            "anyOf" if !in_handwritten_response(lint.api, pointer) => {
                "use `oneOf` with a discriminator or titled branches: typify flattens an `anyOf` into a struct"
            }
            "not" | "const" => "describe it otherwise: no generator reads it",
            "default" if !is_property_map(pointer) => {
                "say `x-server-default`: a default would be written on the wire"
            }
            "pattern" if entry.is_string() => {
                "say it in the description: it would cost users a regex engine"
            }
            "format" if matches!(entry.as_str(), Some("date-time" | "date" | "uuid")) => {
                "leave it a string: the format would cost users a crate"
            }
            key if key.starts_with("x-") && unknown_extension(pointer, key) => {
                "spell it as in openapi/README.md, or describe it there and add it to the lint"
            }
            _ => continue,
        };
        lint.slip(pointer, format!("`{key}`"), mend);
    }
    for evidence in array(value.get("x-evidence"))
        .iter()
        .filter_map(Value::as_str)
    {
        if !EVIDENCE.contains(&evidence) {
            lint.slip(
                pointer,
                format!("evidence {evidence:?}"),
                format!("use one of {}", EVIDENCE.join(", ")),
            );
        }
    }
    if let Some(status) = value.get("x-status").and_then(Value::as_str)
        && !STATUS.contains(&status)
    {
        lint.slip(
            pointer,
            format!("status {status:?}"),
            format!("use one of {}", STATUS.join(", ")),
        );
    }
    let is_integer = value.get("type").and_then(Value::as_str) == Some("integer");
    if is_integer
        && !matches!(
            value.get("format").and_then(Value::as_str),
            Some("int32" | "int64")
        )
    {
        lint.slip(
            pointer,
            "an integer without a size",
            "say `format: int32` or `format: int64`: it is the Rust type",
        );
    }
}

/// Headers and properties may be called anything.
fn is_property_map(pointer: &str) -> bool {
    [
        "/properties",
        "/headers",
        "/schemas",
        "/mapping",
        "/x-enum-descriptions",
        "/x-variant-names",
    ]
    .iter()
    .any(|map| pointer.ends_with(map))
}

fn unknown_extension(pointer: &str, key: &str) -> bool {
    !is_property_map(pointer) && !EXTENSIONS.contains(&key)
}

fn in_handwritten_response(api: &Value, pointer: &str) -> bool {
    let Some((operation, _)) = pointer.split_once("/responses/") else {
        return false;
    };
    api.pointer(operation)
        .is_some_and(|operation| operation.get("x-handwritten").is_some())
}

/// `nullable` has a meaning only beside a type; anywhere else common tools refuse the schema or, worse, silently stop
/// validating the whole operation.
fn nullability(lint: &mut Lint<'_>, pointer: &str, value: &Value) {
    let Some(nullable) = value.get("nullable") else {
        return;
    };
    if nullable.is_boolean() && value.get("type").is_none() {
        lint.slip(
            pointer,
            "`nullable` without a `type` beside it",
            "say `x-nullable: true` at the use, and `nullable` beside the type of the schema that it names",
        );
    }
}

impl Lint<'_> {
    /// Whether requests carry the component that a pointer leads into.
    fn requests_too(&self, pointer: &str) -> bool {
        let name = pointer
            .strip_prefix("/components/schemas/")
            .and_then(|rest| rest.split('/').next());
        name.is_some_and(|name| self.requests.contains(name))
    }
}
