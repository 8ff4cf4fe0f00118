//! How arbitrary values are made: a macro call per type, with the ranges and lengths of the description.

use std::{collections::BTreeSet, fmt::Display};

use anyhow::{Result, bail};
use openapiv3::{
    AdditionalProperties, ArrayType, IntegerType, NumberType, ObjectType, ReferenceOr, Schema,
    SchemaKind, StringType, Type,
};

use super::{file, openness};
use crate::codegen::model::{self, Branch, Component, Field, Model, Object, Shape, Ty};

/// The file with the call of every type.
pub(super) fn file(model: &Model) -> Result<String> {
    let mut text = format!(
        "//! How arbitrary values are made, for the feature `proptest`.\n\n{}\nuse crate::arbitrary::{{Source, arbitrary}};\n",
        file::HEADER
    );
    for component in model.components.values() {
        ends(component, model)?;
        if let Some(call) = call(component)? {
            text.push_str(&format!("\n{call}"));
        }
    }
    Ok(text)
}

fn call(component: &Component) -> Result<Option<String>> {
    let name = &component.name;
    let open = openness(component);
    let (head, rows) = match &component.shape {
        Shape::Object(object) => (
            format!("|s| {open} struct {name}"),
            fields(component, object)?,
        ),
        Shape::StringEnum(values) => (
            format!("{open} enum {name}"),
            values.iter().map(|value| value.variant.clone()).collect(),
        ),
        Shape::Tagged(tagged) => (
            format!("|s| {open} union {name} by {:?}", tagged.tag),
            tagged
                .variants
                .iter()
                .map(|variant| variant.variant.clone())
                .collect(),
        ),
        Shape::ByType(branches) => (
            format!("|s| union {name}"),
            self::branches(component, branches)?,
        ),
        Shape::ByHand => return Ok(None),
    };
    Ok(Some(file::call("arbitrary", &head, &rows)))
}

fn fields(component: &Component, object: &Object) -> Result<Vec<String>> {
    let row = |field: &Field| {
        let pointer = format!(
            "#/components/schemas/{}/properties/{}",
            component.name, field.wire
        );
        let within = match component.property(&field.wire) {
            Some(schema) => within(schema, &pointer)?,
            None => None,
        };
        let ident = &field.ident;
        Ok(match within {
            None => ident.clone(),
            Some(value) if field.required => format!("{ident}: {value}"),
            Some(value) => format!("{ident}: s.optional(|s| {value})"),
        })
    };
    object.fields.iter().map(row).collect()
}

fn branches(component: &Component, branches: &[Branch]) -> Result<Vec<String>> {
    let one_of = match &component.schema.schema_kind {
        SchemaKind::OneOf { one_of } => one_of.as_slice(),
        _ => &[],
    };
    let row = |(index, branch): (usize, &Branch)| {
        let pointer = format!("#/components/schemas/{}/oneOf/{index}", component.name);
        let within = match one_of.get(index) {
            Some(ReferenceOr::Item(schema)) => within(schema, &pointer)?,
            _ => None,
        };
        Ok(match within {
            None => branch.variant.clone(),
            Some(value) => format!("{}: {value}", branch.variant),
        })
    };
    branches.iter().enumerate().map(row).collect()
}

/// An expression for a value within the ranges and lengths of a schema; `None` if its Rust type says it all.
fn within(schema: &Schema, pointer: &str) -> Result<Option<String>> {
    match &schema.schema_kind {
        SchemaKind::Type(Type::String(string)) => text(string, pointer),
        SchemaKind::Type(Type::Integer(integer)) => whole(integer, pointer),
        SchemaKind::Type(Type::Number(number)) => self::number(number, pointer),
        SchemaKind::Type(Type::Array(array)) => list(array, pointer),
        SchemaKind::Type(Type::Object(object)) => map(object, pointer),
        _ => Ok(None),
    }
}

fn text(string: &StringType, pointer: &str) -> Result<Option<String>> {
    refuse(string.pattern.is_some(), "pattern", pointer)?;
    let least = string.min_length.filter(|least| *least > 0);
    Ok(range(least, string.max_length).map(|range| format!("s.text({range})")))
}

fn whole(integer: &IntegerType, pointer: &str) -> Result<Option<String>> {
    refuse(integer.multiple_of.is_some(), "multipleOf", pointer)?;
    refuse(integer.exclusive_minimum, "exclusiveMinimum", pointer)?;
    refuse(integer.exclusive_maximum, "exclusiveMaximum", pointer)?;
    let values: Vec<String> = integer
        .enumeration
        .iter()
        .flatten()
        .map(ToString::to_string)
        .collect();
    if !values.is_empty() {
        return Ok(Some(format!("s.one_of([{}])", values.join(", "))));
    }
    // The type of what cannot be negative is unsigned.
    let least = integer.minimum.filter(|least| *least != 0);
    Ok(match (integer.minimum, integer.maximum) {
        (Some(0), Some(most)) => Some(format!("s.whole(0..={most})")),
        _ => range(least, integer.maximum).map(|range| format!("s.whole({range})")),
    })
}

