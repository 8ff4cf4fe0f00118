//! The walk through a schema that makes a value.

mod array;
mod object;

use serde_json::{Map, Value};

use super::hints::{self, Hints};
use super::merge::merge;
use super::node::Node;
use super::validate::Validator;
use super::{number, resolve, string};
use crate::random::Random;

/// From here on a value is made as small as the schema lets it be: this is what ends recursion.
const DEEP: usize = 5;
/// Values in one document before everything is made small.
const MANY: usize = 600;
/// Deeper than this nothing is made: such a schema has no finite value.
const DEEPEST: usize = 48;
const TRIES: usize = 12;
/// Keywords that a first attempt may fail.
const RISKY: &[&str] = &[
    "oneOf",
    "not",
    "if",
    "dependentSchemas",
    "contains",
    "propertyNames",
    "anyOf",
    "uniqueItems",
];
/// Of items and entries, at most.
const MAX_ITEMS: usize = 256;
/// Hops from reference to reference.
const MAX_HOPS: usize = 24;

pub(crate) struct Generator<'a> {
    root: &'a Value,
    hints: &'a Hints<'a>,
    /// In place of the hints where these lead to nothing valid.
    no_hints: Hints<'static>,
    without_hints: bool,
    random: &'a mut Random,
    made: usize,
    strings: usize,
}

type Schema = Map<String, Value>;

impl<'a> Generator<'a> {
    pub(crate) fn new(root: &'a Value, hints: &'a Hints<'a>, random: &'a mut Random) -> Self {
        let no_hints = Hints::new("");
        Self {
            root,
            hints,
            no_hints,
            without_hints: false,
            random,
            made: 0,
            strings: 0,
        }
    }

