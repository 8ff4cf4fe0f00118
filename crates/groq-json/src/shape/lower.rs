//! JSON Schema to shapes.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::merge::{is_annotation, is_structural, merge};
use super::{Field, Id, Kind, Node, Rest, notes};

/// How many schemas may be merged into one: more is a schema that refers to itself endlessly.
const MAX_MERGES: usize = 32;
/// How deep schemas may be nested, and how many shapes they may make; beyond, any value is let through.
const MAX_NESTING: usize = 100;
const MAX_SHAPES: usize = 20_000;
/// Why a schema that is merged with itself is not followed.
const ENDLESS: &str = "the schema refers to itself endlessly";

/// The shapes of a schema, and which of them is the root.
pub(super) fn lower(schema: &Value) -> (Vec<Node>, Id) {
    let mut lower = Lower {
        root: schema,
        nodes: Vec::new(),
        known: HashMap::new(),
        merging: Vec::new(),
        nesting: 0,
    };
    // The root is a target of references like any other.
    let root = lower.target("#");
    (lower.nodes, root)
}

struct Lower<'s> {
    root: &'s Value,
    nodes: Vec<Node>,
    /// The targets of references.
    known: HashMap<String, Id>,
    /// The combinations that are being made, one inside the other.
    merging: Vec<Map<String, Value>>,
    nesting: usize,
}

