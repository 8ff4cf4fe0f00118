//! How arbitrary values are made: a macro call per type, with the ranges and lengths of the description.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde_json::Value;

use super::{file, part::openness};
use crate::codegen::model::{self, Branch, Component, Field, Model, Object, Shape, Ty};

/// Constraints that no value is made for: one that ignored them would be invalid.
const UNSUPPORTED: [&str; 7] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxProperties",
    "minProperties",
    "multipleOf",
    "pattern",
    "uniqueItems",
];

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
        let pointer = format!("/properties{}", crate::problem::step(&field.wire));
        let ident = &field.ident;
        Ok(match within_component(component, &pointer)? {
            None => ident.clone(),
            Some(value) if field.required => format!("{ident}: {value}"),
            Some(value) => format!("{ident}: s.optional(|s| {value})"),
        })
    };
    object.fields.iter().map(row).collect()
}

fn branches(component: &Component, branches: &[Branch]) -> Result<Vec<String>> {
    let row = |(index, branch): (usize, &Branch)| {
        Ok(
            match within_component(component, &format!("/oneOf/{index}"))? {
                None => branch.variant.clone(),
                Some(value) => format!("{}: {value}", branch.variant),
            },
        )
    };
    branches.iter().enumerate().map(row).collect()
}

fn within_component(component: &Component, pointer: &str) -> Result<Option<String>> {
    let Some(schema) = component.schema.pointer(pointer) else {
        return Ok(None);
    };
    refuse_unsupported(
        schema,
        &format!("#/components/schemas/{}{pointer}", component.name),
    )?;
    Ok(within(schema))
}

fn refuse_unsupported(schema: &Value, pointer: &str) -> Result<()> {
    for keyword in UNSUPPORTED {
        if schema.get(keyword).is_some_and(|value| *value != false) {
            bail!(
                "{pointer}: `{keyword}` has no arbitrary values; state it in prose, or teach `emit/arbitrary.rs` about it"
            );
        }
    }
    for key in ["items", "additionalProperties"] {
        if let Some(inner) = schema.get(key) {
            refuse_unsupported(inner, &format!("{pointer}/{key}"))?;
        }
    }
    Ok(())
}

/// An expression for a value within the ranges and lengths of a schema; `None` if its Rust type says it all.
fn within(schema: &Value) -> Option<String> {
    let range = match model::bounds(schema) {
        [None, None] => None,
        [least, most] => {
            let most = most.map(|most| format!("={most}")).unwrap_or_default();
            Some(format!("{}..{most}", least.unwrap_or_default()))
        }
    };
    match schema["type"].as_str()? {
        "string" => Some(format!("s.text({})", range?)),
        "integer" if schema["enum"].is_array() => {
            let values = schema["enum"].to_string().replace(',', ", ");
            Some(format!("s.one_of({values})"))
        }
        "integer" => Some(format!("s.whole({})", range?)),
        "number" => Some(format!("s.number({})", range?)),
        "array" => {
            let item = within(&schema["items"]);
            if range.is_none() && item.is_none() {
                return None;
            }
            let range = range.unwrap_or_else(|| "..".to_owned());
            let item = item.map(|item| format!("|s| {item}"));
            let item = item.unwrap_or_else(|| "Source::any".to_owned());
            Some(format!("s.list({range}, {item})"))
        }
        "object" => {
            let value = within(&schema["additionalProperties"])?;
            Some(format!("s.map(|s| {value})"))
        }
        _ => None,
    }
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
            let properties = &component.schema["properties"];
            let required = object.fields.iter().filter(|field| field.required);
            required
                .filter_map(|field| held(&properties[&field.wire]))
                .collect()
        }
    }
}

/// The component that a required property always holds one of.
fn held(property: &Value) -> Option<String> {
    if property["type"] == "array" {
        let has_items = property["minItems"].as_u64().unwrap_or(0) > 0;
        return has_items.then(|| held(&property["items"])).flatten();
    }
    model::named(property).map(str::to_owned)
}
