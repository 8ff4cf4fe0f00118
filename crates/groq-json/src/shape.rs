//! A schema as a graph of shapes: what all walks over values and schemas share.
//!
//! [`lower`] makes it from a JSON Schema, once per type; recursion is a cycle of ids. It is an approximation from above:
//! every valid value fits it, and what it cannot say (bounds, patterns) it keeps in words. Only `jsonschema` judges.

pub(crate) mod coerce;
pub(crate) mod defaults;
mod foreign;
mod lower;
mod merge;
pub(crate) mod notes;
pub(crate) mod pick;

use serde_json::Value;

use crate::pointer::within;

/// The place of a shape in its graph.
pub(crate) type Id = usize;

/// The graph of a schema.
#[derive(Clone, Debug)]
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    pub(crate) root: Id,
    /// The alternatives of each shape, unions of unions laid flat.
    leaves: Vec<Vec<Id>>,
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
    /// The shapes of a JSON Schema.
    pub(crate) fn new(schema: &Value) -> Self {
        let (nodes, root) = lower::lower(schema);
        let mut shapes = Self {
            nodes,
            root,
            leaves: Vec::new(),
            holds_defaults: Vec::new(),
        };
        shapes.leaves = shapes.ids().map(|id| shapes.flat(id)).collect();
        shapes.holds_defaults = shapes.where_defaults_are();
        shapes
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
        let mut seen = vec![id];
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            match self.kind(id) {
                Kind::Union(branches) => {
                    for branch in branches.iter().rev() {
                        if matches!(self.kind(*branch), Kind::Union(_)) {
                            if seen.contains(branch) {
                                continue;
                            }
                            seen.push(*branch);
                        }
                        next.push(*branch);
                    }
                }
                _ if leaves.contains(&id) => {}
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
        path: &mut String,
        mut visit: impl FnMut(Id, &mut Value, &mut String),
    ) {
        match (self.kind(id), value) {
            (Kind::List(item), Value::Array(items)) => {
                for (index, value) in items.iter_mut().enumerate() {
                    within(path, &index.to_string(), |path| visit(*item, value, path));
                }
            }
            (Kind::Tuple(shapes), Value::Array(items)) => {
                for (index, (value, id)) in items.iter_mut().zip(shapes).enumerate() {
                    within(path, &index.to_string(), |path| visit(*id, value, path));
                }
            }
            (Kind::Object(fields, rest), Value::Object(members)) => {
                for (key, value) in members {
                    if let Some(id) = Self::member(fields, *rest, key) {
                        within(path, key, |path| visit(id, value, path));
                    }
                }
            }
            _ => {}
        }
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
