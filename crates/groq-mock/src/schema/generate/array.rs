//! Arrays.

use serde_json::Value;

use super::{Generator, MAX_ITEMS, Made, size};
use crate::schema::keywords::{NoValue, Schema, TRIES, kinds};
use crate::schema::number;

/// Enough to show that there may be several.
const USUAL: usize = 2;

impl Generator<'_> {
    pub(super) fn array(&mut self, schema: &Schema, name: &str, depth: usize) -> Made {
        let contains = schema.get("contains");
        let contained = contains.map_or(0, |_| size(schema, "minContains").unwrap_or(1));
        let contained = contained.min(MAX_ITEMS);
        let is_unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
        let name = name.strip_suffix('s').unwrap_or(name);
        let mut items: Vec<String> = Vec::new();
        self.text.push('[');
        for index in 0..self.count(schema, depth).max(contained) {
            let item = contains.filter(|_| index < contained);
            let Some(item) = item.or_else(|| item_schema(schema, index)) else {
                break;
            };
            let start = self.text.len();
            if index > 0 {
                self.text.push(',');
            }
            if !is_unique {
                self.value(item, name, depth + 1)?;
            } else if !self.unique(item, &mut items, name, depth)? {
                self.text.truncate(start);
                break;
            }
        }
        self.text.push(']');
        Ok(())
    }

    fn count(&self, schema: &Schema, depth: usize) -> usize {
        let least = size(schema, "minItems").unwrap_or(0).min(MAX_ITEMS);
        let most = size(schema, "maxItems").unwrap_or(MAX_ITEMS);
        let is_finite = item_schema(schema, 0).is_none_or(|item| self.ranks.of(item).is_some());
        let usual = if self.small(depth) || !is_finite {
            0
        } else {
            positional(schema).len().max(USUAL)
        };
        usual.clamp(least, most.clamp(least, MAX_ITEMS))
    }

    /// Writes an item that equals none of the others; false if there is none left.
    fn unique(
        &mut self,
        item: &Value,
        others: &mut Vec<String>,
        name: &str,
        depth: usize,
    ) -> Result<bool, NoValue> {
        let start = self.text.len();
        for _ in 0..TRIES {
            self.value(item, name, depth + 1)?;
            let made = self.text.split_off(start);
            if !others.contains(&made) {
                self.text.push_str(&made);
                others.push(made);
                return Ok(true);
            }
        }
        // Small ranges give the same again and again: count through them.
        let Value::Object(item) = item else {
            return Ok(false);
        };
        let item = self.resolved(item, depth)?;
        let listed = item.get("enum").and_then(Value::as_array);
        let is_number = listed.is_none()
            && kinds(&item)
                .iter()
                .any(|kind| matches!(*kind, "integer" | "number"));
        let counted = number::range(&item).take_while(|_| is_number);
        let listed = listed.into_iter().flatten().map(Value::to_string);
        let mut candidates = listed.chain(counted);
        let other = candidates.find(|text| !others.contains(text));
        if let Some(text) = &other {
            self.text.push_str(text);
            others.push(text.clone());
        }
        Ok(other.is_some())
    }
}

/// The schema of the item at a place; `None` where there may be none.
fn item_schema(schema: &Schema, index: usize) -> Option<&Value> {
    let rest = match schema.get("items") {
        Some(Value::Array(_)) => schema.get("additionalItems"),
        other => other,
    };
    let item = positional(schema).get(index).or(rest);
    let item = item.unwrap_or(&Value::Bool(true));
    (item != &Value::Bool(false)).then_some(item)
}

/// `prefixItems`, or `items` as a list, which is what older drafts call it.
fn positional(schema: &Schema) -> &[Value] {
    let list = schema.get("prefixItems").or_else(|| schema.get("items"));
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
