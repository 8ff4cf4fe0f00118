//! The types of values.

use std::fmt;

use serde_json::Value;

use super::named;
use crate::problem::Problem;

/// The type of a value; `Display` writes it as it stands in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    String,
    Boolean,
    /// `f64` or `f32`.
    Number(&'static str),
    /// `u32`, `u64`, `i32` or `i64`.
    Integer(&'static str),
    List(Box<Ty>),
    Map(Box<Ty>),
    /// A component.
    Named(String),
    /// Any JSON object.
    Object,
    /// Any JSON value.
    Any,
}

impl Ty {
    /// The type of a schema in place; what the emitter would have to guess about is a problem.
    pub(super) fn of(schema: &Value, pointer: &str) -> Result<Self, Problem> {
        let problem = |what: &str, mend: &str| Err(Problem::new(pointer, what, mend));
        if let Some(name) = named(schema) {
            return Ok(Self::Named(name.to_owned()));
        }
        let has = |key: &str| !schema[key].is_null();
        let inner = |key: &str| {
            Ok(Box::new(Self::of(
                &schema[key],
                &format!("{pointer}/{key}"),
            )?))
        };
        match schema["type"].as_str() {
            Some("string") if has("enum") => {
                problem("an enum without a name", "make it a component")
            }
            Some("string") => Ok(Self::String),
            Some("boolean") => Ok(Self::Boolean),
            Some("number") if schema["format"] == "float" => Ok(Self::Number("f32")),
            Some("number") => Ok(Self::Number("f64")),
            Some("integer") => {
                let is_unsigned = schema["minimum"].as_i64().is_some_and(|least| least >= 0);
                match (schema["format"].as_str(), is_unsigned) {
                    (Some("int32"), true) => Ok(Self::Integer("u32")),
                    (Some("int32"), false) => Ok(Self::Integer("i32")),
                    (Some("int64"), true) => Ok(Self::Integer("u64")),
                    (Some("int64"), false) => Ok(Self::Integer("i64")),
                    _ => problem(
                        "an integer without a size",
                        "say `format: int32` or `format: int64`",
                    ),
                }
            }
            Some("array") if has("items") => Ok(Self::List(inner("items")?)),
            Some("array") => problem("a list of unknown items", "say what `items` are"),
            Some("object") if has("properties") => {
                problem("an object without a name", "make it a component")
            }
            Some("object") if schema["additionalProperties"].is_object() => {
                Ok(Self::Map(inner("additionalProperties")?))
            }
            Some("object") => Ok(Self::Object),
            None if !["oneOf", "anyOf", "allOf", "not"].into_iter().any(has) => Ok(Self::Any),
            _ => problem(
                "a property that is neither a type, nor a named schema by `allOf`, nor any JSON value",
                "name its schema as a component and refer to it by `allOf: [{$ref: ..}]`",
            ),
        }
    }

    /// Whether it is a whole number, or a list or map of them.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::List(inner) | Self::Map(inner) => inner.is_whole(),
            _ => false,
        }
    }
}

impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("String"),
            Self::Boolean => f.write_str("bool"),
            Self::Number(name) | Self::Integer(name) => f.write_str(name),
            Self::List(item) => write!(f, "Vec<{item}>"),
            Self::Map(value) => write!(f, "BTreeMap<String, {value}>"),
            Self::Named(name) => f.write_str(name),
            Self::Object => f.write_str("serde_json::Map<String, serde_json::Value>"),
            Self::Any => f.write_str("serde_json::Value"),
        }
    }
}

/// Whether a schema is the content of a file in a form.
pub(super) fn is_file(schema: &Value) -> bool {
    schema["type"] == "string" && schema["format"] == "binary"
}
