//! Random values that fit a schema.

use serde_json::{Map, Value, json};

/// A small generator of randomness.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit.max(1)
    }

    /// A value for a schema that is a document of its own.
    pub(super) fn instance(&mut self, root: &Value) -> Value {
        self.value(root, root, 0)
    }

    fn value(&mut self, root: &Value, schema: &Value, depth: u32) -> Value {
        if *schema == Value::Bool(true) || schema.as_object().is_some_and(Map::is_empty) {
            return json!({"free": [1, "x", null]});
        }
        if *schema == Value::Bool(false) || schema.get("not").is_some() {
            return self.below(50).into();
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            let mut rest = schema.clone();
            rest.as_object_mut().unwrap().remove("allOf");
            let values: Vec<Value> = parts
                .iter()
                .chain(rest.get("properties").is_some().then_some(&rest))
                .map(|part| self.value(root, part, depth + 1))
                .collect();
            let merged = values.iter().filter_map(Value::as_object).flatten();
            let merged: Map<String, Value> = merged
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            return match &values[0] {
                Value::Object(_) => Value::Object(merged),
                first => first.clone(),
            };
        }
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let target = root.pointer(reference.trim_start_matches('#')).unwrap();
            let mut value = self.value(root, target, depth + 1);
            if let (Some(members), Some(_)) = (value.as_object_mut(), schema.get("properties")) {
                members.extend(self.object(root, schema, depth));
            }
            return value;
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(keyword).and_then(Value::as_array) {
                let branch = self.branch(branches, depth);
                let mut value = self.value(root, &branch, depth + 1);
                if let (Some(members), Some(_)) = (value.as_object_mut(), schema.get("properties"))
                {
                    members.extend(self.object(root, schema, depth));
                }
                return value;
            }
        }
        if let Some(value) = schema.get("const") {
            return value.clone();
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            return values[usize::try_from(self.below(values.len() as u64)).unwrap()].clone();
        }
        let names: Vec<&str> = match &schema["type"] {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            Value::String(name) => vec![name],
            _ => vec!["object"],
        };
        let name = if depth > 6 && names.contains(&"null") {
            "null"
        } else {
            names[usize::try_from(self.below(names.len() as u64)).unwrap()]
        };
        self.typed(root, schema, name, depth)
    }

    /// A branch; deep down one that ends.
    fn branch(&mut self, branches: &[Value], depth: u32) -> Value {
        let null = branches
            .iter()
            .find(|branch| branch["type"] == "null" || branch["type"] == "string");
        match null {
            Some(branch) if depth > 6 => branch.clone(),
            _ => branches[usize::try_from(self.below(branches.len() as u64)).unwrap()].clone(),
        }
    }

    fn typed(&mut self, root: &Value, schema: &Value, name: &str, depth: u32) -> Value {
        match name {
            "null" => Value::Null,
            "boolean" => (self.below(2) == 0).into(),
            "integer" => {
                let minimum = schema.get("minimum").and_then(Value::as_i64).unwrap_or(-50);
                (minimum + i64::try_from(self.below(50)).unwrap()).into()
            }
            "number" => json!(1.0 + f64::from(u32::try_from(self.below(39)).unwrap()) / 10.0),
            "string" => self.string(schema),
            "array" => self.array(root, schema, depth),
            _ => Value::Object(self.object(root, schema, depth)),
        }
    }

    fn string(&mut self, schema: &Value) -> Value {
        if schema.get("maxLength") == Some(&json!(1)) {
            return ["x", "é", "😀"][usize::try_from(self.below(3)).unwrap()].into();
        }
        let example = match schema.get("format").and_then(Value::as_str) {
            Some("email") => Some("a@example.com"),
            Some("date") => Some("2026-11-22"),
            Some("date-time") => Some("2026-11-22T10:00:00Z"),
            Some("uuid") => Some("67e55044-10b1-426f-9247-bb680e5fe0c8"),
            Some("uri") => Some("https://example.com/a"),
            _ => None,
        };
        if let Some(example) = example {
            return example.into();
        }
        ["", "a", "/~ \"\\\n", "null", "{\"a\":1}", "日本語"]
            [usize::try_from(self.below(6)).unwrap()]
        .into()
    }

    fn array(&mut self, root: &Value, schema: &Value, depth: u32) -> Value {
        if let Some(items) = schema.get("prefixItems").and_then(Value::as_array) {
            return items
                .iter()
                .map(|item| self.value(root, item, depth + 1))
                .collect();
        }
        let minimum = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
        let maximum = schema
            .get("maxItems")
            .and_then(Value::as_u64)
            .unwrap_or(3)
            .max(minimum);
        let length = if depth > 4 {
            minimum
        } else {
            minimum + self.below(maximum - minimum + 1)
        };
        let mut items: Vec<Value> = (0..length)
            .map(|_| self.value(root, &schema["items"], depth + 1))
            .collect();
        if schema.get("uniqueItems") == Some(&json!(true)) {
            let mut seen = Vec::new();
            items.retain(|item| {
                let fresh = !seen.contains(item);
                seen.push(item.clone());
                fresh
            });
        }
        items.into()
    }

    fn object(&mut self, root: &Value, schema: &Value, depth: u32) -> Map<String, Value> {
        let mut members = Map::new();
        let required: Vec<&str> = schema["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&name.as_str()) || (depth <= 6 && self.below(2) == 0) {
                let value = self.value(root, property, depth + 1);
                members.insert(name.clone(), value);
            }
        }
        let pattern = schema["patternProperties"]
            .as_object()
            .and_then(|patterns| patterns.values().next());
        let free = schema
            .get("additionalProperties")
            .filter(|rest| rest.is_object());
        if let Some(item) = pattern.or(free).filter(|_| depth <= 6) {
            for _ in 0..self.below(3) {
                let key = format!("{}", self.below(200));
                let value = self.value(root, item, depth + 1);
                members.insert(key, value);
            }
        }
        members
    }
}