fn number(number: &NumberType, pointer: &str) -> Result<Option<String>> {
    refuse(number.multiple_of.is_some(), "multipleOf", pointer)?;
    refuse(number.exclusive_minimum, "exclusiveMinimum", pointer)?;
    refuse(number.exclusive_maximum, "exclusiveMaximum", pointer)?;
    refuse(!number.enumeration.is_empty(), "enum", pointer)?;
    let float = |value: f64| format!("{value:?}");
    Ok(range(number.minimum.map(float), number.maximum.map(float))
        .map(|range| format!("s.number({range})")))
}

fn list(array: &ArrayType, pointer: &str) -> Result<Option<String>> {
    refuse(array.unique_items, "uniqueItems", pointer)?;
    let item = match &array.items {
        Some(ReferenceOr::Item(item)) => within(item, &format!("{pointer}/items"))?,
        _ => None,
    };
    let least = array.min_items.filter(|least| *least > 0);
    let range = range(least, array.max_items);
    if range.is_none() && item.is_none() {
        return Ok(None);
    }
    let range = range.unwrap_or_else(|| "..".to_owned());
    Ok(Some(format!("s.list({range}, {})", maker(item))))
}

fn map(object: &ObjectType, pointer: &str) -> Result<Option<String>> {
    refuse(object.min_properties.is_some(), "minProperties", pointer)?;
    refuse(object.max_properties.is_some(), "maxProperties", pointer)?;
    let value = match &object.additional_properties {
        Some(AdditionalProperties::Schema(value)) => match value.as_ref() {
            ReferenceOr::Item(value) => within(value, &format!("{pointer}/additionalProperties"))?,
            ReferenceOr::Reference { .. } => None,
        },
        _ => None,
    };
    Ok(value.map(|value| format!("s.map({})", maker(Some(value)))))
}

fn maker(value: Option<String>) -> String {
    value.map_or_else(|| "Source::any".to_owned(), |value| format!("|s| {value}"))
}

fn range<T: Display>(least: Option<T>, most: Option<T>) -> Option<String> {
    match (least, most) {
        (None, None) => None,
        (least, most) => {
            let least = least.map(|least| least.to_string()).unwrap_or_default();
            let most = most.map(|most| format!("={most}")).unwrap_or_default();
            Some(format!("{least}..{most}"))
        }
    }
}

/// Refuses a constraint that no value is made for: one that ignored it would be invalid.
fn refuse(present: bool, keyword: &str, pointer: &str) -> Result<()> {
    if present {
        bail!(
            "{pointer}: `{keyword}` has no arbitrary values; state it in prose, or teach `emit/arbitrary.rs` about it"
        );
    }
    Ok(())
}

/// Refuses a type whose smallest value is infinite: the generated code would never return.
fn ends(component: &Component, model: &Model) -> Result<()> {
    let mut reached = BTreeSet::new();
    let mut open = needs(component);
    while let Some(name) = open.pop() {
        if name == component.name {
            bail!(
                "#/components/schemas/{name}: it cannot be without another `{name}`; make a field on the way optional, or put another variant of the union first"
            );
        }
        if reached.insert(name.clone()) {
            open.extend(model.components.get(&name).map(needs).unwrap_or_default());
        }
    }
    Ok(())
}

/// The components that the smallest value of a component holds: required fields, and the first variant of a union.
fn needs(component: &Component) -> Vec<String> {
    match &component.shape {
        // What is written by hand sees to it by itself.
        Shape::StringEnum(_) | Shape::ByHand => Vec::new(),
        Shape::Tagged(tagged) => {
            let first = tagged.variants.first();
            first
                .map(|variant| variant.schema.clone())
                .into_iter()
                .collect()
        }
        Shape::ByType(branches) => match branches.first().map(|branch| &branch.ty) {
            Some(Ty::Named(name)) => vec![name.clone()],
            _ => Vec::new(),
        },
        Shape::Object(object) => {
            let required = object.fields.iter().filter(|field| field.required);
            let properties = required.filter_map(|field| component.property(&field.wire));
            properties.filter_map(held).collect()
        }
    }
}

/// The component that a required property always holds one of.
fn held(property: &Schema) -> Option<String> {
    match &property.schema_kind {
        SchemaKind::Type(Type::Array(array)) if array.min_items.unwrap_or(0) > 0 => {
            match array.items.as_ref()? {
                ReferenceOr::Reference { reference } => model::component(reference),
                ReferenceOr::Item(item) => held(item),
            }
        }
        kind => model::named(kind).map(str::to_owned),
    }
}