impl Lower<'_> {
    fn add(&mut self, kind: Kind) -> Id {
        self.nodes.push(Node {
            kind,
            name: None,
            description: None,
            notes: Vec::new(),
            untyped: false,
            exclusive: false,
        });
        self.nodes.len() - 1
    }

    fn opaque(&mut self, why: impl Into<String>) -> Id {
        self.add(Kind::Any(Some(why.into())))
    }

    /// The shape that a reference points to.
    fn target(&mut self, reference: &str) -> Id {
        if let Some(id) = self.known.get(reference) {
            return *id;
        }
        let Some(schema) = resolve(self.root, reference).cloned() else {
            return self.opaque(format!("the reference {reference} leads nowhere"));
        };
        // Reserved first, because the schema may lead back to it.
        let id = self.add(Kind::Never);
        self.known.insert(reference.to_owned(), id);
        let made = self.schema(&schema, 0);
        let name = reference
            .rsplit_once('/')
            .map(|(_, name)| name.replace("~1", "/").replace("~0", "~"));
        self.nodes[id] = if made == id {
            Node::default()
        } else {
            self.nodes[made].clone()
        };
        self.nodes[id].name = name;
        id
    }

    fn schema(&mut self, schema: &Value, merges: usize) -> Id {
        match schema {
            Value::Object(schema) => self.object_schema(schema, merges),
            Value::Bool(false) => self.add(Kind::Never),
            _ => self.add(Kind::Any(None)),
        }
    }

    fn object_schema(&mut self, schema: &Map<String, Value>, merges: usize) -> Id {
        if self.nesting > MAX_NESTING || self.nodes.len() > MAX_SHAPES {
            return self.opaque("the schema is too large to be followed");
        }
        if merges > MAX_MERGES {
            return self.opaque(ENDLESS);
        }
        self.nesting += 1;
        let id = self.described_schema(schema, merges);
        self.nesting -= 1;
        id
    }

    fn described_schema(&mut self, schema: &Map<String, Value>, merges: usize) -> Id {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if !is_structural(schema, "$ref") {
                return self.target(reference);
            }
            return self.merged(
                schema,
                "$ref",
                &[Value::Object(
                    [("$ref".to_owned(), reference.into())]
                        .into_iter()
                        .collect(),
                )],
                merges,
            );
        }
        if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
            return self.merged(schema, "allOf", parts, merges);
        }
        for keyword in [
            "if",
            "dependentSchemas",
            "unevaluatedProperties",
            "$dynamicRef",
        ] {
            if schema.contains_key(keyword) {
                return self.opaque(format!("`{keyword}` has no counterpart"));
            }
        }
        let kind = self.kind(schema, merges);
        let container = matches!(kind, Kind::Object(..) | Kind::List(_) | Kind::Tuple(_));
        let id = self.add(kind);
        self.nodes[id].untyped = container && !schema.contains_key("type");
        self.nodes[id].exclusive = schema.contains_key("oneOf");
        self.describe(id, schema);
        id
    }

    fn describe(&mut self, id: Id, schema: &Map<String, Value>) {
        let node = &mut self.nodes[id];
        node.description = schema
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned);
        node.notes = notes::notes(schema);
        if let Some(meanings) = meanings(schema) {
            node.notes.push(meanings);
        }
    }

    /// Merges the schemas of `keyword` with the one that contains it.
    fn merged(
        &mut self,
        schema: &Map<String, Value>,
        keyword: &str,
        parts: &[Value],
        merges: usize,
    ) -> Id {
        let mut whole = schema.clone();
        whole.remove(keyword);
        for part in parts {
            let Some(part) = self.followed(part) else {
                return self.opaque("a reference leads nowhere");
            };
            match merge(&whole, &part) {
                Some(both) => whole = both,
                None => {
                    return self.opaque(format!(
                        "`{keyword}` combines schemas that cannot be written as one"
                    ));
                }
            }
        }
        // What is merged with itself would be so again at every level.
        if self.merging.contains(&whole) {
            return self.opaque(ENDLESS);
        }
        self.merging.push(whole.clone());
        let id = self.object_schema(&whole, merges + 1);
        self.merging.pop();
        id
    }

    /// Resolves the reference of a part.
    fn followed(&self, part: &Value) -> Option<Map<String, Value>> {
        let mut part = part.as_object()?.clone();
        for _ in 0..MAX_MERGES {
            if is_structural(&part, "$ref") {
                break;
            }
            let Some(reference) = part.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let target = resolve(self.root, reference)?.as_object()?.clone();
            // The root's definitions would be merged with themselves.
            part = target
                .into_iter()
                .filter(|(key, _)| key != "$defs" && key != "definitions")
                .collect();
        }
        Some(part)
    }

    fn kind(&mut self, schema: &Map<String, Value>, merges: usize) -> Kind {
        if let Some(value) = schema.get("const") {
            return Kind::Choice(vec![value.clone()]);
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let mut values = values.clone();
            values.retain(|value| has_type(schema, value));
            if values.is_empty() {
                return Kind::Never;
            }
            return Kind::Choice(values);
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(branches) = schema.get(keyword).and_then(Value::as_array) {
                return self.union(schema, keyword, branches, merges);
            }
        }
        match schema.get("type") {
            Some(Value::String(name)) => self.typed(name, schema),
            Some(Value::Array(names)) => {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                if let [name] = names[..] {
                    return self.typed(name, schema);
                }
                let kinds: Vec<Kind> = names
                    .into_iter()
                    .map(|name| self.typed(name, schema))
                    .collect();
                Kind::Union(kinds.into_iter().map(|kind| self.add(kind)).collect())
            }
            _ if schema.contains_key("properties") => self.typed("object", schema),
            _ if schema.contains_key("items") || schema.contains_key("prefixItems") => {
                self.typed("array", schema)
            }
            _ => Kind::Any(None),
        }
    }

    fn union(
        &mut self,
        schema: &Map<String, Value>,
        keyword: &str,
        branches: &[Value],
        merges: usize,
    ) -> Kind {
        if let Some(values) = constants(branches) {
            return Kind::Choice(values);
        }
        let mut rest = schema.clone();
        rest.remove(keyword);
        let has_rest = is_structural(&rest, "");
        rest.retain(|key, _| !is_annotation(key));
        let mut ids = Vec::new();
        for branch in branches {
            ids.push(if has_rest {
                self.merged(&rest, "", std::slice::from_ref(branch), merges)
            } else {
                self.schema(branch, merges + 1)
            });
        }
        Kind::Union(ids)
    }

    fn typed(&mut self, name: &str, schema: &Map<String, Value>) -> Kind {
        match name {
            "null" => Kind::Null,
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "string" => Kind::String,
            "array" => self.array(schema),
            "object" => self.object(schema),
            _ => Kind::Any(Some(format!("there is no type {name}"))),
        }
    }

    fn array(&mut self, schema: &Map<String, Value>) -> Kind {
        let Some(first) = schema.get("prefixItems").and_then(Value::as_array) else {
            return match schema.get("items") {
                Some(items) => Kind::List(self.schema(items, 0)),
                None => Kind::List(self.add(Kind::Any(None))),
            };
        };
        let length = Some(first.len() as u64);
        let fixed = schema.get("minItems").and_then(Value::as_u64) == length
            && (schema.get("maxItems").and_then(Value::as_u64) == length
                || schema.get("items") == Some(&Value::Bool(false)));
        if !fixed {
            return Kind::Any(Some(
                "a list whose first items differ from the rest".to_owned(),
            ));
        }
        Kind::Tuple(first.iter().map(|item| self.schema(item, 0)).collect())
    }

    fn object(&mut self, schema: &Map<String, Value>) -> Kind {
        let empty = Map::new();
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .unwrap_or(&empty);
        let required = schema.get("required").and_then(Value::as_array);
        // These distinguish a member that is `null` from one that is absent.
        let counts = ["minProperties", "maxProperties", "dependentRequired", "not"]
            .iter()
            .any(|keyword| schema.contains_key(*keyword));
        let mut fields = Vec::with_capacity(properties.len());
        for (name, property) in properties {
            let required = required.is_some_and(|required| required.iter().any(|key| key == name));
            fields.push(Field {
                name: name.clone(),
                shape: self.schema(property, 0),
                required,
                default: property.get("default").cloned(),
                description: property
                    .get("description")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
                distinct_null: property.get("x-distinct-null") == Some(&Value::Bool(true))
                    || (counts && !required),
            });
        }
        let rest = self.rest(schema);
        match rest {
            Ok(rest) => Kind::Object(fields, rest),
            Err(why) => Kind::Any(Some(why)),
        }
    }

    fn rest(&mut self, schema: &Map<String, Value>) -> Result<Rest, String> {
        let patterns = schema
            .get("patternProperties")
            .and_then(Value::as_object)
            .filter(|patterns| !patterns.is_empty());
        let additional = schema.get("additionalProperties");
        match (patterns, additional) {
            (None, None) => Ok(Rest::Open),
            (None, Some(Value::Bool(false))) => Ok(Rest::None),
            (None, Some(Value::Bool(true))) => Ok(Rest::Free),
            (None, Some(schema)) => Ok(Rest::Map(self.schema(schema, 0))),
            (Some(patterns), Some(Value::Bool(false))) if patterns.len() == 1 => {
                let only = patterns.values().next().cloned().unwrap_or_default();
                Ok(Rest::Map(self.schema(&only, 0)))
            }
            (Some(_), _) => Err("`patternProperties` has no counterpart".to_owned()),
        }
    }
}

