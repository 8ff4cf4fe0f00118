//! Objects that a schema cannot refuse, because it demands little, and that are not an answer: the schema itself, a call of a
//! tool, and an envelope around the answer. To take them for a value without members would drop everything they contain.

use serde_json::Value;

use super::{Kind, Rest, Shapes};
use crate::issue::Issue;
use crate::pointer;

impl Shapes {
    /// Returns what is wrong with a root object that is not an answer; nothing for an answer.
    pub(crate) fn foreign(&self, root: &Value) -> Vec<Issue> {
        let (Kind::Object(fields, Rest::Open), Value::Object(members)) =
            (self.kind(self.root), root)
        else {
            return Vec::new();
        };
        let declared = |key: &str| fields.iter().any(|field| field.name == key);
        let is_schema = members.get("properties").is_some_and(Value::is_object)
            && members.get("type").is_some_and(|name| name == "object");
        if is_schema && !declared("properties") && !fields.is_empty() {
            return vec![Issue::new("", "is a schema instead of a value")];
        }
        let arguments = ["arguments", "parameters"]
            .into_iter()
            .find(|key| members.contains_key(*key));
        let is_call = members.get("name").is_some_and(Value::is_string);
        if is_call && arguments.is_some_and(|key| !declared(key)) && !fields.is_empty() {
            return vec![Issue::new("", "is a call of a tool instead of a value")];
        }
        if fields.is_empty() || members.keys().any(|key| declared(key)) {
            return Vec::new();
        }
        let unknown = |key: &String| Issue::unknown_member(pointer::child("", key));
        members.keys().map(unknown).collect()
    }
}
