//! The walk through a schema that makes a value.

mod array;
mod object;

use std::borrow::Cow;
use std::time::Instant;

use serde_json::Value;

use super::finite::Ranks;
use super::hints::{self, Hints};
use super::keywords::{MAX_TEXT, MAX_VALUES, NoValue, Schema, kinds, resolve};
use super::merge::merge;
use super::{number, string};
use crate::random::Random;

/// From this depth on a value is made as small as the schema allows, which ends recursion.
const DEEP: usize = 5;
/// Values in one document before everything is made small.
const MANY: usize = 600;
/// The depth of a document; other parsers stop near it, too.
const DEEPEST: usize = 100;
/// Items and entries, at most.
const MAX_ITEMS: usize = 256;
/// References, unions and conditions that are resolved for one value.
const MAX_HOPS: usize = 64;

pub(super) type Made = Result<(), NoValue>;

pub(super) struct Generator<'a> {
    pub(super) root: &'a Value,
    pub(super) hints: &'a Hints<'a>,
    pub(super) random: Random,
    pub(super) ranks: &'a Ranks<'a>,
    pub(super) deadline: Instant,
    /// Whether any branch of a union is taken, and not the likeliest one.
    pub(super) any_branch: bool,
    pub(super) text: String,
    pub(super) made: usize,
    pub(super) strings: usize,
}

impl<'a> Generator<'a> {
    /// Writes a value for a schema; `name` is the property that it is for.
    pub(super) fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Made {
        self.made += 1;
        if self.made.is_multiple_of(64) {
            self.in_time()?;
        }
        if self.made > MAX_VALUES || self.text.len() > MAX_TEXT || depth > DEEPEST {
            return Err(NoValue::TooLarge);
        }
        match schema {
            Value::Object(schema) => {
                let schema = self.resolved(schema, depth)?;
                self.plain(&schema, name, depth)
            }
            Value::Bool(true) => {
                self.string(&Schema::new(), name);
                Ok(())
            }
            _ => {
                self.leaf(&Value::Null);
                Ok(())
            }
        }
    }

    fn in_time(&self) -> Made {
        if Instant::now() > self.deadline {
            return Err(NoValue::TooLarge);
        }
        Ok(())
    }

