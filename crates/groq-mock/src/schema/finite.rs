//! Which schemas have a finite value, and which parts lead to one.

use std::collections::HashMap;
use std::time::Instant;

use serde_json::{Map, Value};

use super::keywords::{NoValue, kinds, resolve, strings};

/// How far from a finite value the schemas of a document are, in references.
///
/// The rank of a schema is larger than that of every schema that its smallest value needs; a schema that always
/// contains itself has none.
pub(super) struct Ranks<'a> {
    root: &'a Value,
    /// The targets of references, by address.
    targets: HashMap<usize, u32>,
}

impl<'a> Ranks<'a> {
    /// Fails where the document itself has no finite value.
    pub(super) fn new(root: &'a Value, deadline: Instant) -> Result<Self, NoValue> {
        let mut open = Vec::new();
        targets(root, root, &mut open);
        open.sort_unstable_by_key(|target| place(target));
        open.dedup_by_key(|target| place(target));
        let mut ranks = Self {
            root,
            targets: HashMap::new(),
        };
        for round in 1.. {
            if Instant::now() > deadline {
                return Err(NoValue::TooLarge);
            }
            let finite: Vec<usize> = open
                .iter()
                .filter(|target| ranks.of(target).is_some())
                .map(|target| place(target))
                .collect();
            if finite.is_empty() {
                break;
            }
            ranks
                .targets
                .extend(finite.iter().map(|target| (*target, round)));
            open.retain(|target| !ranks.targets.contains_key(&place(target)));
        }
        match ranks.of(root) {
            Some(_) => Ok(ranks),
            None => Err(NoValue::Infinite),
        }
    }

    /// The rank of a schema, in the document or not.
    pub(super) fn of(&self, schema: &Value) -> Option<u32> {
        let Value::Object(schema) = schema else {
            return (schema != &Value::Bool(false)).then_some(0);
        };
        if schema.contains_key("const") || schema.contains_key("enum") {
            return Some(0);
        }
        let mut rank = 0;
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str)
            && let Some(target) = resolve(self.root, reference)
        {
            rank = *self.targets.get(&place(target))?;
        }
        let list = |key| {
            schema
                .get(key)
                .and_then(Value::as_array)
                .map_or(&[][..], Vec::as_slice)
        };
        for part in list("allOf") {
            rank = rank.max(self.of(part)?);
        }
        for key in ["anyOf", "oneOf"] {
            let branches = list(key);
            if !branches.is_empty() {
                rank = rank.max(branches.iter().filter_map(|branch| self.of(branch)).min()?);
            }
        }
        parts(schema)
            .into_iter()
            .try_fold(rank, |rank, part| Some(rank.max(self.of(part)?)))
    }
}

/// The schemas of what every value has inside, where it is an object or an array.
fn parts(schema: &Map<String, Value>) -> Vec<&Value> {
    match kinds(schema).as_slice() {
        ["object"] => {
            let named = |name: &str| schema.get("properties").and_then(|all| all.get(name));
            let other = schema
                .get("additionalProperties")
                .filter(|other| other.is_object());
            let required = strings(schema.get("required")).into_iter();
            required.filter_map(|name| named(name).or(other)).collect()
        }
        ["array"] => {
            let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
            let least = usize::try_from(least).unwrap_or(usize::MAX);
            let prefix = schema.get("prefixItems").and_then(Value::as_array);
            let prefix = prefix.map_or(&[][..], Vec::as_slice);
            let items = schema.get("items").filter(|_| least > prefix.len());
            prefix.iter().take(least).chain(items).collect()
        }
        _ => Vec::new(),
    }
}

/// Where a schema is in memory: its identity.
fn place(part: &Value) -> usize {
    std::ptr::from_ref(part).addr()
}

fn targets<'a>(root: &'a Value, value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(entries) => {
            let reference = entries.get("$ref").and_then(Value::as_str);
            found.extend(reference.and_then(|reference| resolve(root, reference)));
            entries
                .values()
                .for_each(|value| targets(root, value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| targets(root, value, found)),
        _ => {}
    }
}
