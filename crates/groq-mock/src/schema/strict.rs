//! Which schemas the service takes, with `strict: true` and without.

use serde_json::{Map, Value};

use super::keywords::{resolve, strings};

/// Where a schema breaks a rule, as a JSON pointer, and which.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) pointer: String,
    pub(crate) keyword: &'static str,
    pub(crate) message: String,
}

type Checked = Result<(), Problem>;

/// Keywords that strict mode has no grammar for.
const UNSUPPORTED: &str = "minItems maxItems uniqueItems contains prefixItems minLength maxLength minimum maximum exclusiveMinimum \
    exclusiveMaximum multipleOf minProperties maxProperties patternProperties propertyNames \
    dependentRequired dependentSchemas unevaluatedProperties oneOf allOf not if then else";
const TYPES: &str = "string number integer boolean object array null";
/// Keywords whose value is an object of schemas, a list of them, or one.
const MAPS: &str = "properties $defs definitions patternProperties dependentSchemas";
const LISTS: &str = "anyOf oneOf allOf prefixItems items";
const ONES: &str = "items additionalProperties not if then else contains propertyNames";

/// The rules for every schema: it must be one.
pub(crate) fn well_formed(schema: &Value) -> Checked {
    if !schema.is_object() {
        return Err(root("a schema must be an object"));
    }
    visit(schema, "", &formed)
}

/// The rules of strict mode, for which every object must be closed and every property required.
pub(crate) fn strict(schema: &Value) -> Checked {
    well_formed(schema)?;
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference.map_or(Some(schema), |reference| resolve(schema, reference));
    if target.is_none_or(|target| target["type"] != "object") || schema.get("anyOf").is_some() {
        return Err(root(
            "the root of the schema must be of type `object` and not a union",
        ));
    }
    visit(schema, "", &closed)?;
    visit(schema, "", &|part, pointer| {
        let reference = part.get("$ref").and_then(Value::as_str);
        match reference.filter(|reference| resolve(schema, reference).is_none()) {
            Some(reference) => {
                let message = format!("`{reference}` points to nothing in this schema");
                fail(pointer, "$ref", message)
            }
            None => Ok(()),
        }
    })
}

fn root(message: &str) -> Problem {
    Problem {
        pointer: String::new(),
        keyword: "type",
        message: message.to_owned(),
    }
}

fn fail(pointer: &str, keyword: &'static str, message: impl Into<String>) -> Checked {
    Err(Problem {
        pointer: format!("{pointer}/{keyword}"),
        keyword,
        message: message.into(),
    })
}

fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Calls a rule for a schema and all schemas inside it.
fn visit(
    schema: &Value,
    pointer: &str,
    rule: &dyn Fn(&Map<String, Value>, &str) -> Checked,
) -> Checked {
    let Some(schema) = schema.as_object() else {
        return Ok(());
    };
    rule(schema, pointer)?;
    for (key, value) in schema {
        let inner = |step: &str, part| {
            let step = step.replace('~', "~0").replace('/', "~1");
            visit(part, &format!("{pointer}/{key}/{step}"), rule)
        };
        match value {
            Value::Object(parts) if is_in(MAPS, key) => parts
                .iter()
                .try_for_each(|(name, part)| inner(name, part))?,
            Value::Array(parts) if is_in(LISTS, key) => parts
                .iter()
                .enumerate()
                .try_for_each(|(index, part)| inner(&index.to_string(), part))?,
            part if is_in(ONES, key) => visit(part, &format!("{pointer}/{key}"), rule)?,
            _ => {}
        }
    }
    Ok(())
}

fn formed(schema: &Map<String, Value>, pointer: &str) -> Checked {
    let wrong = |key: &str, fits: &dyn Fn(&Value) -> bool| {
        schema.get(key).is_some_and(|value| !fits(value))
    };
    let list = |value: &Value, fits: &dyn Fn(&Value) -> bool| {
        value.as_array().is_some_and(|list| list.iter().all(fits))
    };
    let is_type = |kind: &Value| kind.as_str().is_some_and(|kind| is_in(TYPES, kind));
    if wrong("type", &|kind| {
        is_type(kind) || (list(kind, &is_type) && *kind != Value::Array(Vec::new()))
    }) {
        let message = "`type` must be one of the seven types of JSON Schema, or a list of them";
        return fail(pointer, "type", message);
    }
    if wrong("properties", &Value::is_object) {
        return fail(pointer, "properties", "`properties` must be an object");
    }
    if wrong("required", &|names| list(names, &Value::is_string)) {
        let message = "`required` must be an array of strings";
        return fail(pointer, "required", message);
    }
    if wrong("enum", &|values| {
        values.as_array().is_some_and(|list| !list.is_empty())
    }) {
        let message = "`enum` must be an array with at least one value";
        return fail(pointer, "enum", message);
    }
    Ok(())
}

fn closed(schema: &Map<String, Value>, pointer: &str) -> Checked {
    let unsupported = UNSUPPORTED
        .split(' ')
        .find(|keyword| schema.contains_key(*keyword));
    if let Some(keyword) = unsupported {
        return fail(pointer, keyword, format!("`{keyword}` is not supported"));
    }
    let required = strings(schema.get("required"));
    let properties = schema.get("properties").and_then(Value::as_object);
    let Some(names) = properties else {
        if !required.is_empty() {
            let message = "`required` is given, but there are no `properties` for it";
            return fail(pointer, "required", message);
        }
        let is_object = match schema.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
            kind => kind.is_some_and(|kind| kind == "object"),
        };
        return if is_object {
            closed_object(schema, pointer)
        } else {
            Ok(())
        };
    };
    if let Some(missing) = names.keys().find(|name| !required.contains(&name.as_str())) {
        let message = format!(
            "`required` must be an array that has every key of `properties`; `{missing}` is missing"
        );
        return fail(pointer, "required", message);
    }
    if let Some(extra) = required.iter().find(|name| !names.contains_key(**name)) {
        let message = format!("`required` names `{extra}`, which `properties` does not have");
        return fail(pointer, "required", message);
    }
    closed_object(schema, pointer)
}

fn closed_object(schema: &Map<String, Value>, pointer: &str) -> Checked {
    if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
        return Ok(());
    }
    let message = "`additionalProperties:false` must be set on every object";
    fail(pointer, "additionalProperties", message)
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
