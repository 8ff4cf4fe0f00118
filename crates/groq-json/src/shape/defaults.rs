//! Defaults of absent members.

use serde_json::Value;

use super::{Id, Kind, Shapes};
use crate::pointer::Path;

impl Shapes {
    /// Returns the paths of absent members that have a default. With `fill`, they are filled in.
    pub(crate) fn defaults(&self, value: &mut Value, fill: bool) -> Vec<String> {
        let mut found = Vec::new();
        self.default_in(self.root, value, &Path::Root, fill, &mut found);
        found
    }

    fn default_in(
        &self,
        id: Id,
        value: &mut Value,
        path: &Path<'_>,
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
                found.push(Path::Key(path, &field.name).pointer());
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