    /// The schema with references, `allOf`, and one way through unions and conditions merged into it.
    fn resolved<'s>(&mut self, schema: &'s Schema, depth: usize) -> Result<Cow<'s, Schema>, NoValue>
    where
        'a: 's,
    {
        let mut flat = Cow::Borrowed(schema);
        for hop in 1..MAX_HOPS {
            let key = ["$ref", "allOf", "anyOf", "oneOf", "if", "not"]
                .into_iter()
                .find(|key| flat.contains_key(*key));
            let Some(key) = key else { break };
            if hop % 8 == 0 {
                self.in_time()?;
            }
            let target = (key == "$ref").then(|| target(self.root, &flat)).flatten();
            if let Some(Value::Object(target)) = target
                && flat.len() == 1
            {
                flat = Cow::Borrowed(target);
                continue;
            }
            let mut rest = flat.into_owned();
            let part = rest.remove(key).unwrap_or_default();
            flat = Cow::Owned(match (key, part) {
                ("$ref", _) => both(target.unwrap_or(&Value::Null), rest),
                ("allOf", Value::Array(parts)) => {
                    let objects = parts.iter().filter_map(Value::as_object);
                    objects.fold(rest, |rest, part| merge(&rest, part))
                }
                ("anyOf" | "oneOf", Value::Array(branches)) => {
                    match self.choose(&branches, depth) {
                        Some(branch) => after(rest, branch),
                        None => rest,
                    }
                }
                ("if", condition) => {
                    let (then, otherwise) = (rest.remove("then"), rest.remove("else"));
                    if self.random.below(2) == 0 {
                        after(after(rest, &condition), &then.unwrap_or_default())
                    } else {
                        after(rest, &otherwise.unwrap_or_default())
                    }
                }
                _ => rest,
            });
        }
        Ok(flat)
    }

    /// A branch: what the prompt names, else any but null; the smallest where values have to be small.
    fn choose<'b>(&mut self, branches: &'b [Value], depth: usize) -> Option<&'b Value> {
        let mut order: Vec<(u32, &Value)> = branches
            .iter()
            .filter_map(|branch| Some((self.ranks.of(branch)?, branch)))
            .collect();
        if order.is_empty() {
            return None;
        }
        if self.small(depth) {
            order.sort_by_key(|(rank, _)| *rank);
        } else {
            let start = self.random.below(order.len());
            order.rotate_left(start);
            if !self.any_branch {
                order.sort_by_key(|(_, branch)| (!self.is_named(branch), is_null(branch)));
            }
        }
        Some(order[0].1)
    }

    fn is_named(&self, branch: &Value) -> bool {
        let named = |value: &Value| value.as_str().is_some_and(|text| self.hints.mentions(text));
        let constant = |schema: &Value| {
            let values = schema["enum"].as_array();
            schema.get("const").is_some_and(named)
                || values.is_some_and(|list| list.iter().any(named))
        };
        let target = branch
            .as_object()
            .and_then(|branch| target(self.root, branch));
        let branch = target.unwrap_or(branch);
        let tags = branch["properties"].as_object();
        constant(branch) || tags.is_some_and(|tags| tags.values().any(constant))
    }

    fn small(&self, depth: usize) -> bool {
        depth > DEEP || self.made > MANY
    }

    /// A value for a schema without references and unions.
    fn plain(&mut self, schema: &Schema, name: &str, depth: usize) -> Made {
        if let Some(constant) = schema.get("const") {
            self.leaf(constant);
            return Ok(());
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            let value = self.one_of(schema, values, name);
            self.leaf(value);
            return Ok(());
        }
        match kind(&kinds(schema), self.small(depth)) {
            "array" => return self.array(schema, name, depth),
            "object" => return self.object(schema, depth),
            "null" => self.leaf(&Value::Null),
            "boolean" => {
                let given = self.hints.value_of(name).and_then(hints::as_bool);
                let value = given.unwrap_or_else(|| Value::Bool(self.random.below(2) == 0));
                self.leaf(&value);
            }
            kind @ ("integer" | "number") => {
                let whole = kind == "integer";
                let made = number::make(schema, name, whole, self.hints, &mut self.random);
                self.leaf(&made);
            }
            _ => self.string(schema, name),
        }
        Ok(())
    }

    fn leaf(&mut self, value: &Value) {
        self.text.push_str(&value.to_string());
    }

    /// An enumerated value of the right type: the one that the prompt names, or any but null.
    fn one_of<'v>(&mut self, schema: &Schema, values: &'v [Value], name: &str) -> &'v Value {
        let kinds = schema.get("type").map(|_| kinds(schema));
        let fits = |value: &&Value| kinds.as_ref().is_none_or(|kinds| is_kind(value, kinds));
        let fitting: Vec<&Value> = values.iter().filter(fits).collect();
        let text = |value: &Value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        };
        let wanted = self.hints.value_of(name);
        let is_wanted =
            |value: &Value| wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(&text(value)));
        let is_mentioned = |value: &Value| self.hints.mentions(&text(value));
        let named = fitting.iter().find(|value| is_wanted(value));
        let named = named.or_else(|| fitting.iter().find(|value| is_mentioned(value)));
        if let Some(named) = named {
            return named;
        }
        let is_real = |value: &&&Value| !value.is_null();
        let real: Vec<&&Value> = fitting.iter().filter(is_real).collect();
        match real.len() {
            0 => fitting.first().copied().unwrap_or(&Value::Null),
            count => real[self.random.below(count)],
        }
    }

    fn string(&mut self, schema: &Schema, name: &str) {
        let made = string::make(schema, name, self.strings, self.hints, &mut self.random);
        self.strings += 1;
        self.leaf(&Value::String(made));
    }
}

/// The schema that a reference points to.
fn target<'a>(root: &'a Value, schema: &Schema) -> Option<&'a Value> {
    resolve(root, schema.get("$ref")?.as_str()?)
}

/// Two schemas as one; what is no object says nothing.
fn both(first: &Value, second: Schema) -> Schema {
    match first {
        Value::Object(first) => merge(first, &second),
        _ => second,
    }
}

fn after(first: Schema, second: &Value) -> Schema {
    match second {
        Value::Object(second) => merge(&first, second),
        _ => first,
    }
}

fn is_null(branch: &Value) -> bool {
    branch["type"] == "null" || branch.get("const") == Some(&Value::Null)
}

/// The type of the value to make: null only where nothing else is allowed, or where values have to be small.
fn kind<'s>(kinds: &[&'s str], small: bool) -> &'s str {
    let is_leaf = |kind: &&&str| !matches!(**kind, "object" | "array");
    let leaf = kinds
        .iter()
        .find(|kind| **kind == "null")
        .or_else(|| kinds.iter().find(is_leaf));
    let usual = kinds.iter().find(|kind| **kind != "null");
    leaf.filter(|_| small).or(usual).copied().unwrap_or("null")
}

fn is_kind(value: &Value, kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| match *kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => value.is_number(),
    })
}

fn size(schema: &Schema, key: &str) -> Option<usize> {
    let number = schema.get(key)?.as_f64().filter(|number| *number >= 0.0)?;
    // A size is used as a bound only, so that what is too large may be cut.
    format!("{:.0}", number.min(1e9)).parse().ok()
}
