//! What the description means for the code that is made from it.

mod notes;
pub(crate) mod operation;
mod parts;
mod shape;
mod ty;
mod typed;
mod uses;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{OpenAPI, ReferenceOr, Schema};
use serde_json::Value;

use self::parts::to_value;
pub(crate) use self::{
    notes::{Notes, bounds},
    parts::{SCHEMAS, component_of, named, operations},
    shape::{Branch, EnumValue, Field, Object, Shape, TagVariant, Tagged},
    ty::Ty,
    uses::Uses,
};
use crate::problem::{Problem, step};

/// The components, each with its place and its shape, and the operations.
pub(crate) struct Model {
    /// In the order of the description.
    pub(crate) components: IndexMap<String, Component>,
    /// In the order of the description.
    pub(crate) operations: Vec<operation::Operation>,
}

/// A named schema.
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) notes: Notes,
    /// The file that it goes to: a tag, or what `x-module` says.
    pub(crate) module: String,
    /// Whether a response can carry it; then it keeps what it does not know.
    pub(crate) open: bool,
    /// Whether a request can carry it.
    pub(crate) is_sent: bool,
    pub(crate) shape: Shape,
    /// The schema as described: ranges, lengths and all.
    pub(crate) schema: Value,
}

impl Model {
    /// The model of a description, or everything in it that has no model.
    pub(crate) fn of(api: &OpenAPI) -> Result<Self, Vec<Problem>> {
        let schemas = schemas(api)?;
        let uses = Uses::of(&to_value(api));
        let reader = shape::Reader::new(&schemas);
        let mut problems = reader.direct_uses();
        let operations = operation::all(api).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        let mut components = IndexMap::new();
        for (name, schema) in &schemas {
            let pointer = format!("/components/schemas{}", step(name));
            match reader.shape(name, schema, &pointer) {
                Ok(shape) => {
                    let schema = to_value(schema);
                    let says_open = schema["x-open-enum"] == true || schema["x-open-union"] == true;
                    let component = Component {
                        name: name.clone(),
                        notes: Notes::of(&schema),
                        module: uses.module(name, &schema),
                        open: uses.responses.contains(name) || says_open,
                        is_sent: uses.requests.contains(name),
                        shape,
                        schema,
                    };
                    components.insert(name.clone(), component);
                }
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(Self {
                components,
                operations,
            })
        } else {
            Err(problems)
        }
    }

    /// The modules, sorted, each with its components in the order of the description.
    pub(crate) fn modules(&self) -> BTreeMap<&str, Vec<&Component>> {
        let mut modules: BTreeMap<&str, Vec<&Component>> = BTreeMap::new();
        for component in self.components.values() {
            let module = modules.entry(&component.module).or_default();
            module.push(component);
        }
        modules
    }
}

/// The component schemas; a component that is only a reference has no meaning of its own.
fn schemas(api: &OpenAPI) -> Result<IndexMap<String, Schema>, Vec<Problem>> {
    let mut schemas = IndexMap::new();
    let mut problems = Vec::new();
    for (name, schema) in api.components.iter().flat_map(|all| &all.schemas) {
        match schema {
            ReferenceOr::Item(schema) => {
                schemas.insert(name.clone(), schema.clone());
            }
            ReferenceOr::Reference { .. } => problems.push(Problem::new(
                format!("/components/schemas{}", step(name)),
                "a component that is only a reference",
                "use the schema that it names",
            )),
        }
    }
    if problems.is_empty() {
        Ok(schemas)
    } else {
        Err(problems)
    }
}
