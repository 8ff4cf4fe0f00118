//! Defaults of absent members.

use serde_json::Value;

use super::{Id, Kind, Rest, Shapes};
use crate::pointer;

impl Shapes {
    /// Whether the schema has any.
    pub(crate) fn has_defaults(&self) -> bool {
        self.holds_defaults[self.root]
    }

    /// Returns for each shape whether a default is somewhere inside its values.
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

    /// Returns the paths of absent members that have a default. With `fill`, they are filled in.
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
        let Some(id) = self.pick(id, value).filter(|id| self.holds_defaults[*id]) else {
            return;
        };
        if let (Kind::Object(fields, _), Value::Object(members)) = (self.kind(id), &mut *value) {
            for field in fields {
                let absent = !members.contains_key(&field.name);
                let Some(default) = field.default.as_ref().filter(|_| absent) else {
                    continue;
                };
                found.push(pointer::child(path, &field.name));
                if fill {
                    members.insert(field.name.clone(), default.clone());
                }
            }
        }
        self.inside(id, value, path, |id, value, path| {
            self.default_in(id, value, path, fill, found);
        });
    }
}
