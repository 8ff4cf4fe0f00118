//! Arrays.

use serde_json::{Value, json};

use super::{Generator, MAX_ITEMS, Schema, TRIES, size};
use crate::schema::node::Node;
use crate::schema::validate::Validator;

/// Enough to show that there may be several.
const USUAL: usize = 2;

impl Generator<'_> {
    pub(super) fn array(&mut self, schema: &Schema, name: &str, depth: usize) -> Node {
        let count = self.count(schema, depth);
        let mut items = self.contained(schema, count, name, depth);
        while items.len() < count {
            let Some(item) = item_schema(schema, items.len()) else {
                break;
            };
            let Some(item) = self.item(schema, &item, &items, name, depth) else {
                break;
            };
            items.push(item);
        }
        Node::Array(items)
    }

    fn count(&self, schema: &Schema, depth: usize) -> usize {
        let least = size(schema, "minItems").unwrap_or(0).min(MAX_ITEMS);
        let most = size(schema, "maxItems")
            .unwrap_or(MAX_ITEMS)
            .clamp(least, MAX_ITEMS);
        let wanted = if self.small(depth) {
            0
        } else {
            positional(schema).len().max(USUAL)
        };
        wanted.clamp(least, most)
    }

    /// The items that `contains` asks for.
    fn contained(&mut self, schema: &Schema, count: usize, name: &str, depth: usize) -> Vec<Node> {
        let Some(contained) = schema.get("contains") else {
            return Vec::new();
        };
        let least = size(schema, "minContains").unwrap_or(1).min(MAX_ITEMS);
        (0..least.min(count.max(least)))
            .map(|_| self.value(contained, name, depth + 1))
            .collect()
    }

    /// An item, different from the others where that is asked for.
    fn item(
        &mut self,
        array: &Schema,
        item: &Value,
        others: &[Node],
        name: &str,
        depth: usize,
    ) -> Option<Node> {
        let name = name.strip_suffix('s').unwrap_or(name);
        if array.get("uniqueItems") != Some(&Value::Bool(true)) {
            return Some(self.value(item, name, depth + 1));
        }
        let flat = item
            .as_object()
            .map(|item| self.flattened(item))
            .unwrap_or_default();
        if let Some(Value::Array(values)) = flat.get("enum") {
            let mut values = values.iter().map(|value| Node::Leaf(value.clone()));
            return values.find(|value| !others.contains(value));
        }
        let made = (0..TRIES)
            .map(|_| self.value(item, name, depth + 1))
            .find(|made| !others.contains(made));
        made.or_else(|| self.counted(item, others))
    }

    /// Small ranges give the same number again and again: count through them.
    fn counted(&self, item: &Value, others: &[Node]) -> Option<Node> {
        let validator = Validator::new(self.root);
        let mut numbers = (-64..64).map(|number| Node::Leaf(json!(number)));
        numbers.find(|made| !others.contains(made) && validator.accepts(item, &made.to_value()))
    }
}

/// What the item at a place must be; `None` where there may be none.
fn item_schema(schema: &Schema, index: usize) -> Option<Value> {
    if let Some(item) = positional(schema).get(index) {
        return Some(item.clone());
    }
    let rest = match schema.get("items") {
        Some(Value::Array(_)) => schema.get("additionalItems"),
        other => other,
    };
    match rest {
        Some(Value::Bool(false)) => None,
        Some(item) => Some(item.clone()),
        None => Some(Value::Bool(true)),
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
