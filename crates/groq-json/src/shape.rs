//! A schema as a graph of shapes, which all walks over values and schemas share.
//!
//! [`lower`] makes it from a JSON Schema, once per type; recursion is a cycle of ids. It is an approximation from above:
//! every valid value fits it, and what it cannot express (bounds, patterns) is kept in words. Only `jsonschema` validates.

pub(crate) mod coerce;
pub(crate) mod defaults;
mod foreign;
mod lower;
mod merge;
pub(crate) mod notes;
mod order;
pub(crate) mod pick;

pub(crate) use merge::is_annotation;

use std::collections::HashSet;

use serde_json::Value;

use crate::pointer::Path;

/// The place of a shape in its graph.
pub(crate) type Id = usize;

/// The graph of a schema.
#[derive(Clone, Debug)]
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    pub(crate) root: Id,
    /// The alternatives of each shape, unions of unions laid flat.
    leaves: Vec<Vec<Id>>,
    /// Whether each shape contains itself, so that it has to be referred to by name.
    recursive: Vec<bool>,
    /// Whether a default is somewhere inside a value of each shape.
    holds_defaults: Vec<bool>,
}

/// A shape.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Its name among the definitions, if it is one.
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    /// What else must hold, in words.
    pub(crate) notes: Vec<String>,
    /// Whether the schema leaves out its type, so that a value of another type fits as well.
    pub(crate) untyped: bool,
    /// Whether a value may fit only one of its alternatives.
    pub(crate) exclusive: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Any value, or one that only the validator understands: why, where that is not plain.
    Any(Option<String>),
    Never,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Choice(Vec<Value>),
    List(Id),
    Tuple(Vec<Id>),
    Object(Vec<Field>, Rest),
    Union(Vec<Id>),
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) shape: Id,
    pub(crate) required: bool,
    pub(crate) default: Option<Value>,
    pub(crate) description: Option<String>,
    /// Whether absent and `null` mean different things, if it may be both.
    pub(crate) distinct_null: bool,
}

/// What members an object may have besides those it declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// Any, but none is meant.
    Open,
    None,
    /// Any, and they are meant.
    Free,
    /// Any of this shape.
    Map(Id),
}

impl Shapes {
    /// Lowers a JSON Schema.
    pub(crate) fn new(schema: &Value) -> Self {
        let (nodes, root) = lower::lower(schema);
        let mut shapes = Self {
            nodes,
            root,
            leaves: Vec::new(),
            recursive: Vec::new(),
            holds_defaults: Vec::new(),
        };
        shapes.leaves = shapes.ids().map(|id| shapes.flat(id)).collect();
        shapes.recursive = shapes.find_recursive();
        shapes.holds_defaults = shapes.find_defaults();
        shapes.name();
        shapes
    }

    /// Names every shape that contains itself, and makes all names different.
    fn name(&mut self) {
        let mut taken = HashSet::from(["__root".to_owned()]);
        for id in self.ids() {
            let node = &mut self.nodes[id];
            if node.name.is_none() && self.recursive[id] && id != self.root {
                node.name = Some("Part".to_owned());
            }
            let Some(name) = &mut node.name else { continue };
            let own = name.clone();
            let mut count = 1;
            while !taken.insert(name.clone()) {
                count += 1;
                *name = format!("{own}_{count}");
            }
        }
    }

    /// Whether a shape contains itself, so that it has to be referred to by its name.
    pub(crate) fn is_recursive(&self, id: Id) -> bool {
        self.recursive[id]
    }

    /// All shapes.
    pub(crate) fn ids(&self) -> std::ops::Range<Id> {
        0..self.nodes.len()
    }

    pub(crate) fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    pub(crate) fn kind(&self, id: Id) -> &Kind {
        &self.nodes[id].kind
    }

    /// The alternatives of a shape, unions of unions laid flat.
    pub(crate) fn leaves(&self, id: Id) -> &[Id] {
        &self.leaves[id]
    }

    fn flat(&self, id: Id) -> Vec<Id> {
        let mut leaves = Vec::new();
        let mut seen = HashSet::new();
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            match self.kind(id) {
                _ if !seen.insert(id) => {}
                Kind::Union(branches) => next.extend(branches.iter().rev()),
                _ => leaves.push(id),
            }
        }
        leaves
    }

    /// The shape of a member of an object.
    pub(crate) fn member(fields: &[Field], rest: Rest, key: &str) -> Option<Id> {
        let field = fields.iter().find(|field| field.name == key);
        match (field, rest) {
            (Some(field), _) => Some(field.shape),
            (None, Rest::Map(item)) => Some(item),
            (None, _) => None,
        }
    }

    /// Calls `visit` for each item and member of a value, with its shape.
    pub(crate) fn inside(
        &self,
        id: Id,
        value: &mut Value,
        path: &Path<'_>,
        mut visit: impl FnMut(Id, &mut Value, &Path<'_>),
    ) {
        match (self.kind(id), value) {
            (Kind::List(item), Value::Array(items)) => {
                for (index, value) in items.iter_mut().enumerate() {
                    visit(*item, value, &Path::Index(path, index));
                }
            }
            (Kind::Tuple(shapes), Value::Array(items)) => {
                for (index, (value, id)) in items.iter_mut().zip(shapes).enumerate() {
                    visit(*id, value, &Path::Index(path, index));
                }
            }
            (Kind::Object(fields, rest), Value::Object(members)) => {
                for (key, value) in members {
                    if let Some(id) = Self::member(fields, *rest, key) {
                        visit(id, value, &Path::Key(path, key));
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a shape is a map and nothing else. In the strict form it is a list.
    pub(crate) fn is_map(&self, id: Id) -> bool {
        matches!(self.kind(id), Kind::Object(fields, Rest::Map(_)) if fields.is_empty())
    }

    /// Whether `null` fits.
    pub(crate) fn is_nullable(&self, id: Id) -> bool {
        self.leaves(id).iter().any(|leaf| match self.kind(*leaf) {
            Kind::Null | Kind::Any(_) => true,
            Kind::Choice(values) => values.contains(&Value::Null),
            _ => false,
        })
    }
}
