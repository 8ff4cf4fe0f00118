//! Which schemas the service takes, with `strict: true` and without.

use serde_json::{Map, Value};

use super::keywords::resolve;

/// Where a schema breaks a rule, as a JSON pointer, and which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) pointer: String,
    pub(crate) keyword: &'static str,
    pub(crate) message: String,
}

/// Keywords that strict mode has no grammar for.
const UNSUPPORTED: &str = "minItems maxItems uniqueItems contains prefixItems minLength maxLength minimum maximum exclusiveMinimum \
    exclusiveMaximum multipleOf minProperties maxProperties patternProperties propertyNames \
    dependentRequired dependentSchemas unevaluatedProperties oneOf allOf not if then else";

const TYPES: &[&str] = &[
    "string", "number", "integer", "boolean", "object", "array", "null",
];

/// The rules for every schema: it must be one.
pub(crate) fn well_formed(schema: &Value) -> Result<(), Problem> {
    if !schema.is_object() {
        return Err(problem("", "type", "a schema must be an object"));
    }
    visit(schema, &mut String::new(), &|schema, pointer| {
        formed(schema, pointer)
    })
}

/// The rules of strict mode, for which every object must be closed and every property required.
pub(crate) fn strict(schema: &Value) -> Result<(), Problem> {
    well_formed(schema)?;
    let is_object = matches!(schema.get("type"), Some(Value::String(kind)) if kind == "object");
    let root = match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) => {
            resolve(schema, reference).is_some_and(|target| target["type"] == "object")
        }
        None => is_object,
    };
    if !root || schema.get("anyOf").is_some() {
        return Err(problem(
            "",
            "type",
            "the root of the schema must be of type `object` and not a union",
        ));
    }
    visit(schema, &mut String::new(), &|part, pointer| {
        closed(part, pointer)
    })?;
    visit(schema, &mut String::new(), &|part, pointer| {
        resolvable(schema, part, pointer)
    })
}

type Rule<'r> = dyn Fn(&Map<String, Value>, &str) -> Result<(), Problem> + 'r;

/// Calls a rule for a schema and all schemas inside it.
fn visit(schema: &Value, pointer: &mut String, rule: &Rule<'_>) -> Result<(), Problem> {
    let Some(schema) = schema.as_object() else {
        return Ok(());
    };
    rule(schema, pointer)?;
    for (key, value) in schema {
        match (key.as_str(), value) {
            (
                "properties" | "$defs" | "definitions" | "patternProperties" | "dependentSchemas",
                Value::Object(parts),
            ) => {
                for (name, part) in parts {
                    visit_at(part, pointer, &[key, name], rule)?;
                }
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems" | "items", Value::Array(parts)) => {
                for (index, part) in parts.iter().enumerate() {
                    visit_at(part, pointer, &[key, &index.to_string()], rule)?;
                }
            }
            (
                "items"
                | "additionalProperties"
                | "not"
                | "if"
                | "then"
                | "else"
                | "contains"
                | "propertyNames",
                part,
            ) => {
                visit_at(part, pointer, &[key], rule)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn visit_at(
    part: &Value,
    pointer: &mut String,
    steps: &[&str],
    rule: &Rule<'_>,
) -> Result<(), Problem> {
    let length = pointer.len();
    for step in steps {
        pointer.push('/');
        pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
    }
    let outcome = visit(part, pointer, rule);
    pointer.truncate(length);
    outcome
}

fn formed(schema: &Map<String, Value>, pointer: &str) -> Result<(), Problem> {
    let known = |kind: &Value| kind.as_str().is_some_and(|kind| TYPES.contains(&kind));
    let fail = |keyword: &'static str, message: &str| {
        Err(problem(&format!("{pointer}/{keyword}"), keyword, message))
    };
    match schema.get("type") {
        Some(Value::Array(kinds)) if !kinds.is_empty() && kinds.iter().all(known) => {}
        Some(kind) if !known(kind) => {
            return fail(
                "type",
                "`type` must be one of the seven types of JSON Schema, or a list of them",
            );
        }
        _ => {}
    }
    if schema
        .get("properties")
        .is_some_and(|properties| !properties.is_object())
    {
        return fail("properties", "`properties` must be an object");
    }
    let is_names = |list: &Value| {
        list.as_array()
            .is_some_and(|list| list.iter().all(Value::is_string))
    };
    if schema
        .get("required")
        .is_some_and(|required| !is_names(required))
    {
        return fail("required", "`required` must be an array of strings");
    }
    if schema
        .get("enum")
        .is_some_and(|values| values.as_array().is_none_or(Vec::is_empty))
    {
        return fail("enum", "`enum` must be an array with at least one value");
    }
    Ok(())
}

fn closed(schema: &Map<String, Value>, pointer: &str) -> Result<(), Problem> {
    if let Some(keyword) = UNSUPPORTED
        .split(' ')
        .find(|keyword| schema.contains_key(*keyword))
    {
        return Err(problem(
            &format!("{pointer}/{keyword}"),
            keyword,
            &format!("`{keyword}` is not supported"),
        ));
    }
    let is_object = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
        Some(kind) => kind == "object",
        None => schema.contains_key("properties"),
    };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        if !required.is_empty() {
            let message = "`required` is given, but there are no `properties` for it";
            return Err(problem(&format!("{pointer}/required"), "required", message));
        }
        return if is_object {
            closed_object(schema, pointer)
        } else {
            Ok(())
        };
    };
    if let Some(missing) = properties
        .keys()
        .find(|name| !required.contains(&name.as_str()))
    {
        let message = format!(
            "`required` must be an array that has every key of `properties`; `{missing}` is missing"
        );
        return Err(problem(
            &format!("{pointer}/required"),
            "required",
            &message,
        ));
    }
    if let Some(extra) = required
        .iter()
        .find(|name| !properties.contains_key(**name))
    {
        let message = format!("`required` names `{extra}`, which `properties` does not have");
        return Err(problem(
            &format!("{pointer}/required"),
            "required",
            &message,
        ));
    }
    closed_object(schema, pointer)
}

fn closed_object(schema: &Map<String, Value>, pointer: &str) -> Result<(), Problem> {
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        return Ok(());
    }
    let message = "`additionalProperties:false` must be set on every object";
    Err(problem(
        &format!("{pointer}/additionalProperties"),
        "additionalProperties",
        message,
    ))
}

