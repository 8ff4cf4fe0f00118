//! The schema for strict mode, in Groq's subset, which is an allow-list: `type`, `properties`, `required`,
//! `additionalProperties`, `items`, `enum`, `anyOf`, `$ref`, `$defs`, `description`.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::unions::{self, Union, one_or_list, type_name};
use super::{Incompatibility, WireSchema};
use crate::pointer;
use crate::shape::{Field, Id, Kind, Rest, Shapes};

/// What `OpenAI` publishes as its limits, kept as a guard.
const MAX_NESTING: usize = 10;
const MAX_CHOICES: usize = 1000;
/// The largest number of parts. Alternatives without a name are written out wherever they are used.
const MAX_PARTS: usize = 5000;
/// What a map says of itself as a list.
const MAP_NOTE: &str = "each key once";

/// The strict schema, or everything that stands in its way.
pub(crate) fn wire_schema(name: &str, shapes: &Shapes) -> Result<WireSchema, Vec<Incompatibility>> {
    let wrapped_in = super::best_effort::wrapper(shapes)
        .or_else(|| shapes.is_map(shapes.root).then_some("value"));
    let mut strict = Strict {
        shapes,
        wrapped: wrapped_in.is_some(),
        definitions: Map::new(),
        parts: 0,
        incompatibilities: Vec::new(),
    };
    let root = strict.root(wrapped_in);
    if !strict.incompatibilities.is_empty() {
        return Err(strict.incompatibilities);
    }
    let mut schema = root;
    if !strict.definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(strict.definitions));
    }
    let depth = nesting(&schema);
    if depth > MAX_NESTING {
        let reason = format!("it is nested {depth} deep, and {MAX_NESTING} is the limit");
        return Err(vec![Incompatibility::new("", reason, "flatten some of it")]);
    }
    Ok(WireSchema {
        name: super::wire_name(name),
        schema,
        strict: true,
        wrapped_in,
    })
}

/// What stands in the way where absent and `null` differ, since a strict schema has `null` for both.
pub(crate) fn distinct_null(path: &str) -> Incompatibility {
    let reason = "absent and null mean different things";
    Incompatibility::new(path, reason, "use one Option, or an enum")
}

struct Strict<'s> {
    shapes: &'s Shapes,
    wrapped: bool,
    definitions: Map<String, Value>,
    /// How many parts have been written.
    parts: usize,
    incompatibilities: Vec<Incompatibility>,
}

