//! Types, in Rust and on the wire.

use std::fmt;

use openapiv3::{
    AdditionalProperties, ArrayType, NumberFormat, ReferenceOr, Schema, SchemaKind, Type,
    VariantOrUnknownOrEmpty,
};

use crate::codegen::model;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ty {
    String,
    Boolean,
    Number(&'static str),
    Integer(&'static str),
    List(Box<Ty>),
    Map(Box<Ty>),
    /// A component.
    Named(String),
    /// One of several components.
    Either(Vec<Ty>),
    /// Bytes, outside of JSON.
    Binary,
    /// Any JSON value.
    Any,
}

impl Ty {
    pub(super) fn of(schema: &Schema) -> Self {
        match &schema.schema_kind {
            kind if model::is_file(kind) => Self::Binary,
            SchemaKind::Type(Type::String(_)) => Self::String,
            SchemaKind::Type(Type::Boolean(_)) => Self::Boolean,
            SchemaKind::Type(Type::Number(number)) => match number.format {
                VariantOrUnknownOrEmpty::Item(NumberFormat::Float) => Self::Number("f32"),
                _ => Self::Number("f64"),
            },
            SchemaKind::Type(Type::Integer(integer)) => {
                Self::Integer(match model::integer_format(integer, "") {
                    Ok("uint32") => "u32",
                    Ok("uint64") => "u64",
                    Ok("int32") => "i32",
                    _ => "i64",
                })
            }
            SchemaKind::Type(Type::Array(array)) => Self::List(Box::new(items(array))),
            SchemaKind::Type(Type::Object(object)) => {
                let values = match &object.additional_properties {
                    Some(AdditionalProperties::Schema(values)) => Self::of_reference(values),
                    _ => Self::Any,
                };
                Self::Map(Box::new(values))
            }
            SchemaKind::AnyOf { any_of: branches } | SchemaKind::OneOf { one_of: branches } => {
                Self::Either(branches.iter().map(Self::of_reference).collect())
            }
            kind => match model::single_all_of(kind).and_then(model::reference) {
                Some(name) => Self::Named(name.to_owned()),
                None => Self::Any,
            },
        }
    }

    pub(super) fn of_reference(schema: &ReferenceOr<Schema>) -> Self {
        match schema {
            ReferenceOr::Item(schema) => Self::of(schema),
            ReferenceOr::Reference { reference } => {
                model::component(reference).map_or(Self::Any, Self::Named)
            }
        }
    }

    /// Whether every JSON value of `self` is one of `other` too.
    pub(super) fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Any) | (Self::Integer(_), Self::Number(_)) => true,
            (Self::Number(one), Self::Number(two)) => one == two || *two == "f64",
            (Self::Integer(one), Self::Integer(two)) => {
                one == two || matches!((*one, *two), ("u32", "u64" | "i64") | ("i32", "i64"))
            }
            (Self::List(one), Self::List(two)) | (Self::Map(one), Self::Map(two)) => one.fits(two),
            (Self::Either(all), two) => all.iter().all(|one| one.fits(two)),
            (one, Self::Either(any)) => any.iter().any(|two| one.fits(two)),
            (one, two) => one == two,
        }
    }

    pub(super) fn rename(&mut self, from: &str, to: &str) {
        match self {
            Self::Named(name) if name == from => to.clone_into(name),
            Self::List(inner) | Self::Map(inner) => inner.rename(from, to),
            Self::Either(branches) => branches
                .iter_mut()
                .for_each(|branch| branch.rename(from, to)),
            _ => {}
        }
    }
}

fn items(array: &ArrayType) -> Ty {
    match &array.items {
        Some(ReferenceOr::Item(item)) => Ty::of(item),
        Some(ReferenceOr::Reference { reference }) => {
            model::component(reference).map_or(Ty::Any, Ty::Named)
        }
        None => Ty::Any,
    }
}

/// As it stands in Rust.
impl fmt::Display for Ty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("String"),
            Self::Boolean => f.write_str("bool"),
            Self::Number(name) | Self::Integer(name) => f.write_str(name),
            Self::List(item) => write!(f, "Vec<{item}>"),
            Self::Map(value) if **value == Self::Any => f.write_str("Map<String, Value>"),
            Self::Map(value) => write!(f, "BTreeMap<String, {value}>"),
            Self::Named(name) => f.write_str(name),
            Self::Either(branches) => {
                let names: Vec<String> = branches.iter().map(ToString::to_string).collect();
                f.write_str(&names.join(" or "))
            }
            Self::Binary => f.write_str("bytes"),
            Self::Any => f.write_str("Value"),
        }
    }
}
