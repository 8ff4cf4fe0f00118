//! Arrays.

use serde_json::Value;

use super::{Generator, MAX_ITEMS, Made, size};
use crate::schema::keywords::{NoValue, Schema, TRIES, kinds};
use crate::schema::number;

/// Enough to show that there may be several.
const USUAL: usize = 2;

impl Generator<'_> {
    pub(super) fn array(&mut self, schema: &Schema, name: &str, depth: usize) -> Made {
        let count = self.count(schema, depth);
        let contains = schema.get("contains").map(|item| {
            (
                item,
                size(schema, "minContains").unwrap_or(1).min(MAX_ITEMS),
            )
        });
        let contained = contains.map_or(0, |(_, least)| least);
        let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let name = name.strip_suffix('s').unwrap_or(name);
        let mut items: Vec<String> = Vec::new();
        self.text.push('[');
        for index in 0..count.max(contained) {
            let item = match contains.filter(|(_, least)| index < *least) {
                Some((item, _)) => Some(item),
                None => item_schema(schema, index),
            };
            let Some(item) = item else { break };
            let start = self.text.len();
            if index > 0 {
                self.text.push(',');
            }
            if is_unique {
                if !self.unique(index, item, &mut items, name, depth)? {
                    self.text.truncate(start);
                    break;
                }
            } else {
                self.inner(&index.to_string(), item, name, depth)?;
            }
        }
        self.text.push(']');
        Ok(())
    }

    fn count(&self, schema: &Schema, depth: usize) -> usize {
        let least = size(schema, "minItems").unwrap_or(0).min(MAX_ITEMS);
        let most = size(schema, "maxItems")
            .unwrap_or(MAX_ITEMS)
            .clamp(least, MAX_ITEMS);
        let is_finite = item_schema(schema, 0).is_none_or(|item| self.ranks.of(item).is_some());
        let usual = if self.small(depth) || !is_finite {
            0
        } else {
            positional(schema).len().max(USUAL)
        };
        usual.clamp(least, most)
    }

    /// Writes an item that is none of the others; false where there is no other one.
    fn unique(
        &mut self,
        index: usize,
        item: &Value,
        others: &mut Vec<String>,
        name: &str,
        depth: usize,
    ) -> Result<bool, NoValue> {
        let start = self.text.len();
        for _ in 0..TRIES * 2 {
            self.text.truncate(start);
            self.inner(&index.to_string(), item, name, depth)?;
            let made = self.text[start..].to_owned();
            if !others.contains(&made) {
                others.push(made);
                return Ok(true);
            }
        }
        // Small ranges give the same again and again: count through them.
        self.text.truncate(start);
        let Value::Object(item) = item else {
            return Ok(false);
        };
        let item = self.flattened(item)?;
        let listed = item
            .get("enum")
            .and_then(Value::as_array)
            .map_or(&[][..], Vec::as_slice);
        let numbers = kinds(&item)
            .iter()
            .any(|kind| matches!(*kind, "integer" | "number"));
        let counted = number::range(&item).take_while(|_| numbers && listed.is_empty());
        let mut candidates = listed.iter().map(Value::to_string).chain(counted);
        let other = candidates.find(|text| !others.contains(text));
        if let Some(text) = &other {
            self.text.push_str(text);
            others.push(text.clone());
        }
        Ok(other.is_some())
    }
}

/// What the item at a place must be; `None` where there may be none.
fn item_schema(schema: &Schema, index: usize) -> Option<&Value> {
    if let Some(item) = positional(schema).get(index) {
        return Some(item);
    }
    let rest = match schema.get("items") {
        Some(Value::Array(_)) => schema.get("additionalItems"),
        other => other,
    };
    match rest {
        Some(Value::Bool(false)) => None,
        Some(item) => Some(item),
        None => Some(&Value::Bool(true)),
    }
}

/// `prefixItems`, or `items` as a list, which is what older drafts call it.
fn positional(schema: &Schema) -> &[Value] {
    let list = schema
        .get("prefixItems")
        .or_else(|| schema.get("items"))
        .and_then(Value::as_array);
    list.map_or(&[], Vec::as_slice)
}