impl Strict<'_> {
    fn root(&mut self, wrapped_in: Option<&'static str>) -> Map<String, Value> {
        let root = self.shapes.root;
        match wrapped_in {
            None => into_map(self.described_body(root, "", &[])),
            Some(member) => {
                let value = self.shape(root, "");
                into_map(closed(vec![(member.to_owned(), value)]))
            }
        }
    }

    /// The schema of a shape where it is used: a reference, if it has a name or contains itself.
    fn shape(&mut self, id: Id, path: &str) -> Value {
        let shapes = self.shapes;
        let node = shapes.node(id);
        let is_root = id == shapes.root;
        if is_root && !self.wrapped {
            return json!({"$ref": "#"});
        }
        let by_name =
            shapes.is_recursive(id) || matches!(node.kind, Kind::Object(..) | Kind::Union(_));
        let name = match &node.name {
            _ if is_root && shapes.is_recursive(id) => Some("__root"),
            Some(name) if by_name => Some(name.as_str()),
            _ => None,
        };
        let Some(name) = name else {
            return self.described_body(id, path, &[]);
        };
        if !self.definitions.contains_key(name) {
            // Holds the place, so that a cycle ends here.
            self.definitions.insert(name.to_owned(), Value::Null);
            let body = self.described_body(id, path, &[]);
            self.definitions.insert(name.to_owned(), body);
        }
        json!({"$ref": pointer::child("#/$defs", name)})
    }

    fn described_body(&mut self, id: Id, path: &str, relaxed: &[String]) -> Value {
        let node = self.shapes.node(id);
        let body = self.body(id, path, relaxed);
        described(body, node.description.as_deref(), &node.notes)
    }

    /// The schema of a shape itself. The members named in `relaxed` lose their fixed values.
    fn body(&mut self, id: Id, path: &str, relaxed: &[String]) -> Value {
        let shapes = self.shapes;
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return self.incompatible("", "it is too large", "make parts of it types of their own");
        }
        if shapes.node(id).untyped {
            return self.incompatible(
                path,
                "it has no `type`, so that values of other types fit as well",
                "add its `type`",
            );
        }
        match shapes.kind(id) {
            Kind::Any(reason) => {
                let reason = reason
                    .clone()
                    .unwrap_or_else(|| "any value is allowed here".to_owned());
                self.incompatible(path, reason, "use a type of its own")
            }
            Kind::Never => self.incompatible(path, "no value is allowed here", "remove the member"),
            Kind::Null => json!({"type": "null"}),
            Kind::Boolean => json!({"type": "boolean"}),
            Kind::Integer => json!({"type": "integer"}),
            Kind::Number => json!({"type": "number"}),
            Kind::String => json!({"type": "string"}),
            Kind::Choice(values) => self.choice(values, path),
            Kind::List(item) => {
                let item = self.shape(*item, &pointer::child(path, "*"));
                object([("type", "array".into()), ("items", item)])
            }
            Kind::Tuple(items) => {
                let shapes = items.iter().enumerate();
                let members = shapes.map(|(index, item)| {
                    let name = index.to_string();
                    let schema = self.shape(*item, &pointer::child(path, &name));
                    (name, schema)
                });
                closed(members.collect())
            }
            Kind::Object(fields, rest) => self.object(fields, *rest, path, relaxed),
            Kind::Union(_) => self.union(id, path),
        }
    }

    fn choice(&mut self, values: &[Value], path: &str) -> Value {
        if values.len() > MAX_CHOICES {
            return self.incompatible(
                path,
                format!("it has more than {MAX_CHOICES} choices"),
                "use a string, and check it",
            );
        }
        if values
            .iter()
            .any(|value| value.is_object() || value.is_array())
        {
            return self.incompatible(
                path,
                "a choice is a list or an object",
                "choose among strings",
            );
        }
        let mut types: Vec<&str> = Vec::new();
        for value in values {
            let name = type_name(value);
            if !types.contains(&name) {
                types.push(name);
            }
        }
        json!({"type": one_or_list(&types), "enum": values})
    }

    fn object(&mut self, fields: &[Field], rest: Rest, path: &str, relaxed: &[String]) -> Value {
        match rest {
            Rest::Map(item) if fields.is_empty() => {
                let item = self.shape(item, &pointer::child(path, "*"));
                let pair = closed(vec![
                    ("key".to_owned(), json!({"type": "string"})),
                    ("value".to_owned(), item),
                ]);
                let note = MAP_NOTE.into();
                return object([
                    ("type", "array".into()),
                    ("items", pair),
                    ("description", note),
                ]);
            }
            Rest::Map(_) | Rest::Free => {
                return self.incompatible(
                    path,
                    "it has members that it does not name",
                    "name them, or put the map in a member of its own",
                );
            }
            Rest::Open | Rest::None => {}
        }
        let members = fields.iter().map(|field| {
            let path = pointer::child(path, &field.name);
            (field.name.clone(), self.field(field, &path, relaxed))
        });
        let members = members.collect();
        closed(members)
    }

    fn field(&mut self, field: &Field, path: &str, relaxed: &[String]) -> Value {
        if field.distinct_null && self.shapes.is_nullable(field.shape) {
            let Incompatibility { reason, fix, .. } = distinct_null(path);
            return self.incompatible(path, reason, &fix);
        }
        let node = self.shapes.node(field.shape);
        let is_choice =
            matches!(&node.kind, Kind::Choice(values) if values.iter().all(Value::is_string));
        let mut schema = if is_choice && relaxed.contains(&field.name) {
            json!({"type": "string"})
        } else {
            self.shape(field.shape, path)
        };
        if !field.required && !self.shapes.is_nullable(field.shape) {
            schema = nullable(schema);
        }
        let description = field.description.as_deref();
        if description.is_none()
            || description == node.description.as_deref() && schema.get("description").is_some()
        {
            return schema;
        }
        if schema.get("$ref").is_some() {
            // A reference stands alone in this subset.
            let description = description.map_or(Value::Null, Value::from);
            return object([("description", description), ("anyOf", vec![schema].into())]);
        }
        let is_map = schema
            .get("description")
            .is_some_and(|known| known == MAP_NOTE);
        let notes = if is_map {
            vec![MAP_NOTE.to_owned()]
        } else {
            node.notes.clone()
        };
        described(schema, description, &notes)
    }

    fn union(&mut self, id: Id, path: &str) -> Value {
        match unions::plan(self.shapes, id) {
            Err((reason, fix)) => self.incompatible(path, reason, fix),
            Ok(Union {
                simple,
                containers,
                relaxed,
                null,
            }) => {
                let mut branches = simple;
                for container in containers {
                    branches.push(if relaxed.is_empty() {
                        self.shape(container, path)
                    } else {
                        self.described_body(container, path, &relaxed)
                    });
                }
                match (branches.len(), null) {
                    (1, true) => nullable(branches.remove(0)),
                    (1, false) => branches.remove(0),
                    (0, _) => json!({"type": "null"}),
                    (_, null) => {
                        branches.extend(null.then(|| json!({"type": "null"})));
                        object([("anyOf", branches.into())])
                    }
                }
            }
        }
    }

    fn incompatible(&mut self, path: &str, reason: impl Into<String>, fix: &str) -> Value {
        let incompatibility = Incompatibility::new(path, reason, fix);
        if !self.incompatibilities.contains(&incompatibility) {
            self.incompatibilities.push(incompatibility);
        }
        Value::Bool(true)
    }
}

