//! The types of values.

use std::fmt;

/// The type of a value; `Display` writes it as it stands in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    String,
    Boolean,
    /// `f64` or `f32`.
    Number(String),
    /// `u32`, `u64`, `i32` or `i64`.
    Integer(String),
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
            Self::Number(name) | Self::Integer(name) | Self::Named(name) => f.write_str(name),
            Self::List(item) => write!(f, "Vec<{item}>"),
            Self::Map(value) => write!(f, "BTreeMap<String, {value}>"),
            Self::Object => f.write_str("serde_json::Map<String, serde_json::Value>"),
            Self::Any => f.write_str("serde_json::Value"),
        }
    }
}
