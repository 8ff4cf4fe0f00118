//! From JSON to the type, and where serde refuses it.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use crate::issue::Issue;
use crate::{pointer, validate};

/// Deserializes a value. The path of a failure is looked for only once there is one.
pub(super) fn typed<T: DeserializeOwned>(value: &Value) -> Result<T, Issue> {
    T::deserialize(value).map_err(|_| issue::<T>(value))
}

fn issue<T: DeserializeOwned>(value: &Value) -> Issue {
    let Err(error) = serde_path_to_error::deserialize::<_, T>(value) else {
        return Issue::new("", "does not fit the type");
    };
    let mut path = String::new();
    for segment in error.path() {
        match segment {
            Segment::Seq { index } => pointer::push_index(&mut path, *index),
            Segment::Map { key } => pointer::push(&mut path, key),
            // The name of a variant is a key only if the enum is externally tagged.
            Segment::Enum { variant } => {
                let inner = value.pointer(&path).and_then(|value| value.get(variant));
                if inner.is_some() {
                    pointer::push(&mut path, variant);
                }
            }
            Segment::Unknown => {}
        }
    }
    let text = error.inner().to_string();
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'));
    if let Some(name) = missing {
        return Issue::new(pointer::child(&path, name), "is missing");
    }
    let got = value.pointer(&path).map(validate::glimpse);
    Issue::new(path, reason(&text)).with_got(got)
}

/// What serde says, without the value that it quotes; what the type's own code says, in one line.
fn reason(text: &str) -> String {
    const QUOTING: [&str; 6] = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant `",
        "unknown field `",
        "duplicate field `",
    ];
    if !QUOTING.iter().any(|start| text.starts_with(start)) {
        return text.lines().next().unwrap_or_default().to_owned();
    }
    match text.rfind("expected ") {
        Some(at) => text[at..].to_owned(),
        None => "is not accepted by the type".to_owned(),
    }
}