    fn hints(&self) -> &Hints<'a> {
        if self.without_hints {
            &self.no_hints
        } else {
            self.hints
        }
    }

    pub(crate) fn root(&mut self) -> Node {
        self.value(self.root, "", 0)
    }

    /// A value for a schema; `name` is the property that it is for.
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Node {
        self.made += 1;
        match schema {
            Value::Object(schema) if depth < DEEPEST => self.checked(schema, name, depth),
            Value::Bool(true) => self.string(&Schema::new(), name),
            _ => Value::Null.into(),
        }
    }

    /// Where keywords can contradict a first attempt, several are made and the first valid one is taken.
    fn checked(&mut self, schema: &Schema, name: &str, depth: usize) -> Node {
        let schema = self.flattened(schema);
        if !RISKY.iter().any(|key| schema.contains_key(*key)) {
            return self.attempt(&schema, name, depth);
        }
        let whole = Value::Object(schema.clone());
        let mut first = None;
        let outer = self.without_hints;
        for turn in 0..TRIES {
            // What the prompt gives is tried first, and the same each time.
            self.without_hints = outer || turn >= TRIES / 2;
            let made = self.branch(&schema, turn, name, depth);
            self.without_hints = outer;
            if Validator::new(self.root).accepts(&whole, &made.to_value()) {
                return made;
            }
            first.get_or_insert(made);
            if self.made > 4 * MANY {
                break;
            }
        }
        first.unwrap_or(Node::Leaf(Value::Null))
    }

    /// References and `allOf` merged into their schema.
    fn flattened(&self, schema: &Schema) -> Schema {
        let mut schema = schema.clone();
        for _ in 0..MAX_HOPS {
            if let Some(reference) = schema.remove("$ref") {
                let target = reference
                    .as_str()
                    .and_then(|reference| resolve(self.root, reference));
                if let Some(Value::Object(target)) = target {
                    schema = merge(target, &schema);
                }
            } else if let Some(Value::Array(parts)) = schema.remove("allOf") {
                for part in parts.iter().filter_map(Value::as_object) {
                    schema = merge(&schema, part);
                }
            } else {
                break;
            }
        }
        schema
    }

    /// One of the ways that `anyOf`, `oneOf` and `if` leave open.
    fn branch(&mut self, schema: &Schema, number: usize, name: &str, depth: usize) -> Node {
        let mut schema = schema.clone();
        for key in ["anyOf", "oneOf"] {
            let Some(Value::Array(branches)) = schema.remove(key) else {
                continue;
            };
            if let Some(Value::Object(chosen)) = self.choose(&branches, number, depth) {
                schema = merge(&schema, chosen);
            }
        }
        if let Some(Value::Object(condition)) = schema.remove("if") {
            let (then, otherwise) = (schema.remove("then"), schema.remove("else"));
            let holds = number.is_multiple_of(2);
            let consequence = if holds { then } else { otherwise };
            if holds {
                schema = merge(&schema, &condition);
            }
            if let Some(Value::Object(consequence)) = consequence {
                schema = merge(&schema, &consequence);
            }
        }
        schema.remove("not");
        let again = ["$ref", "allOf", "anyOf", "oneOf", "if"]
            .iter()
            .any(|key| schema.contains_key(*key));
        if again {
            self.value(&Value::Object(schema), name, depth + 1)
        } else {
            self.attempt(&schema, name, depth)
        }
    }

    /// A branch: what the prompt names, else any but null; the smallest where values have to be small.
    fn choose<'s>(
        &mut self,
        branches: &'s [Value],
        number: usize,
        depth: usize,
    ) -> Option<&'s Value> {
        let mut order: Vec<&Value> = branches
            .iter()
            .filter(|branch| **branch != Value::Bool(false))
            .collect();
        if order.is_empty() {
            return None;
        }
        if self.small(depth) {
            order.sort_by_key(|branch| self.cost(branch, MAX_HOPS));
        } else {
            let turn = self.random.below(order.len());
            order.rotate_left(turn);
            order.sort_by_key(|branch| is_null(branch));
            order.sort_by_key(|branch| !self.is_named(branch));
        }
        order.get(number % order.len()).copied()
    }

    fn is_named(&self, branch: &Value) -> bool {
        let named = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| self.hints().mentions(text))
        };
        let constant = |schema: &Value| {
            schema.get("const").is_some_and(named)
                || schema["enum"]
                    .as_array()
                    .is_some_and(|list| list.iter().any(named))
        };
        let branch = branch
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| resolve(self.root, reference))
            .unwrap_or(branch);
        let tags = branch["properties"].as_object();
        constant(branch) || tags.is_some_and(|tags| tags.values().any(constant))
    }

    fn small(&self, depth: usize) -> bool {
        depth > DEEP || self.made > MANY
    }

    /// How deep the smallest value of a schema is. `hops` bounds the way through references.
    fn cost(&self, schema: &Value, hops: usize) -> usize {
        let Some(schema) = schema.as_object() else {
            return 1;
        };
        if hops == 0 {
            return DEEPEST;
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return resolve(self.root, reference).map_or(1, |target| self.cost(target, hops / 2));
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(Value::Array(branches)) = schema.get(key) {
                return branches
                    .iter()
                    .map(|branch| self.cost(branch, hops - 1))
                    .min()
                    .unwrap_or(1);
            }
        }
        let of_list = |key| {
            schema
                .get(key)
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        let parts = of_list("allOf")
            .iter()
            .map(|part| self.cost(part, hops - 1));
        let required = of_list("required").iter().filter_map(Value::as_str);
        let properties = required
            .filter_map(|name| schema.get("properties")?.get(name))
            .map(|property| 1 + self.cost(property, hops - 1));
        let has_items = schema
            .get("minItems")
            .and_then(Value::as_u64)
            .is_some_and(|least| least > 0);
        let items = schema
            .get("items")
            .filter(|_| has_items)
            .map(|items| 1 + self.cost(items, hops - 1));
        parts.chain(properties).chain(items).max().unwrap_or(1)
    }

    fn attempt(&mut self, schema: &Schema, name: &str, depth: usize) -> Node {
        if let Some(constant) = schema.get("const") {
            return constant.clone().into();
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return self.one_of(schema, values, name).into();
        }
        match kind(schema, self.small(depth)) {
            "null" => Value::Null.into(),
            "boolean" => self.boolean(name),
            kind @ ("integer" | "number") => self.number(schema, name, kind == "integer"),
            "array" => self.array(schema, name, depth),
            "object" => self.object(schema, depth),
            _ => self.string(schema, name),
        }
    }

    /// An enumerated value that fits the other keywords: the one that the prompt names, or any but null.
    fn one_of(&mut self, schema: &Schema, values: &[Value], name: &str) -> Value {
        let mut rest = schema.clone();
        rest.remove("enum");
        let (rest, validator) = (Value::Object(rest), Validator::new(self.root));
        let fitting: Vec<&Value> = values
            .iter()
            .filter(|value| validator.accepts(&rest, value))
            .collect();
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let wanted = self.hints().value_of(name);
        let named = fitting
            .iter()
            .find(|value| wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(&text(value))));
        let named = named.or_else(|| {
            fitting
                .iter()
                .find(|value| self.hints().mentions(&text(value)))
        });
        if let Some(named) = named {
            return (*named).clone();
        }
        let real: Vec<&&Value> = fitting.iter().filter(|value| !value.is_null()).collect();
        if real.is_empty() {
            return fitting
                .first()
                .map_or(Value::Null, |value| (*value).clone());
        }
        (**real[self.random.below(real.len())]).clone()
    }

    fn boolean(&mut self, name: &str) -> Node {
        let given = self.hints().value_of(name).and_then(hints::as_bool);
        given
            .unwrap_or_else(|| Value::Bool(self.random.below(2) == 0))
            .into()
    }

    fn number(&mut self, schema: &Schema, name: &str, whole: bool) -> Node {
        let hints = if self.without_hints {
            &self.no_hints
        } else {
            self.hints
        };
        number::make(schema, name, whole, hints, self.random).into()
    }

    fn string(&mut self, schema: &Schema, name: &str) -> Node {
        self.strings += 1;
        Value::String(self.text(schema, name, self.strings - 1)).into()
    }

    fn text(&mut self, schema: &Schema, name: &str, index: usize) -> String {
        let hints = if self.without_hints {
            &self.no_hints
        } else {
            self.hints
        };
        string::make(schema, name, index, hints, self.random)
    }
}