/// A schema of these keywords. Unlike `json!`, it moves their values instead of copying them at every level.
fn object<const N: usize>(keywords: [(&str, Value); N]) -> Value {
    let keywords = keywords.into_iter();
    let keywords = keywords.map(|(keyword, value)| (keyword.to_owned(), value));
    Value::Object(keywords.collect())
}

/// An object with these members, all of them required, and no others.
fn closed(members: Vec<(String, Value)>) -> Value {
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    let required = json!(names);
    let properties: Map<String, Value> = members.into_iter().collect();
    object([
        ("type", "object".into()),
        ("properties", properties.into()),
        ("required", required),
        ("additionalProperties", false.into()),
    ])
}

/// The schema, or `null`.
fn nullable(mut schema: Value) -> Value {
    let nothing = || json!({"type": "null"});
    if let Some(branches) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        if !branches.contains(&nothing()) {
            branches.push(nothing());
        }
        return schema;
    }
    let plain = schema.get("properties").is_none() && schema.get("items").is_none();
    let names = match schema.get("type") {
        Some(Value::String(name)) if plain => vec![name.clone().into()],
        Some(Value::Array(names)) if plain => names.clone(),
        _ => return object([("anyOf", vec![schema, nothing()].into())]),
    };
    let mut names = names;
    if !names.contains(&"null".into()) {
        names.push("null".into());
    }
    schema["type"] = Value::Array(names);
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut)
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    schema
}

/// Puts a description and notes on a schema.
fn described(mut schema: Value, description: Option<&str>, notes: &[String]) -> Value {
    let own = schema
        .get("description")
        .and_then(Value::as_str)
        .map(str::to_owned);
    let mut notes = notes.to_vec();
    if let Some(own) = own.filter(|own| !notes.contains(own)) {
        notes.push(own);
    }
    let text = match (description, notes.is_empty()) {
        (None, true) => return schema,
        (Some(description), true) => description.to_owned(),
        (None, false) => notes.join("; "),
        (Some(description), false) => format!("{description} ({})", notes.join("; ")),
    };
    if schema.get("$ref").is_some() {
        return schema;
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), text.into());
    }
    schema
}

fn into_map(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// Returns how deep objects and lists nest. A cycle counts once.
fn nesting(schema: &Map<String, Value>) -> usize {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    let mut nesting = Nesting {
        definitions,
        known: HashMap::new(),
    };
    nesting.of_parts(schema)
}

struct Nesting<'s> {
    definitions: Option<&'s Map<String, Value>>,
    /// The nesting of each definition; 0 while it is being computed.
    known: HashMap<&'s str, usize>,
}

impl<'s> Nesting<'s> {
    fn of(&mut self, schema: &'s Value) -> usize {
        let reference = schema.get("$ref").and_then(Value::as_str);
        let Some(name) = reference.and_then(|reference| reference.strip_prefix("#/$defs/")) else {
            return schema.as_object().map_or(0, |parts| self.of_parts(parts));
        };
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        self.known.insert(name, 0);
        let unescaped = pointer::unescape(name);
        let target = self.definitions.and_then(|all| all.get(unescaped.as_ref()));
        let found = target.map_or(0, |target| self.of(target));
        self.known.insert(name, found);
        found
    }

    fn of_parts(&mut self, schema: &'s Map<String, Value>) -> usize {
        let members = schema.get("properties").and_then(Value::as_object);
        let members = members.into_iter().flat_map(Map::values);
        let inner = members.chain(schema.get("items")).collect::<Vec<_>>();
        let own = usize::from(schema.contains_key("properties") || schema.contains_key("items"));
        let inner = inner.into_iter().map(|part| self.of(part)).max();
        let branches = schema.get("anyOf").and_then(Value::as_array);
        let branches = branches.into_iter().flatten();
        let branches = branches.map(|part| self.of(part)).max();
        (own + inner.unwrap_or(0)).max(branches.unwrap_or(0))
    }
}
