//! A small judge of values, for the generator's own second looks. Patterns and formats pass.

use serde_json::{Map, Value};

use super::resolve;

pub(crate) struct Validator<'a> {
    root: &'a Value,
    /// References that may still be followed, so that a schema that refers to itself comes to an end.
    hops: usize,
}

impl<'a> Validator<'a> {
    pub(crate) fn new(root: &'a Value) -> Self {
        Self { root, hops: 64 }
    }

    pub(crate) fn accepts(&self, schema: &Value, value: &Value) -> bool {
        let Some(schema) = schema.as_object() else {
            return schema != &Value::Bool(false);
        };
        self.reference(schema, value)
            && equals(schema, value)
            && kind(schema, value)
            && self.combined(schema, value)
            && number(schema, value)
            && string(schema, value)
            && self.array(schema, value)
            && self.object(schema, value)
    }

    fn reference(&self, schema: &Map<String, Value>, value: &Value) -> bool {
        let target = schema
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| resolve(self.root, reference));
        let Some(target) = target.filter(|_| self.hops > 0) else {
            return true;
        };
        Self {
            root: self.root,
            hops: self.hops - 1,
        }
        .accepts(target, value)
    }

    fn combined(&self, schema: &Map<String, Value>, value: &Value) -> bool {
        let accepted = |key| {
            schema.get(key).and_then(Value::as_array).map(|list| {
                (
                    list.len(),
                    list.iter().filter(|part| self.accepts(part, value)).count(),
                )
            })
        };
        let all = accepted("allOf").is_none_or(|(all, accepted)| all == accepted);
        let any = accepted("anyOf").is_none_or(|(_, accepted)| accepted > 0);
        let one = accepted("oneOf").is_none_or(|(_, accepted)| accepted == 1);
        let not = schema
            .get("not")
            .is_none_or(|not| !self.accepts(not, value));
        let then = schema.get("if").is_none_or(|condition| {
            let consequence = if self.accepts(condition, value) {
                "then"
            } else {
                "else"
            };
            schema
                .get(consequence)
                .is_none_or(|consequence| self.accepts(consequence, value))
        });
        all && any && one && not && then
    }

    fn array(&self, schema: &Map<String, Value>, value: &Value) -> bool {
        let Some(items) = value.as_array() else {
            return true;
        };
        let fits = |key: &str, item: &Value| {
            schema
                .get(key)
                .is_none_or(|schema| self.accepts(schema, item))
        };
        let prefix = schema
            .get("prefixItems")
            .or_else(|| schema.get("items"))
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let rest = if schema.get("items").is_some_and(Value::is_array) {
            "additionalItems"
        } else {
            "items"
        };
        let unique = schema.get("uniqueItems") != Some(&Value::Bool(true))
            || (1..items.len()).all(|index| !items[..index].contains(&items[index]));
        let contained = schema.get("contains").is_none_or(|part| {
            let count = items.iter().filter(|item| self.accepts(part, item)).count();
            count >= bound(schema, "minContains").unwrap_or(1)
                && count <= bound(schema, "maxContains").unwrap_or(usize::MAX)
        });
        unique
            && contained
            && sized(schema, "minItems", "maxItems", items.len())
            && prefix
                .iter()
                .zip(items)
                .all(|(schema, item)| self.accepts(schema, item))
            && items.iter().skip(prefix.len()).all(|item| fits(rest, item))
    }

    fn object(&self, schema: &Map<String, Value>, value: &Value) -> bool {
        let Some(object) = value.as_object() else {
            return true;
        };
        let properties = schema.get("properties").and_then(Value::as_object);
        let patterned = schema.contains_key("patternProperties");
        let has = |name: &Value| name.as_str().is_some_and(|name| object.contains_key(name));
        let required = |list: Option<&Value>| {
            list.and_then(Value::as_array)
                .is_none_or(|names| names.iter().all(has))
        };
        let entries = object.iter().all(|(key, value)| {
            let named = schema
                .get("propertyNames")
                .is_none_or(|names| self.accepts(names, &Value::from(key.as_str())));
            let fits = match properties.and_then(|properties| properties.get(key)) {
                Some(property) => self.accepts(property, value),
                // Which entries a pattern is for is not known here.
                None if patterned => true,
                None => schema
                    .get("additionalProperties")
                    .is_none_or(|schema| self.accepts(schema, value)),
            };
            named && fits
        });
        let dependent = |key: &str| {
            schema
                .get(key)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter(|(name, _)| object.contains_key(*name))
        };
        entries
            && required(schema.get("required"))
            && sized(schema, "minProperties", "maxProperties", object.len())
            && dependent("dependentRequired").all(|(_, names)| required(Some(names)))
            && dependent("dependentSchemas").all(|(_, schema)| self.accepts(schema, value))
    }
}

fn equals(schema: &Map<String, Value>, value: &Value) -> bool {
    schema.get("const").is_none_or(|constant| constant == value)
        && schema
            .get("enum")
            .and_then(Value::as_array)
            .is_none_or(|values| values.contains(value))
}

fn kind(schema: &Map<String, Value>, value: &Value) -> bool {
    let is = |kind: &Value| match kind.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => true,
    };
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is),
        Some(kind) => is(kind),
        None => true,
    }
}

fn number(schema: &Map<String, Value>, value: &Value) -> bool {
    let Some(number) = value.as_f64() else {
        return true;
    };
    let holds = |key: &str, test: fn(f64, f64) -> bool| {
        schema
            .get(key)
            .and_then(Value::as_f64)
            .is_none_or(|bound| test(number, bound))
    };
    let strict = |key: &str| schema.get(key) == Some(&Value::Bool(true));
    holds(
        "minimum",
        if strict("exclusiveMinimum") {
            |number, bound| number > bound
        } else {
            |number, bound| number >= bound
        },
    ) && holds(
        "maximum",
        if strict("exclusiveMaximum") {
            |number, bound| number < bound
        } else {
            |number, bound| number <= bound
        },
    ) && holds("exclusiveMinimum", |number, bound| number > bound)
        && holds("exclusiveMaximum", |number, bound| number < bound)
        && holds("multipleOf", |number, step| {
            step <= 0.0 || (number / step).fract() == 0.0
        })
}

fn string(schema: &Map<String, Value>, value: &Value) -> bool {
    value
        .as_str()
        .is_none_or(|text| sized(schema, "minLength", "maxLength", text.chars().count()))
}

fn sized(schema: &Map<String, Value>, least: &str, most: &str, size: usize) -> bool {
    bound(schema, least).is_none_or(|least| size >= least)
        && bound(schema, most).is_none_or(|most| size <= most)
}

fn bound(schema: &Map<String, Value>, key: &str) -> Option<usize> {
    schema
        .get(key)?
        .as_u64()
        .and_then(|bound| usize::try_from(bound).ok())
}
