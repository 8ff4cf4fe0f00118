//! The types of values.

use std::fmt;

use openapiv3::{
    AdditionalProperties, ArrayType, IntegerFormat, IntegerType, NumberFormat, ObjectType,
    ReferenceOr, Schema, SchemaKind, StringFormat, StringType, Type, VariantOrUnknownOrEmpty,
};

use super::{SCHEMAS, named};
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
    pub(super) fn of(schema: &Schema, pointer: &str) -> Result<Self, Problem> {
        let problem = |what: &str, mend: &str| Err(Problem::new(pointer, what, mend));
        let kind = match &schema.schema_kind {
            SchemaKind::Type(kind) => kind,
            kind => match named(kind) {
                Some(name) => return Ok(Self::Named(name.to_owned())),
                None if is_any(kind) => return Ok(Self::Any),
                None => {
                    return problem(
                        "a property that is neither a type, nor a named schema by `allOf`, nor any JSON value",
                        "name its schema as a component and refer to it by `allOf: [{$ref: ..}]`",
                    );
                }
            },
        };
        match kind {
            Type::String(string) if string.enumeration.is_empty() => Ok(Self::String),
            Type::String(_) => problem("an enum without a name", "make it a component"),
            Type::Boolean(_) => Ok(Self::Boolean),
            Type::Number(number) => Ok(Self::Number(match number.format {
                VariantOrUnknownOrEmpty::Item(NumberFormat::Float) => "f32",
                _ => "f64",
            })),
            Type::Integer(integer) => Self::integer(integer, pointer),
            Type::Array(array) => Self::list(array, pointer),
            Type::Object(object) if object.properties.is_empty() => Self::map(object, pointer),
            Type::Object(_) => problem("an object without a name", "make it a component"),
        }
    }

    fn of_name(reference: &str) -> Self {
        Self::Named(reference.trim_start_matches(SCHEMAS).to_owned())
    }

    fn integer(integer: &IntegerType, pointer: &str) -> Result<Self, Problem> {
        let unsigned = integer.minimum.is_some_and(|least| least >= 0);
        match (&integer.format, unsigned) {
            (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32), true) => Ok(Self::Integer("u32")),
            (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int32), false) => {
                Ok(Self::Integer("i32"))
            }
            (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64), true) => Ok(Self::Integer("u64")),
            (VariantOrUnknownOrEmpty::Item(IntegerFormat::Int64), false) => {
                Ok(Self::Integer("i64"))
            }
            _ => Err(Problem::new(
                pointer,
                "an integer without a size",
                "say `format: int32` or `format: int64`",
            )),
        }
    }

    fn list(array: &ArrayType, pointer: &str) -> Result<Self, Problem> {
        let Some(items) = &array.items else {
            return Err(Problem::new(
                pointer,
                "a list of unknown items",
                "say what `items` are",
            ));
        };
        let item = match items {
            ReferenceOr::Item(item) => Self::of(item, &format!("{pointer}/items"))?,
            ReferenceOr::Reference { reference } => Self::of_name(reference),
        };
        Ok(Self::List(Box::new(item)))
    }

    fn map(object: &ObjectType, pointer: &str) -> Result<Self, Problem> {
        match &object.additional_properties {
            Some(AdditionalProperties::Schema(values)) => {
                let pointer = format!("{pointer}/additionalProperties");
                let values = match values.as_ref() {
                    ReferenceOr::Item(values) => Self::of(values, &pointer)?,
                    ReferenceOr::Reference { reference } => Self::of_name(reference),
                };
                Ok(Self::Map(Box::new(values)))
            }
            _ => Ok(Self::Object),
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
pub(crate) fn is_file(kind: &SchemaKind) -> bool {
    matches!(
        kind,
        SchemaKind::Type(Type::String(StringType {
            format: VariantOrUnknownOrEmpty::Item(StringFormat::Binary),
            ..
        }))
    )
}

/// Whether a schema says nothing: any JSON value.
fn is_any(kind: &SchemaKind) -> bool {
    match kind {
        SchemaKind::Any(any) => {
            let branches = [&any.one_of, &any.any_of, &any.all_of];
            any.typ.is_none()
                && any.properties.is_empty()
                && branches.iter().all(|branches| branches.is_empty())
        }
        _ => false,
    }
}
