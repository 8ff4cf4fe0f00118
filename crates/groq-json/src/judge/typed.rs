//! From a value to the type; and where serde refuses it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::ErrorKind;
use crate::issue::Issue;
use crate::validate;

/// Whether a value deserialises, and if not, where not.
pub(crate) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, ErrorKind> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut path = String::new();
        for segment in error.path() {
            match segment {
                serde_path_to_error::Segment::Seq { index } => {
                    crate::pointer::push_index(&mut path, *index);
                }
                serde_path_to_error::Segment::Map { key } => crate::pointer::push(&mut path, key),
                // The name of a variant is a key only where the enum is tagged from outside.
                serde_path_to_error::Segment::Enum { variant } => {
                    let inner = value
                        .pointer(&path)
                        .is_some_and(|value| value.get(variant).is_some());
                    if inner {
                        crate::pointer::push(&mut path, variant);
                    }
                }
                serde_path_to_error::Segment::Unknown => {}
            }
        }
        let mut issue = issue(&path, error.inner());
        issue.got = value.pointer(&path).map(validate::glimpse);
        ErrorKind::Invalid(vec![issue])
    })
}

/// Serde's complaint without the value that it quotes.
pub(super) fn issue(path: &str, error: &serde_json::Error) -> Issue {
    let text = error.to_string();
    if let Some(name) = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        return Issue::new(crate::pointer::child(path, name), "is missing");
    }
    let message = match text.rfind("expected ") {
        Some(at) => text[at..].to_owned(),
        None => "is not accepted by the type".to_owned(),
    };
    Issue::new(path, message).with_got(Some(text))
}
