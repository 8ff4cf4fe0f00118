//! What the documentation of a schema or of a field is made from.

use serde_json::Value;

use super::parts::text;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Notes {
    pub(crate) description: String,
    pub(crate) deprecated: bool,
    /// `beta`, `undocumented` or `deprecated`.
    pub(crate) status: Option<String>,
    /// Declared, and refused by the service.
    pub(crate) unsupported: bool,
    pub(crate) server_default: Option<Value>,
    /// The range or length that the description states, as a sentence.
    pub(crate) range: Option<String>,
}

impl Notes {
    pub(super) fn of(schema: &Value) -> Self {
        Self {
            description: text(&schema["description"]).unwrap_or_default(),
            deprecated: schema["deprecated"] == true,
            status: text(&schema["x-status"]),
            unsupported: schema["x-unsupported"] == true,
            server_default: schema.get("x-server-default").cloned(),
            range: range(schema),
        }
    }
}

fn range(schema: &Value) -> Option<String> {
    let unit = match schema["type"].as_str()? {
        "integer" if schema["enum"].is_array() => {
            let values = schema["enum"].as_array().into_iter().flatten();
            let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
            return Some(format!("One of {}.", values.join(", ")));
        }
        "string" => " characters",
        "array" => " items",
        _ => "",
    };
    let counted = |bound: &str| match (bound, unit) {
        ("1", " characters" | " items") => format!("1{}", unit.trim_end_matches('s')),
        _ => format!("{}{unit}", bound.trim_end_matches(".0")),
    };
    match bounds(schema) {
        [Some(least), Some(most)] => {
            let least = least.trim_end_matches(".0").to_owned();
            Some(format!("{least} to {}{unit}.", most.trim_end_matches(".0")))
        }
        [Some(least), None] => Some(format!("At least {}.", counted(&least))),
        [None, Some(most)] => Some(format!("At most {}.", counted(&most))),
        [None, None] => None,
    }
}

/// The bounds that a schema states for its value, its length or its number of items, as Rust writes them.
pub(crate) fn bounds(schema: &Value) -> [Option<String>; 2] {
    let kind = schema["type"].as_str().unwrap_or_default();
    let keys = match kind {
        "string" => ["minLength", "maxLength"],
        "array" => ["minItems", "maxItems"],
        "integer" | "number" => ["minimum", "maximum"],
        _ => return [None, None],
    };
    let [least, most] = keys.map(|key| match kind {
        "number" => schema[key].as_f64().map(|bound| format!("{bound:?}")),
        _ => schema[key].as_i64().map(|bound| bound.to_string()),
    });
    // That a count is not negative goes without saying: its type is unsigned.
    let is_said = |least: &String| least != "0" || kind == "integer" && most.is_some();
    [least.filter(is_said), most]
}
