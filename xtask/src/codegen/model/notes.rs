//! What the documentation of a schema or of a field is made from.

use std::fmt::Display;

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
    let size = |key: &str| schema[key].as_u64().filter(|size| *size > 0);
    match schema["type"].as_str()? {
        "integer" => whole(schema),
        "number" => bounds(schema["minimum"].as_f64(), schema["maximum"].as_f64(), ""),
        "string" => bounds(size("minLength"), size("maxLength"), " characters"),
        "array" => bounds(size("minItems"), size("maxItems"), " items"),
        _ => None,
    }
}

fn whole(schema: &Value) -> Option<String> {
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        return Some(format!("One of {}.", values.join(", ")));
    }
    let most = schema["maximum"].as_i64();
    // That a count is not negative goes without saying: its type is unsigned.
    let least = schema["minimum"].as_i64();
    let least = least.filter(|least| *least != 0 || most.is_some());
    bounds(least, most, "")
}

fn bounds<T: Display>(least: Option<T>, most: Option<T>, unit: &'static str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}.")),
        (Some(least), None) => Some(format!("At least {least}{}.", counted(&least, unit))),
        (None, Some(most)) => Some(format!("At most {most}{}.", counted(&most, unit))),
        (None, None) => None,
    }
}

fn counted<T: Display>(number: &T, unit: &'static str) -> &'static str {
    if number.to_string() == "1" {
        unit.trim_end_matches('s')
    } else {
        unit
    }
}
