//! What the description means for the code that is made from it.

mod notes;
pub(crate) mod operation;
mod shape;
mod ty;
mod typed;
mod uses;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use openapiv3::{OpenAPI, Operation as Described, ReferenceOr, Schema};
use serde_json::Value;

use self::ty::is_file;
pub(crate) use self::{
    notes::Notes,
    ty::Ty,
    uses::{closure, references},
};
use crate::problem::{Problem, step};

/// The prefix of a reference to a component schema.
pub(crate) const SCHEMAS: &str = "#/components/schemas/";

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
    pub(crate) shape: Shape,
    /// The schema as described: ranges, lengths and all.
    pub(crate) schema: Value,
}

pub(crate) enum Shape {
    Object(Object),
    StringEnum(Vec<EnumValue>),
    Tagged(Tagged),
    ByType(Vec<Branch>),
    /// The type is written by hand in `groq-types`.
    ByHand,
}

pub(crate) struct Object {
    /// The properties, without the tag of the union that the object is a variant of.
    pub(crate) fields: Vec<Field>,
    /// That tag and its value, where the object stands under one tag only.
    pub(crate) tag: Option<(String, String)>,
}

pub(crate) struct Field {
    pub(crate) wire: String,
    /// The name in Rust.
    pub(crate) ident: String,
    pub(crate) required: bool,
    pub(crate) ty: Ty,
    pub(crate) notes: Notes,
}

pub(crate) struct EnumValue {
    pub(crate) wire: String,
    pub(crate) variant: String,
    pub(crate) description: String,
}

pub(crate) struct Tagged {
    pub(crate) tag: String,
    pub(crate) variants: Vec<TagVariant>,
}

pub(crate) struct TagVariant {
    pub(crate) wire: String,
    pub(crate) variant: String,
    /// The component.
    pub(crate) schema: String,
}

/// A branch of a union told apart by JSON type.
pub(crate) struct Branch {
    pub(crate) variant: String,
    pub(crate) ty: Ty,
    pub(crate) json_type: &'static str,
    pub(crate) notes: Notes,
}

impl Model {
    /// The model of a description, or everything in it that has no model.
    pub(crate) fn of(api: &OpenAPI) -> Result<Self, Vec<Problem>> {
        let schemas = schemas(api)?;
        let uses = uses::Uses::of(api, &schemas);
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
                    let schema = uses::to_value(schema);
                    let says_open = schema["x-open-enum"] == true || schema["x-open-union"] == true;
                    let component = Component {
                        name: name.clone(),
                        notes: Notes::of(&schema),
                        module: uses.module(name, &schema),
                        open: uses.is_response(name) || says_open,
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

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The component that a reference names.
pub(crate) fn component(reference: &str) -> Option<String> {
    reference.strip_prefix(SCHEMAS).map(str::to_owned)
}

pub(crate) fn reference(schema: &ReferenceOr<Schema>) -> Option<&str> {
    match schema {
        ReferenceOr::Reference { reference } => reference.strip_prefix(SCHEMAS),
        ReferenceOr::Item(_) => None,
    }
}

/// The component that a schema in place stands for: a reference, or an `allOf` around one with a description of its own.
pub(crate) fn named(schema: &Value) -> Option<&str> {
    let reference = schema.get("$ref").or_else(|| {
        let parts = schema["allOf"].as_array()?;
        (parts.len() == 1).then(|| &parts[0]["$ref"])
    });
    reference?.as_str()?.strip_prefix(SCHEMAS)
}

/// All operations, with their path and method.
fn operations(api: &OpenAPI) -> Vec<(&str, &str, &Described)> {
    let mut operations = Vec::new();
    for (path, item) in &api.paths.paths {
        if let ReferenceOr::Item(item) = item {
            operations.extend(
                item.iter()
                    .map(|(method, operation)| (path.as_str(), method, operation)),
            );
        }
    }
    operations
}
