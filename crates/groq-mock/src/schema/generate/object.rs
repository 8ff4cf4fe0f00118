//! Objects.

use serde_json::Value;

use super::{Generator, MAX_ITEMS, Schema, size, strings};
use crate::schema::node::Node;
use crate::schema::pattern;

type Entries = Vec<(String, Node)>;

impl Generator<'_> {
    /// Required properties in the order in which they are required, then the others.
    pub(super) fn object(&mut self, schema: &Schema, depth: usize) -> Node {
        let properties = schema.get("properties").and_then(Value::as_object);
        let most = size(schema, "maxProperties").unwrap_or(usize::MAX);
        let mut names = strings(schema.get("required"));
        let required = names.len();
        if !self.small(depth) {
            let possible = properties
                .into_iter()
                .flatten()
                .filter(|(_, property)| **property != Value::Bool(false));
            names.extend(possible.map(|(name, _)| name.as_str()));
        }
        let mut entries = Entries::new();
        let mut next = 0;
        while let Some(name) = names.get(next).copied() {
            next += 1;
            if has(&entries, name) || (next > required && entries.len() >= most) {
                continue;
            }
            let property = properties
                .and_then(|properties| properties.get(name))
                .or_else(|| unnamed_property(schema));
            let value = self.value(property.unwrap_or(&Value::Bool(true)), name, depth + 1);
            entries.push((name.to_owned(), value));
            names.extend(strings(
                schema
                    .get("dependentRequired")
                    .and_then(|dependent| dependent.get(name)),
            ));
        }
        self.fill_map(schema, &mut entries, depth);
        Node::Object(entries)
    }

    /// Entries that no property names: of a map, or to reach `minProperties`.
    fn fill_map(&mut self, schema: &Schema, entries: &mut Entries, depth: usize) {
        let least = size(schema, "minProperties").unwrap_or(0).min(MAX_ITEMS);
        let most = size(schema, "maxProperties").unwrap_or(usize::MAX);
        let value = unnamed_property(schema);
        let is_map = entries.is_empty() && value.is_some() && !schema.contains_key("properties");
        let wanted = if is_map && !self.small(depth) {
            least.max(2)
        } else {
            least
        }
        .min(most);
        // A key may be made twice, so that there are more turns than entries.
        for turn in 0..wanted * 4 {
            if entries.len() >= wanted {
                break;
            }
            let Some(key) = self.key(schema, turn).filter(|key| !has(entries, key)) else {
                continue;
            };
            let made = self.value(value.unwrap_or(&Value::Bool(true)), &key, depth + 1);
            entries.push((key, made));
        }
    }

    fn key(&mut self, schema: &Schema, turn: usize) -> Option<String> {
        if let Some((pattern, _)) = patterned(schema) {
            return pattern::generate(pattern, self.random);
        }
        if let Some(names) = schema.get("propertyNames").and_then(Value::as_object) {
            let names = self.flattened(names);
            if let Some(Value::Array(values)) = names.get("enum") {
                return values
                    .get(turn % values.len().max(1))
                    .and_then(Value::as_str)
                    .map(str::to_owned);
            }
            return Some(self.text(&names, "key", turn));
        }
        let words = &self.hints().topic().words;
        let word = words[turn % words.len()].to_lowercase().replace(' ', "_");
        Some(if turn < words.len() {
            word
        } else {
            format!("{word}_{turn}")
        })
    }
}

fn has(entries: &Entries, name: &str) -> bool {
    entries.iter().any(|(known, _)| known == name)
}

/// What an entry must be that `properties` does not name.
fn unnamed_property(schema: &Schema) -> Option<&Value> {
    let additional = || {
        schema
            .get("additionalProperties")
            .filter(|schema| schema.is_object())
    };
    patterned(schema)
        .map(|(_, value)| value)
        .or_else(additional)
}

fn patterned(schema: &Schema) -> Option<(&String, &Value)> {
    schema
        .get("patternProperties")
        .and_then(Value::as_object)?
        .iter()
        .next()
}
