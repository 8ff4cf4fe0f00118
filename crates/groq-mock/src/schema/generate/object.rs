//! Objects.

use serde_json::Value;

use super::{Generator, MAX_ITEMS, Made, size};
use crate::schema::keywords::{NoValue, Schema, strings};
use crate::schema::{pattern, string};

impl Generator<'_> {
    /// Required properties in the order in which they are required, then the others.
    pub(super) fn object(&mut self, schema: &Schema, depth: usize) -> Made {
        let properties = schema.get("properties").and_then(Value::as_object);
        let most = size(schema, "maxProperties").unwrap_or(usize::MAX);
        let mut names = strings(schema.get("required"));
        let required = names.len();
        if !self.small(depth) {
            let optional = properties.into_iter().flatten();
            let optional = optional.filter(|(_, property)| self.ranks.of(property).is_some());
            names.extend(optional.map(|(name, _)| name.as_str()));
        }
        let mut keys: Vec<String> = Vec::new();
        let mut next = 0;
        self.text.push('{');
        while let Some(name) = names.get(next).copied() {
            next += 1;
            if keys.iter().any(|known| known == name) || (next > required && keys.len() >= most) {
                continue;
            }
            let known = properties.and_then(|properties| properties.get(name));
            let property = known.or_else(|| unnamed_property(schema));
            self.entry(name.to_owned(), property, &mut keys, depth)?;
            let dependent = schema.get("dependentRequired");
            names.extend(strings(dependent.and_then(|all| all.get(name))));
        }
        self.fill_map(schema, &mut keys, most, depth)?;
        self.text.push('}');
        Ok(())
    }

    fn entry(
        &mut self,
        name: String,
        schema: Option<&Value>,
        made: &mut Vec<String>,
        depth: usize,
    ) -> Made {
        if !made.is_empty() {
            self.text.push(',');
        }
        self.leaf(&Value::from(name.as_str()));
        self.text.push(':');
        self.value(schema.unwrap_or(&Value::Bool(true)), &name, depth + 1)?;
        made.push(name);
        Ok(())
    }

    /// Entries that no property names: of a map, or to reach `minProperties`.
    fn fill_map(
        &mut self,
        schema: &Schema,
        made: &mut Vec<String>,
        most: usize,
        depth: usize,
    ) -> Made {
        let least = size(schema, "minProperties").unwrap_or(0).min(MAX_ITEMS);
        let value = unnamed_property(schema);
        let is_finite = value.is_some_and(|value| self.ranks.of(value).is_some());
        let is_map = made.is_empty() && is_finite && !schema.contains_key("properties");
        let usual = if is_map && !self.small(depth) { 2 } else { 0 };
        let wanted = least.max(usual).min(most);
        // A key may be made twice, so that there are more turns than entries.
        for turn in 0..wanted * 4 {
            if made.len() >= wanted {
                break;
            }
            if let Some(key) = self.key(schema, turn)?.filter(|key| !made.contains(key)) {
                self.entry(key, value, made, depth)?;
            }
        }
        Ok(())
    }

    fn key(&mut self, schema: &Schema, turn: usize) -> Result<Option<String>, NoValue> {
        if let Some((pattern, _)) = patterned(schema) {
            return Ok(pattern::generate(pattern, 1, &mut self.random));
        }
        if let Some(names) = schema.get("propertyNames").and_then(Value::as_object) {
            let names = self.resolved(names, 0)?;
            return Ok(match names.get("enum").and_then(Value::as_array) {
                Some(values) => {
                    let value = values.get(turn % values.len().max(1));
                    value.and_then(Value::as_str).map(str::to_owned)
                }
                None => Some(string::make(
                    &names,
                    "key",
                    turn,
                    self.hints,
                    &mut self.random,
                )),
            });
        }
        let words = &self.hints.topic().words;
        let word = words[turn % words.len()].to_lowercase().replace(' ', "_");
        Ok(Some(if turn < words.len() {
            word
        } else {
            format!("{word}_{turn}")
        }))
    }
}

/// The schema of an entry that `properties` does not name.
fn unnamed_property(schema: &Schema) -> Option<&Value> {
    let additional = || {
        schema
            .get("additionalProperties")
            .filter(|other| other.is_object())
    };
    patterned(schema)
        .map(|(_, value)| value)
        .or_else(additional)
}

fn patterned(schema: &Schema) -> Option<(&String, &Value)> {
    let patterns = schema.get("patternProperties")?.as_object()?;
    patterns.iter().next()
}
