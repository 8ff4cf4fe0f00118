//! Objects that a schema cannot refuse, because it demands nothing, and that are yet no answer to it: the schema itself, and
//! an envelope around the answer. To take them for a value without members would drop all that they hold.

use serde_json::{Map, Value};

use super::{Field, Kind, Rest, Shapes};
use crate::issue::Issue;

impl Shapes {
    /// Whether the root object, by its keys, may be another one than is asked for.
    pub(crate) fn may_be_foreign<'k>(&self, keys: impl Iterator<Item = &'k str>) -> bool {
        let Some(fields) = self.open_root() else {
            return false;
        };
        let (mut any, mut known) = (false, false);
        for key in keys {
            let declared = is_declared(fields, key);
            if key == "properties" && !declared {
                return true;
            }
            any = true;
            known |= declared;
        }
        any && !known
    }

    /// What is wrong with a root object that is another one than is asked for; nothing if it is not.
    pub(crate) fn foreign(&self, root: &Value) -> Vec<Issue> {
        let Value::Object(members) = root else {
            return Vec::new();
        };
        if !self.may_be_foreign(members.keys().map(String::as_str)) {
            return Vec::new();
        }
        if is_schema(members) {
            return vec![Issue::new("", "is a schema, where a value for it is due")];
        }
        let known = |key: &String| {
            self.open_root()
                .is_some_and(|fields| is_declared(fields, key))
        };
        if members.keys().any(known) {
            return Vec::new();
        }
        let unknown = |key: &String| {
            Issue::new(
                crate::pointer::child("", key),
                "is no member that is known here",
            )
        };
        members.keys().map(unknown).collect()
    }

    /// The members of the root, if it is an object that may have others that are not meant.
    fn open_root(&self) -> Option<&[Field]> {
        match self.kind(self.root) {
            Kind::Object(fields, Rest::Open) if !fields.is_empty() => Some(fields),
            _ => None,
        }
    }
}

fn is_declared(fields: &[Field], key: &str) -> bool {
    fields.iter().any(|field| field.name == key)
}

fn is_schema(members: &Map<String, Value>) -> bool {
    members.get("properties").is_some_and(Value::is_object)
        && members.get("type").is_some_and(|name| name == "object")
}
