//! Which unions the service can decide, and how they are written.
//!
//! By what it was seen to refuse: the objects of a union must have exactly one property with fixed values, different in each
//! object, or no property in common.

use serde_json::{Value, json};

use crate::shape::{Field, Id, Kind, Shapes};

/// How a union is written.
pub(super) struct Union {
    /// The schemas of strings, numbers and the like.
    pub(super) simple: Vec<Value>,
    pub(super) containers: Vec<Id>,
    /// The properties that lose their fixed values, because only one property may have them.
    pub(super) relaxed: Vec<String>,
    pub(super) null: bool,
}

type Refusal = (&'static str, &'static str);

const TAG: &str = "give the enum a tag: #[serde(tag = \"type\")]";

pub(super) fn plan(shapes: &Shapes, id: Id) -> Result<Union, Refusal> {
    let leaves = shapes.leaves(id);
    if leaves
        .iter()
        .any(|leaf| matches!(shapes.kind(*leaf), Kind::Any(_)))
    {
        return Err((
            "one of its alternatives may be any value",
            "give that alternative a type of its own",
        ));
    }
    if overlaps(shapes, id, &mut Vec::new()) {
        return Err((
            "a value must fit one of its alternatives only, and may fit two",
            "make them of different types, or use `anyOf`",
        ));
    }
    let is_list =
        |leaf: &&Id| matches!(shapes.kind(**leaf), Kind::List(_)) || shapes.is_map(**leaf);
    if leaves.iter().filter(is_list).count() > 1 {
        return Err(("two of its alternatives are lists on the wire", TAG));
    }
    // Before they are encoded, a map is an object like others, and a tuple a list like others.
    let count = |wanted: &dyn Fn(&Id) -> bool| leaves.iter().filter(|leaf| wanted(leaf)).count();
    let maps = count(&|leaf| shapes.is_map(*leaf));
    let objects = count(&|leaf| matches!(shapes.kind(*leaf), Kind::Object(..)));
    let tuples = count(&|leaf| matches!(shapes.kind(*leaf), Kind::Tuple(_)));
    let lists = count(&|leaf| matches!(shapes.kind(*leaf), Kind::List(_)));
    if (maps > 0 && objects > maps) || (tuples > 0 && lists > 0) {
        return Err((
            "two of its alternatives are alike: a map and an object, or a tuple and a list",
            TAG,
        ));
    }
    let container = |leaf: &Id| {
        matches!(
            shapes.kind(*leaf),
            Kind::List(_) | Kind::Tuple(_) | Kind::Object(..)
        )
    };
    let (containers, plain): (Vec<Id>, Vec<Id>) = leaves.iter().copied().partition(container);
    let relaxed = decide(shapes, &containers)?;
    let mut null = false;
    let simple = simple(shapes, &plain, &mut null);
    Ok(Union {
        simple,
        containers,
        relaxed,
        null,
    })
}

/// Whether a value that is no list and no object may fit two alternatives of which it must fit one only.
fn overlaps(shapes: &Shapes, id: Id, seen: &mut Vec<Id>) -> bool {
    let Kind::Union(branches) = shapes.kind(id) else {
        return false;
    };
    if seen.contains(&id) {
        return false;
    }
    seen.push(id);
    let mut pairs = branches
        .iter()
        .enumerate()
        .flat_map(|(index, one)| branches[..index].iter().map(move |other| (*one, *other)));
    let alike = |(one, other): (Id, Id)| {
        let others = shapes.leaves(other);
        let mut ours = shapes.leaves(one).iter();
        ours.any(|one| others.iter().any(|other| alike(shapes, *one, *other)))
    };
    (shapes.node(id).exclusive && pairs.any(alike))
        || branches
            .iter()
            .any(|branch| overlaps(shapes, *branch, seen))
}

fn alike(shapes: &Shapes, one: Id, other: Id) -> bool {
    match (shapes.kind(one), shapes.kind(other)) {
        (Kind::Null, Kind::Null)
        | (Kind::Boolean, Kind::Boolean)
        | (Kind::Integer | Kind::Number, Kind::Integer | Kind::Number)
        | (Kind::String, Kind::String) => true,
        (Kind::Choice(values), kind) | (kind, Kind::Choice(values)) => {
            values.iter().any(|value| match kind {
                Kind::Null => value.is_null(),
                Kind::Boolean => value.is_boolean(),
                Kind::Integer | Kind::Number => value.is_number(),
                Kind::String => value.is_string(),
                Kind::Choice(others) => others.contains(value),
                _ => false,
            })
        }
        _ => false,
    }
}

