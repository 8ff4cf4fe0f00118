//! The schema for strict mode, in Groq's subset, which is an allow-list: `type`, `properties`, `required`,
//! `additionalProperties`, `items`, `enum`, `anyOf`, `$ref`, `$defs`, `description`.

use serde_json::{Map, Value, json};

use super::unions::{self, Union};
use super::{Incompatibility, WireSchema};
use crate::pointer;
use crate::shape::{Field, Id, Kind, Rest, Shapes};

/// What `OpenAI` publishes as its limits, kept as a guard.
const MAX_NESTING: usize = 10;
const MAX_CHOICES: usize = 1000;
/// What a map says of itself as a list.
const MAP_NOTE: &str = "each key once";

/// The strict schema, or everything that stands in its way.
pub(crate) fn wire_schema(name: &str, shapes: &Shapes) -> Result<WireSchema, Vec<Incompatibility>> {
    let wrapped_in = super::best_effort::wrapper(shapes)
        .or_else(|| is_map(shapes, shapes.root).then_some("value"));
    let mut strict = Strict {
        shapes,
        wrapped: wrapped_in.is_some(),
        definitions: Map::new(),
        started: Vec::new(),
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
    let depth = nesting(&schema, &Value::Object(schema.clone()));
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

/// Whether a shape is a map and nothing else, which travels as a list.
pub(super) fn is_map(shapes: &Shapes, id: Id) -> bool {
    matches!(shapes.kind(id), Kind::Object(fields, Rest::Map(_)) if fields.is_empty())
}

struct Strict<'s> {
    shapes: &'s Shapes,
    wrapped: bool,
    definitions: Map<String, Value>,
    started: Vec<Id>,
    incompatibilities: Vec<Incompatibility>,
}

impl Strict<'_> {
    fn root(&mut self, wrapped_in: Option<&'static str>) -> Map<String, Value> {
        let root = self.shapes.root;
        match wrapped_in {
            None => {
                let node = self.shapes.node(root);
                let schema = self.body(root, "", &[]);
                into_map(described(schema, node.description.as_deref(), &node.notes))
            }
            Some(member) => {
                let value = self.shape(root, "");
                into_map(closed(vec![(member.to_owned(), value)]))
            }
        }
    }

    /// The schema of a shape where it is used: a reference if the shape has a name.
    fn shape(&mut self, id: Id, path: &str) -> Value {
        let node = self.shapes.node(id);
        if id == self.shapes.root && !self.wrapped {
            return json!({"$ref": "#"});
        }
        let by_name = match (&node.name, &node.kind) {
            (Some(name), Kind::Object(..) | Kind::Union(_)) => Some(name.clone()),
            // Only a root that is used again gets here.
            (None, _) if id == self.shapes.root && self.started.contains(&id) => {
                Some("__root".to_owned())
            }
            _ => None,
        };
        match by_name {
            Some(name) => self.definition(id, &name, path),
            None => self.inline(id, path),
        }
    }

    fn inline(&mut self, id: Id, path: &str) -> Value {
        if id == self.shapes.root {
            self.started.push(id);
        }
        let node = self.shapes.node(id);
        let body = self.body(id, path, &[]);
        let body = described(body, node.description.as_deref(), &node.notes);
        if id == self.shapes.root && self.definitions.contains_key("__root") {
            self.definitions.insert("__root".to_owned(), body);
            return json!({"$ref": "#/$defs/__root"});
        }
        body
    }

    fn definition(&mut self, id: Id, name: &str, path: &str) -> Value {
        let mut reference = "#/$defs".to_owned();
        pointer::push(&mut reference, name);
        if !self.definitions.contains_key(name) {
            // Holds the place, so that a cycle ends here.
            self.definitions.insert(name.to_owned(), Value::Null);
            if !self.started.contains(&id) {
                let node = self.shapes.node(id);
                let body = self.body(id, path, &[]);
                let body = described(body, node.description.as_deref(), &node.notes);
                self.definitions.insert(name.to_owned(), body);
            }
        }
        json!({"$ref": reference})
    }

    /// The schema of a shape itself. The members named in `relaxed` lose their fixed values.
    fn body(&mut self, id: Id, path: &str, relaxed: &[String]) -> Value {
        let shapes = self.shapes;
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
                json!({"type": "array", "items": item})
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
                return json!({"type": "array", "items": pair, "description": MAP_NOTE});
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
            return json!({"description": description, "anyOf": [schema]});
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
                        let node = self.shapes.node(container);
                        let body = self.body(container, path, &relaxed);
                        described(body, node.description.as_deref(), &node.notes)
                    });
                }
                match (branches.len(), null) {
                    (1, true) => nullable(branches.remove(0)),
                    (1, false) => branches.remove(0),
                    (0, _) => json!({"type": "null"}),
                    (_, null) => {
                        branches.extend(null.then(|| json!({"type": "null"})));
                        json!({"anyOf": branches})
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

/// An object with these members, all of them required, and no others.
fn closed(members: Vec<(String, Value)>) -> Value {
    let names: Vec<&String> = members.iter().map(|(name, _)| name).collect();
    let required = json!(names);
    let properties: Map<String, Value> = members.into_iter().collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
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
        _ => return json!({"anyOf": [schema, nothing()]}),
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

pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

pub(super) fn one_or_list(names: &[&str]) -> Value {
    match names {
        [name] => json!(name),
        _ => json!(names),
    }
}

/// How deep objects and lists nest; a reference counts once.
fn nesting(root: &Map<String, Value>, schema: &Value) -> usize {
    fn depth<'s>(
        root: &'s Map<String, Value>,
        schema: &'s Value,
        open: &mut Vec<&'s str>,
    ) -> usize {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if reference == "#" || open.contains(&reference) {
                return 0;
            }
            let Some(target) = reference
                .strip_prefix("#/$defs/")
                .and_then(|name| root.get("$defs")?.get(name))
            else {
                return 0;
            };
            open.push(reference);
            let found = depth(root, target, open);
            open.pop();
            return found;
        }
        let members = schema
            .get("properties")
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(Map::values);
        let inner = members
            .chain(schema.get("items"))
            .map(|part| depth(root, part, open))
            .max();
        let own = usize::from(schema.get("properties").is_some() || schema.get("items").is_some());
        let branches = schema
            .get("anyOf")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let branches = branches
            .map(|part| depth(root, part, open))
            .max()
            .unwrap_or(0);
        (own + inner.unwrap_or(0)).max(branches)
    }
    depth(root, schema, &mut Vec::new())
}
