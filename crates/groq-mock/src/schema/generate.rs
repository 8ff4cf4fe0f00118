//! The walk through a schema that makes a value.

mod array;
mod object;

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;

use super::finite::Ranks;
use super::hints::{self, Hints};
use super::keywords::{MAX_TEXT, MAX_VALUES, NoValue, Schema, TRIES, kinds, resolve};
use super::merge::merge;
use super::{number, string};
use crate::random::Random;

/// From this depth on a value is made as small as the schema lets it be: this is what ends recursion.
const DEEP: usize = 5;
/// Values in one document before everything is made small.
const MANY: usize = 600;
/// The depth of a document; more is not read by others either.
const DEEPEST: usize = 100;
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
/// What says nothing about values.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "$comment",
    "$defs",
    "definitions",
    "$schema",
    "$id",
];
/// Of items and entries, at most.
const MAX_ITEMS: usize = 256;
/// Hops from reference to reference.
const MAX_HOPS: usize = 24;

pub(super) type Made = Result<(), NoValue>;

pub(super) struct Generator<'a> {
    root: &'a Value,
    hints: &'a Hints<'a>,
    /// In place of the hints where these lead to nothing valid.
    no_hints: Hints<'static>,
    without_hints: bool,
    random: Random,
    ranks: &'a Ranks<'a>,
    /// How often the values at some places were made before, by their path.
    turns: &'a BTreeMap<String, usize>,
    deadline: Instant,
    path: String,
    /// The paths of values that may not be valid.
    risky: Vec<String>,
    /// Schemas put together of several. They are kept to the end, so that their addresses stay theirs.
    merged: HashMap<(usize, usize), Rc<Schema>>,
    text: String,
    made: usize,
    strings: usize,
}

/// A schema of the document, or one put together.
enum Flat<'s> {
    Borrowed(&'s Schema),
    Merged(Rc<Schema>),
}

impl Deref for Flat<'_> {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        match self {
            Self::Borrowed(schema) => schema,
            Self::Merged(schema) => schema,
        }
    }
}

impl<'a> Generator<'a> {
    pub(super) fn new(
        root: &'a Value,
        hints: &'a Hints<'a>,
        random: Random,
        ranks: &'a Ranks<'a>,
        turns: &'a BTreeMap<String, usize>,
        deadline: Instant,
    ) -> Self {
        Self {
            root,
            hints,
            no_hints: Hints::new(""),
            without_hints: false,
            random,
            ranks,
            turns,
            deadline,
            path: String::new(),
            risky: Vec::new(),
            merged: HashMap::new(),
            text: String::new(),
            made: 0,
            strings: 0,
        }
    }

    /// The document, and the paths of values that may not be valid.
    pub(super) fn document(mut self) -> Result<(String, Vec<String>), NoValue> {
        self.value(self.root, "", 0)?;
        Ok((self.text, self.risky))
    }