/// The schemas of alternatives that are no containers: those of fixed values in one, all others in another.
fn simple(shapes: &Shapes, plain: &[Id], null: &mut bool) -> Vec<Value> {
    let mut types = Vec::new();
    let mut choices: Vec<Value> = Vec::new();
    for leaf in plain {
        match shapes.kind(*leaf) {
            Kind::Null => *null = true,
            Kind::Boolean => types.push("boolean"),
            Kind::Integer => types.push("integer"),
            Kind::Number => types.push("number"),
            Kind::String => types.push("string"),
            Kind::Choice(values) => {
                *null |= values.contains(&Value::Null);
                choices.extend(values.iter().filter(|value| !value.is_null()).cloned());
            }
            _ => {}
        }
    }
    let types = &mut distinct(types);
    if types.contains(&"number") {
        types.retain(|name| *name != "integer");
    }
    // What any string may be need not be listed besides.
    choices.retain(|value| {
        let name = type_name(value);
        let is_number = name == "integer" && types.contains(&"number");
        !types.contains(&name) && !is_number
    });
    let mut schemas = Vec::new();
    if !choices.is_empty() {
        let choices = distinct(choices);
        let names = distinct(choices.iter().map(type_name).collect());
        schemas.push(json!({"type": one_or_list(&names), "enum": choices}));
    }
    if !types.is_empty() {
        schemas.push(json!({"type": one_or_list(types)}));
    }
    schemas
}

/// The same without those that came before.
fn distinct<V: PartialEq>(all: Vec<V>) -> Vec<V> {
    let mut kept = Vec::with_capacity(all.len());
    for value in all {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// Checks that the objects can be distinguished. Returns the properties that must be relaxed for it.
fn decide(shapes: &Shapes, containers: &[Id]) -> Result<Vec<String>, Refusal> {
    let objects: Vec<Members> = containers
        .iter()
        .filter_map(|id| Members::of(shapes, *id))
        .collect();
    if objects.len() < 2 {
        return Ok(Vec::new());
    }
    if let Some(tag) = tag(shapes, &objects) {
        return Ok(other_constants(shapes, &objects, tag));
    }
    for (index, one) in objects.iter().enumerate() {
        for other in &objects[index + 1..] {
            if one.names().is_empty() || other.names().is_empty() {
                return Err((
                    "two of its alternatives are objects, and one has no members",
                    TAG,
                ));
            }
            if one.names().iter().any(|name| other.names().contains(name)) {
                return Err((
                    "two of its alternatives are objects with a member in common",
                    TAG,
                ));
            }
        }
    }
    Ok(other_constants(shapes, &objects, ""))
}

/// The members of an object as it goes over the wire.
enum Members<'s> {
    Named(&'s [Field]),
    Numbered(usize),
}

impl<'s> Members<'s> {
    fn of(shapes: &'s Shapes, id: Id) -> Option<Self> {
        match shapes.kind(id) {
            _ if shapes.is_map(id) => None,
            Kind::Object(fields, _) => Some(Self::Named(fields)),
            Kind::Tuple(items) => Some(Self::Numbered(items.len())),
            _ => None,
        }
    }

    fn names(&self) -> Vec<String> {
        match self {
            Self::Named(fields) => fields.iter().map(|field| field.name.clone()).collect(),
            Self::Numbered(count) => (0..*count).map(|index| index.to_string()).collect(),
        }
    }

    fn fixed(&self, shapes: &'s Shapes, name: &str) -> Option<&'s [Value]> {
        let Self::Named(fields) = self else {
            return None;
        };
        let field = fields.iter().find(|field| field.name == name)?;
        match shapes.kind(field.shape) {
            Kind::Choice(values) if field.required => Some(values),
            _ => None,
        }
    }
}

/// The first property that has other fixed values in each object.
fn tag<'s>(shapes: &'s Shapes, objects: &[Members<'s>]) -> Option<&'s str> {
    let Members::Named(fields) = objects.first()? else {
        return None;
    };
    let names = fields.iter().map(|field| field.name.as_str());
    names.into_iter().find(|name| {
        let mut seen: Vec<&Value> = Vec::new();
        objects.iter().all(|object| {
            let Some(values) = object.fixed(shapes, name) else {
                return false;
            };
            let fresh = values
                .iter()
                .all(|value| value.is_string() && !seen.contains(&value));
            seen.extend(values);
            fresh
        })
    })
}

/// Properties with fixed values in more than one object, besides the tag.
fn other_constants(shapes: &Shapes, objects: &[Members<'_>], tag: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut repeated = Vec::new();
    for object in objects {
        for name in object.names() {
            let all_strings = object
                .fixed(shapes, &name)
                .is_some_and(|values| values.iter().all(Value::is_string));
            if name == tag || !all_strings {
                continue;
            }
            if names.contains(&name) {
                if !repeated.contains(&name) {
                    repeated.push(name);
                }
            } else {
                names.push(name);
            }
        }
    }
    repeated
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
