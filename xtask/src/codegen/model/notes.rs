//! What the documentation of a schema or of a field is made from.

use std::fmt::Display;

use openapiv3::{IntegerType, NumberType, Schema, SchemaKind, StringType, Type};
use serde_json::Value;

use super::{is_true, text};

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
    pub(super) fn of(schema: &Schema) -> Self {
        let data = &schema.schema_data;
        Self {
            description: data.description.clone().unwrap_or_default(),
            deprecated: data.deprecated,
            status: text(data.extensions.get("x-status")),
            unsupported: is_true(data.extensions.get("x-unsupported")),
            server_default: data.extensions.get("x-server-default").cloned(),
            range: range(&schema.schema_kind),
        }
    }
}

fn range(kind: &SchemaKind) -> Option<String> {
    let SchemaKind::Type(kind) = kind else {
        return None;
    };
    match kind {
        Type::Integer(integer) => whole(integer),
        Type::Number(NumberType {
            minimum, maximum, ..
        }) => bounds(*minimum, *maximum, ""),
        Type::String(StringType {
            min_length,
            max_length,
            ..
        }) => bounds(
            min_length.filter(|least| *least > 0),
            *max_length,
            " characters",
        ),
        Type::Array(array) => bounds(
            array.min_items.filter(|least| *least > 0),
            array.max_items,
            " items",
        ),
        _ => None,
    }
}

fn whole(integer: &IntegerType) -> Option<String> {
    let values = integer.enumeration.iter().flatten();
    let values: Vec<String> = values.map(|value| format!("`{value}`")).collect();
    if !values.is_empty() {
        return Some(format!("One of {}.", values.join(", ")));
    }
    // That a count is not negative goes without saying: its type is unsigned.
    let is_said = |least: &i64| *least != 0 || integer.maximum.is_some();
    bounds(integer.minimum.filter(is_said), integer.maximum, "")
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