fn is_null(branch: &Value) -> bool {
    branch["type"] == "null" || branch.get("const") == Some(&Value::Null)
}

/// The type of the value to make; null only where values have to be small or nothing else is allowed.
fn kind(schema: &Schema, small: bool) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str);
            let has_null = kinds.clone().any(|kind| kind == "null");
            if small && has_null {
                "null"
            } else {
                kinds.find(|kind| *kind != "null").unwrap_or("null")
            }
        }
        _ => implied(schema),
    }
}

/// What keywords speak of where `type` is left out.
fn implied(schema: &Schema) -> &'static str {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    if has(&[
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "minProperties",
        "propertyNames",
    ]) {
        "object"
    } else if has(&[
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "contains",
        "uniqueItems",
    ]) {
        "array"
    } else if has(&[
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
    ]) {
        "number"
    } else {
        "string"
    }
}

fn size(schema: &Schema, key: &str) -> Option<usize> {
    let number = schema.get(key)?.as_f64().filter(|number| *number >= 0.0)?;
    // A size is used as a bound only, so that what is too large may be cut.
    format!("{:.0}", number.min(1e9)).parse().ok()
}

fn strings(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array)
        .map(|list| list.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

/// Whether nothing but the empty object is asked for, as by a tool without parameters.
pub(crate) fn is_empty_object(schema: &Value) -> bool {
    let has = |key: &str| match schema.get(key) {
        None => false,
        Some(Value::Object(parts)) => !parts.is_empty(),
        Some(Value::Array(parts)) => !parts.is_empty(),
        Some(_) => key == "$ref",
    };
    let keys = [
        "properties",
        "required",
        "$ref",
        "allOf",
        "anyOf",
        "oneOf",
        "patternProperties",
        "additionalProperties",
    ];
    !keys.iter().any(|key| has(key))
}