fn resolvable(root: &Value, schema: &Map<String, Value>, pointer: &str) -> Result<(), Problem> {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(reference) if resolve(root, reference).is_none() => Err(problem(
            &format!("{pointer}/$ref"),
            "$ref",
            &format!("`{reference}` points to nothing in this schema"),
        )),
        _ => Ok(()),
    }
}

fn problem(pointer: &str, keyword: &'static str, message: &str) -> Problem {
    Problem {
        pointer: pointer.to_owned(),
        keyword,
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_strict_mode_takes() {
        let table = [
            json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
            json!({"type": "object", "additionalProperties": false, "$schema": "x", "title": "y"}),
            json!({
                "type": "object",
                "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}, "note": {"type": ["string", "null"]}},
                "required": ["next", "note"],
                "additionalProperties": false,
            }),
        ];
        for schema in table {
            assert_eq!(strict(&schema), Ok(()), "{schema}");
        }
    }

    #[test]
    fn what_strict_mode_refuses() {
        let object = |property: Value| json!({"type": "object", "properties": {"a": property}, "required": ["a"], "additionalProperties": false});
        let table = [
            (
                object(json!({"type": "array", "minItems": 1})),
                "/properties/a/minItems",
            ),
            (
                object(json!({"type": "object", "properties": {"b": {}}, "required": ["b"]})),
                "/properties/a/additionalProperties",
            ),
            (
                object(json!({"$ref": "#/$defs/missing"})),
                "/properties/a/$ref",
            ),
            (object(json!({"type": "text"})), "/properties/a/type"),
            (object(json!({"oneOf": []})), "/properties/a/oneOf"),
            (
                json!({"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": false}),
                "/required",
            ),
            (
                json!({"type": "object", "properties": {"a/b": {}}, "required": ["a/b", "c"], "additionalProperties": false}),
                "/required",
            ),
            (
                json!({"type": "object", "required": ["a"], "additionalProperties": false}),
                "/required",
            ),
            (json!({"type": "array", "items": {"type": "string"}}), ""),
            (json!({"anyOf": [{"type": "object"}]}), ""),
            (json!("x"), ""),
            (json!({"type": "object", "properties": 1}), "/properties"),
        ];
        for (schema, pointer) in table {
            assert_eq!(
                strict(&schema).map_err(|problem| problem.pointer),
                Err(pointer.to_owned()),
                "{schema}"
            );
        }
    }
}
