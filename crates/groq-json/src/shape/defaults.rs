//! Defaults: which a value leaves to be filled in, and filling them in.

use jsonschema::json::Node as _;
use serde_json::Value;

use super::{Id, Kind, Rest, Shapes};
use crate::parse::tape::Ref;
use crate::pointer;

impl Shapes {
    /// Whether the schema has any.
    pub(crate) fn has_defaults(&self) -> bool {
        self.holds_defaults[self.root]
    }

    /// Of each shape, whether a default is somewhere inside its values.
    pub(super) fn where_defaults_are(&self) -> Vec<bool> {
        let mut holds = vec![false; self.nodes.len()];
        loop {
            let before = holds.clone();
            for (id, node) in self.nodes.iter().enumerate() {
                holds[id] = match &node.kind {
                    Kind::Object(fields, rest) => {
                        matches!(rest, Rest::Map(item) if holds[*item])
                            || fields
                                .iter()
                                .any(|field| field.default.is_some() || holds[field.shape])
                    }
                    Kind::List(item) => holds[*item],
                    Kind::Tuple(inner) | Kind::Union(inner) => inner.iter().any(|id| holds[*id]),
                    _ => false,
                };
            }
            if holds == before {
                return holds;
            }
        }
    }

    /// Whether a value leaves a default to be filled in, as far as that is plain; `true` if it is not.
    pub(crate) fn may_lack_defaults(&self, id: Id, value: Ref<'_>) -> bool {
        if !self.holds_defaults[id] {
            return false;
        }
        let mut leaves = self.leaves(id).iter().filter(|leaf| {
            matches!(
                self.kind(**leaf),
                Kind::Object(..) | Kind::List(_) | Kind::Tuple(_)
            )
        });
        let (Some(id), other) = (leaves.next(), leaves.next()) else {
            return false;
        };
        match (self.kind(*id), value.as_object(), value.as_array()) {
            (_, None, None) => false,
            _ if other.is_some() => true,
            (Kind::Object(fields, rest), Some(members), _) => {
                let mut missing = fields
                    .iter()
                    .filter(|field| field.default.is_some())
                    .count();
                for (key, value) in members {
                    let field = fields.iter().find(|field| field.name == key);
                    missing -= usize::from(field.is_some_and(|field| field.default.is_some()));
                    let inner = match (field, rest) {
                        (Some(field), _) => field.shape,
                        (None, Rest::Map(item)) => *item,
                        (None, _) => continue,
                    };
                    if self.may_lack_defaults(inner, value) {
                        return true;
                    }
                }
                missing > 0
            }
            (Kind::List(item), _, Some(mut items)) => {
                items.any(|value| self.may_lack_defaults(*item, value))
            }
            (Kind::Tuple(shapes), _, Some(items)) => items
                .zip(shapes)
                .any(|(value, id)| self.may_lack_defaults(*id, value)),
            _ => false,
        }
    }

    /// The paths of absent members that have a default; with `fill`, they are put in.
    pub(crate) fn defaults(&self, value: &mut Value, fill: bool) -> Vec<String> {
        let mut found = Vec::new();
        self.default_in(self.root, value, &mut String::new(), fill, &mut found);
        found
    }

    fn default_in(
        &self,
        id: Id,
        value: &mut Value,
        path: &mut String,
        fill: bool,
        found: &mut Vec<String>,
    ) {
        let Some(id) = self.pick(id, value) else {
            return;
        };
        match (self.kind(id), value) {
            (Kind::Object(fields, rest), Value::Object(members)) => {
                for field in fields {
                    let Some(default) = field
                        .default
                        .as_ref()
                        .filter(|_| !members.contains_key(&field.name))
                    else {
                        continue;
                    };
                    found.push(pointer::child(path, &field.name));
                    if fill {
                        members.insert(field.name.clone(), default.clone());
                    }
                }
                for (key, value) in members {
                    let field = fields
                        .iter()
                        .find(|field| field.name == *key)
                        .map(|field| field.shape);
                    let map = if let Rest::Map(id) = rest {
                        Some(*id)
                    } else {
                        None
                    };
                    if let Some(id) = field.or(map) {
                        self.default_within(key, id, value, path, fill, found);
                    }
                }
            }
            (Kind::List(item), Value::Array(items)) => {
                for (index, value) in items.iter_mut().enumerate() {
                    self.default_within(&index.to_string(), *item, value, path, fill, found);
                }
            }
            (Kind::Tuple(of), Value::Array(items)) => {
                for (index, (value, id)) in items.iter_mut().zip(of).enumerate() {
                    self.default_within(&index.to_string(), *id, value, path, fill, found);
                }
            }
            _ => {}
        }
    }

    fn default_within(
        &self,
        name: &str,
        id: Id,
        value: &mut Value,
        path: &mut String,
        fill: bool,
        found: &mut Vec<String>,
    ) {
        let length = path.len();
        pointer::push(path, name);
        self.default_in(id, value, path, fill, found);
        path.truncate(length);
    }
}