    fn hints(&self) -> &Hints<'a> {
        if self.without_hints {
            &self.no_hints
        } else {
            self.hints
        }
    }

    /// Writes a value for a schema; `name` is the property that it is for.
    fn value(&mut self, schema: &Value, name: &str, depth: usize) -> Made {
        self.made += 1;
        let late = self.made.is_multiple_of(64) && Instant::now() > self.deadline;
        if late || self.made > MAX_VALUES || self.text.len() > MAX_TEXT || depth > DEEPEST {
            return Err(NoValue::TooLarge);
        }
        match schema {
            Value::Object(schema) => self.checked(schema, name, depth),
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

    /// A value inside another one, at a step of its path.
    fn inner(&mut self, step: &str, schema: &Value, name: &str, depth: usize) -> Made {
        let length = self.path.len();
        self.path.push('/');
        self.path
            .push_str(&step.replace('~', "~0").replace('/', "~1"));
        let made = self.value(schema, name, depth + 1);
        self.path.truncate(length);
        made
    }

    /// Where keywords may contradict a first attempt, the place is noted, and each turn is another attempt.
    fn checked(&mut self, schema: &Schema, name: &str, depth: usize) -> Made {
        let schema = self.flattened(schema)?;
        let is_risky = RISKY.iter().any(|key| schema.contains_key(*key))
            || (schema.contains_key("enum") && schema.len() > 2);
        if !is_risky {
            return self.attempt(&schema, name, depth);
        }
        let turn = self.turns.get(&self.path).copied().unwrap_or(0);
        self.risky.push(self.path.clone());
        let random = self.random.fork(&format!("{} {turn}", self.path));
        let (outer_random, outer_hints) = (
            std::mem::replace(&mut self.random, random),
            self.without_hints,
        );
        // What the prompt gives is tried first.
        self.without_hints |= turn >= TRIES;
        let made = self.branch(&schema, turn, name, depth);
        (self.random, self.without_hints) = (outer_random, outer_hints);
        made
    }

    /// References and `allOf` merged into their schema.
    fn flattened<'s>(&mut self, schema: &'s Schema) -> Result<Flat<'s>, NoValue>
    where
        'a: 's,
    {
        let mut schema = schema;
        for _ in 0..MAX_HOPS {
            let says_more = || {
                schema
                    .keys()
                    .any(|key| key != "$ref" && !is_annotation(key))
            };
            let target = target(self.root, schema);
            match target.and_then(Value::as_object) {
                Some(target) if !says_more() => schema = target,
                _ => break,
            }
        }
        if !schema.contains_key("$ref") && !schema.contains_key("allOf") {
            return Ok(Flat::Borrowed(schema));
        }
        let key = (address(schema), 0);
        if let Some(merged) = self.merged.get(&key) {
            return Ok(Flat::Merged(Rc::clone(merged)));
        }
        let mut merged = schema.clone();
        for _ in 0..MAX_HOPS {
            if let Some(target) = target(self.root, &merged) {
                merged.remove("$ref");
                if let Value::Object(target) = target {
                    merged = merge(target, &merged);
                }
            } else if merged.remove("$ref").is_none() {
                let Some(Value::Array(parts)) = merged.remove("allOf") else {
                    break;
                };
                for part in parts.iter().filter_map(Value::as_object) {
                    merged = merge(&merged, part);
                }
            }
            if Instant::now() > self.deadline {
                return Err(NoValue::TooLarge);
            }
        }
        Ok(Flat::Merged(Rc::clone(
            self.merged.entry(key).or_insert(Rc::new(merged)),
        )))
    }

    /// One of the ways that `anyOf`, `oneOf` and `if` leave open.
    fn branch(&mut self, schema: &Schema, turn: usize, name: &str, depth: usize) -> Made {
        let mut chosen = [None, None];
        for (key, chosen) in ["anyOf", "oneOf"].into_iter().zip(&mut chosen) {
            if let Some(Value::Array(branches)) = schema.get(key) {
                *chosen = self.choose(branches, turn, depth);
            }
        }
        // A union and nothing else is the branch.
        if let ([Some(only), None] | [None, Some(only)], Value::Array(branches)) = (
            chosen,
            schema
                .get("anyOf")
                .or_else(|| schema.get("oneOf"))
                .unwrap_or(&Value::Null),
        ) && schema
            .keys()
            .all(|key| key == "anyOf" || key == "oneOf" || is_annotation(key))
        {
            return self.value(&branches[only], name, depth + 1);
        }
        let holds = turn.is_multiple_of(2);
        let [any, one] = chosen.map(|chosen| chosen.map_or(0, |chosen| chosen + 1));
        let key = (
            address(schema),
            1 + usize::from(holds) + 2 * (any + 1024 * one),
        );
        let merged = self.merged.entry(key);
        let merged = merged.or_insert_with(|| Rc::new(together(schema, chosen, holds)));
        let merged = Rc::clone(merged);
        let again = ["$ref", "allOf", "anyOf", "oneOf", "if"]
            .iter()
            .any(|key| merged.contains_key(*key));
        if again {
            self.made += 1;
            if depth > DEEPEST {
                return Err(NoValue::TooLarge);
            }
            self.checked(&merged, name, depth + 1)
        } else {
            self.attempt(&merged, name, depth)
        }
    }

    /// The index of a branch: what the prompt names, else any but null; the smallest where values have to be small.
    fn choose(&mut self, branches: &[Value], turn: usize, depth: usize) -> Option<usize> {
        let ranks = self.ranks;
        let mut order: Vec<(usize, u32)> = branches
            .iter()
            .enumerate()
            .filter_map(|(index, branch)| Some((index, ranks.of(branch)?)))
            .collect();
        if order.is_empty() {
            return None;
        }
        if self.small(depth) {
            order.sort_by_key(|(_, rank)| *rank);
        } else {
            let start = self.random.below(order.len());
            order.rotate_left(start);
            order.sort_by_key(|(index, _)| {
                let branch = &branches[*index];
                (!self.is_named(branch), is_null(branch))
            });
        }
        Some(order[turn % order.len()].0)
    }

    fn is_named(&self, branch: &Value) -> bool {
        let named = |value: &Value| {
            value
                .as_str()
                .is_some_and(|text| self.hints().mentions(text))
        };
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

    fn attempt(&mut self, schema: &Schema, name: &str, depth: usize) -> Made {
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
                let given = self.hints().value_of(name).and_then(hints::as_bool);
                let value = given.unwrap_or_else(|| Value::Bool(self.random.below(2) == 0));
                self.leaf(&value);
            }
            kind @ ("integer" | "number") => {
                let hints = if self.without_hints {
                    &self.no_hints
                } else {
                    self.hints
                };
                let made = number::make(schema, name, kind == "integer", hints, &mut self.random);
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
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let wanted = self.hints().value_of(name);
        let is_wanted =
            |value: &Value| wanted.is_some_and(|wanted| wanted.eq_ignore_ascii_case(&text(value)));
        let named = fitting.iter().find(|value| is_wanted(value));
        let mentioned = || {
            fitting
                .iter()
                .find(|value| self.hints().mentions(&text(value)))
        };
        if let Some(named) = named.or_else(mentioned) {
            return named;
        }
        let real: Vec<&Value> = fitting
            .iter()
            .copied()
            .filter(|value| !value.is_null())
            .collect();
        match real.len() {
            0 => fitting.first().copied().unwrap_or(&Value::Null),
            count => real[self.random.below(count)],
        }
    }

    fn string(&mut self, schema: &Schema, name: &str) {
        self.strings += 1;
        let made = self.plain(schema, name, self.strings - 1);
        self.text.push_str(&Value::String(made).to_string());
    }

    fn plain(&mut self, schema: &Schema, name: &str, index: usize) -> String {
        let hints = if self.without_hints {
            &self.no_hints
        } else {
            self.hints
        };
        string::make(schema, name, index, hints, &mut self.random)
    }
}

/// What the reference of a schema points to.
fn target<'a>(root: &'a Value, schema: &Schema) -> Option<&'a Value> {
    resolve(root, schema.get("$ref")?.as_str()?)
}

/// A schema with the chosen branches, and with what follows from its condition.
fn together(schema: &Schema, chosen: [Option<usize>; 2], holds: bool) -> Schema {
    let mut merged = schema.clone();
    for (key, chosen) in ["anyOf", "oneOf"].into_iter().zip(chosen) {
        let branches = merged.remove(key);
        let branch = chosen.and_then(|chosen| branches.as_ref()?.get(chosen)?.as_object());
        if let Some(branch) = branch {
            merged = merge(&merged, branch);
        }
    }
    if let Some(Value::Object(condition)) = merged.remove("if") {
        let (then, otherwise) = (merged.remove("then"), merged.remove("else"));
        if holds {
            merged = merge(&merged, &condition);
        }
        if let Some(Value::Object(consequence)) = if holds { then } else { otherwise } {
            merged = merge(&merged, &consequence);
        }
    }
    merged.remove("not");
    merged
}

/// Where a schema is in memory.
fn address(schema: &Schema) -> usize {
    std::ptr::from_ref(schema).addr()
}

fn is_annotation(key: &str) -> bool {
    ANNOTATIONS.contains(&key)
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