impl Default for Node {
    fn default() -> Self {
        let why = "the schema refers to nothing but itself".to_owned();
        Self {
            kind: Kind::Any(Some(why)),
            name: None,
            description: None,
            notes: Vec::new(),
            untyped: false,
            exclusive: false,
        }
    }
}

/// Whether a value has a type that the schema allows.
fn has_type(schema: &Map<String, Value>, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str() {
        Some("null") => value.is_null(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some("number") => value.is_number(),
        _ => true,
    };
    match schema.get("type") {
        Some(Value::Array(names)) => names.iter().any(is),
        Some(name) => is(name),
        None => true,
    }
}

/// Resolves a reference within the document.
fn resolve<'s>(root: &'s Value, reference: &str) -> Option<&'s Value> {
    match reference.strip_prefix('#')? {
        "" => Some(root),
        pointer => root.pointer(pointer),
    }
}

/// The values of alternatives that are all constants.
fn constants(branches: &[Value]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for branch in branches {
        match (
            branch.get("const"),
            branch.get("enum").and_then(Value::as_array),
        ) {
            (Some(value), _) => values.push(value.clone()),
            (None, Some(more)) => values.extend(more.iter().cloned()),
            (None, None) => return None,
        }
    }
    Some(values)
}

/// Returns the descriptions of constants, if they have any.
fn meanings(schema: &Map<String, Value>) -> Option<String> {
    let branches = schema
        .get("oneOf")
        .or_else(|| schema.get("anyOf"))?
        .as_array()?;
    constants(branches)?;
    let mut lines = Vec::new();
    for branch in branches {
        let Some(meaning) = branch.get("description").and_then(Value::as_str) else {
            continue;
        };
        let name = branch.get("const")?;
        let name = name
            .as_str()
            .map_or_else(|| name.to_string(), str::to_owned);
        lines.push(format!("{name}: {}", meaning.trim().replace('\n', " ")));
    }
    (!lines.is_empty()).then(|| lines.join("; "))
}
