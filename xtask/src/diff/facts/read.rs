//! Reads the facts out of a description.

use std::collections::{BTreeMap, BTreeSet};

use openapiv3::{
    OpenAPI, Parameter, ParameterSchemaOrContent, ReferenceOr, Response, Schema, SchemaKind, Type,
};
use serde_json::Value;

use super::{Argument, Body, Component, Facts, Field, Object, Operation, Range, Shape, Variant};
use crate::{
    codegen::model::{self, BranchKind, Item, Model, Notes},
    diff::ty::Ty,
};

impl Facts {
    pub(in crate::diff) fn of(api: &OpenAPI, model: &Model) -> Self {
        let (sent, received) = (reach(api, Way::Request), reach(api, Way::Reply));
        let schemas = model.components.values().map(|component| {
            let name = &component.name;
            let fact = Component {
                module: component.module.clone(),
                status: status(&component.notes),
                sent: sent.contains(name),
                received: received.contains(name),
                open: component.open,
                shape: shape(&component.shape, schema(api, name)),
            };
            (name.clone(), fact)
        });
        Self {
            schemas: schemas.collect(),
            operations: model::operations(api)
                .into_iter()
                .map(|(path, method, spec)| operation(api, path, method, spec))
                .collect(),
        }
    }
}

fn operation(
    api: &OpenAPI,
    path: &str,
    method: &str,
    spec: &openapiv3::Operation,
) -> (String, Operation) {
    let parameters = spec
        .parameters
        .iter()
        .filter_map(|parameter| parameter_of(api, parameter));
    let body = match &spec.request_body {
        Some(ReferenceOr::Item(body)) => body.content.first().map(|(media, content)| Body {
            required: body.required,
            media: media.clone(),
            ty: content.schema.as_ref().map_or(Ty::Any, Ty::of_reference),
        }),
        _ => None,
    };
    let mut replies = BTreeMap::new();
    for (status, reply) in &spec.responses.responses {
        for (media, content) in response(api, reply)
            .into_iter()
            .flat_map(|reply| &reply.content)
        {
            let ty = content.schema.as_ref().map_or(Ty::Any, reply_type);
            replies.insert(format!("{status} {media}"), ty);
        }
    }
    let fact = Operation {
        route: format!("{} {path}", method.to_uppercase()),
        module: spec.tags.first().cloned().unwrap_or_default(),
        status: text(spec.extensions.get("x-status")),
        handwritten: spec.extensions.contains_key("x-handwritten"),
        parameters: parameters.map(argument).collect(),
        body,
        replies,
    };
    (spec.operation_id.clone().unwrap_or_default(), fact)
}

/// The events of a stream are its type: the stream itself is only text.
fn reply_type(schema: &ReferenceOr<Schema>) -> Ty {
    let event = match schema {
        ReferenceOr::Item(schema) => schema.schema_data.extensions.get("x-event-schema"),
        ReferenceOr::Reference { .. } => None,
    };
    let event = event.and_then(|event| model::component(event.get("$ref")?.as_str()?));
    event.map_or_else(|| Ty::of_reference(schema), Ty::Named)
}

fn parameter_of<'a>(
    api: &'a OpenAPI,
    parameter: &'a ReferenceOr<Parameter>,
) -> Option<&'a Parameter> {
    match parameter {
        ReferenceOr::Item(parameter) => Some(parameter),
        ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/parameters/")?;
            api.components.as_ref()?.parameters.get(name)?.as_item()
        }
    }
}

fn response<'a>(api: &'a OpenAPI, response: &'a ReferenceOr<Response>) -> Option<&'a Response> {
    match response {
        ReferenceOr::Item(response) => Some(response),
        ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/responses/")?;
            api.components.as_ref()?.responses.get(name)?.as_item()
        }
    }
}

fn argument(parameter: &Parameter) -> Argument {
    let place = match parameter {
        Parameter::Path { .. } => "path",
        Parameter::Query { .. } => "query",
        Parameter::Header { .. } => "header",
        Parameter::Cookie { .. } => "cookie",
    };
    let data = parameter.parameter_data_ref();
    let ty = match &data.format {
        ParameterSchemaOrContent::Schema(schema) => Ty::of_reference(schema),
        ParameterSchemaOrContent::Content(_) => Ty::Any,
    };
    Argument {
        name: data.name.clone(),
        place,
        required: data.required,
        ty,
    }
}

fn schema<'a>(api: &'a OpenAPI, name: &str) -> Option<&'a Schema> {
    api.components.as_ref()?.schemas.get(name)?.as_item()
}

fn shape(shape: &model::Shape, schema: Option<&Schema>) -> Shape {
    let named = |variant: &model::TagVariant| Variant {
        name: variant.variant.clone(),
        ty: Ty::Named(variant.schema.clone()),
    };
    match shape {
        model::Shape::Object(shape) => Shape::Object(object(shape, schema)),
        model::Shape::StringEnum(values) => {
            Shape::Enum(values.iter().map(|value| value.wire.clone()).collect())
        }
        model::Shape::Tagged(union) => Shape::Tagged {
            tag: union.tag.clone(),
            variants: union
                .variants
                .iter()
                .map(|variant| (variant.wire.clone(), named(variant)))
                .collect(),
        },
        model::Shape::ByType(branches) => Shape::ByType(
            branches
                .iter()
                .map(|branch| {
                    let variant = Variant {
                        name: branch.variant.clone(),
                        ty: branch_type(&branch.kind),
                    };
                    (branch.kind.json_type().to_owned(), variant)
                })
                .collect(),
        ),
        model::Shape::MaybeTagged(union) => Shape::MaybeTagged {
            tag: union.tag.clone(),
            tagged: named(&union.tagged),
            untagged: named(&union.untagged),
        },
    }
}

fn object(shape: &model::Object, schema: Option<&Schema>) -> Object {
    let properties = match schema.map(|schema| &schema.schema_kind) {
        Some(SchemaKind::Type(Type::Object(object))) => Some(&object.properties),
        _ => None,
    };
    let mut facts = Object {
        fields: files(schema),
        ..Object::default()
    };
    for field in &shape.fields {
        if field.required {
            facts.required.push(field.wire.clone());
        }
        if let Some(ReferenceOr::Item(property)) =
            properties.and_then(|properties| properties.get(&field.wire))
        {
            let fact = Field {
                required: field.required,
                nullable: property.schema_data.nullable
                    || model::is_true(property.schema_data.extensions.get("x-nullable")),
                ty: Ty::of(property),
                status: status(&field.notes),
                unsupported: field.notes.unsupported,
                range: range(property, &field.notes),
            };
            facts.fields.insert(field.wire.clone(), fact);
        }
    }
    facts
}

/// The file parts of a form: no fields of the type, but part of the request.
fn files(schema: Option<&Schema>) -> BTreeMap<String, Field> {
    let Some(SchemaKind::Type(Type::Object(object))) = schema.map(|schema| &schema.schema_kind)
    else {
        return BTreeMap::new();
    };
    let file = |(name, property): (&String, &ReferenceOr<Box<Schema>>)| {
        let property = property
            .as_item()
            .filter(|property| model::is_file(&property.schema_kind))?;
        let notes = Notes::of(property);
        let field = Field {
            required: object.required.contains(name),
            nullable: false,
            ty: Ty::Binary,
            status: status(&notes),
            unsupported: notes.unsupported,
            range: Range::default(),
        };
        Some((name.clone(), field))
    };
    object.properties.iter().filter_map(file).collect()
}

fn branch_type(kind: &BranchKind) -> Ty {
    match kind {
        BranchKind::String => Ty::String,
        BranchKind::Number => Ty::Number("f64"),
        BranchKind::Boolean => Ty::Boolean,
        BranchKind::Object(name) | BranchKind::Enum(name) => Ty::Named(name.clone()),
        BranchKind::Array(item) => Ty::List(Box::new(match item {
            Item::Component(name) => Ty::Named(name.clone()),
            Item::String => Ty::String,
            Item::Number => Ty::Number("f64"),
            Item::Integer => Ty::Integer("i64"),
        })),
    }
}

// A bound of the description is far from where an `f64` is no longer exact.
#[expect(clippy::cast_precision_loss)]
fn range(schema: &Schema, notes: &Notes) -> Range {
    let count = |count: Option<usize>| count.map(|count| count as f64);
    let (least, most, values) = match &schema.schema_kind {
        SchemaKind::Type(Type::Integer(integer)) => {
            let values: BTreeSet<i64> = integer.enumeration.iter().flatten().copied().collect();
            let bound = |bound: Option<i64>| bound.map(|bound| bound as f64);
            (
                bound(integer.minimum),
                bound(integer.maximum),
                (!values.is_empty()).then_some(values),
            )
        }
        SchemaKind::Type(Type::Number(number)) => (number.minimum, number.maximum, None),
        SchemaKind::Type(Type::String(string)) => {
            (count(string.min_length), count(string.max_length), None)
        }
        SchemaKind::Type(Type::Array(array)) => {
            (count(array.min_items), count(array.max_items), None)
        }
        _ => (None, None, None),
    };
    Range {
        least,
        most,
        values,
        text: notes.range.clone(),
    }
}

fn status(notes: &Notes) -> Option<String> {
    let deprecated = notes.deprecated.then(|| "deprecated".to_owned());
    deprecated.or_else(|| notes.status.clone())
}

fn text(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).map(str::to_owned)
}

#[derive(Clone, Copy)]
enum Way {
    Request,
    Reply,
}

/// The components that requests or replies can carry.
fn reach(api: &OpenAPI, way: Way) -> BTreeSet<String> {
    let names = |value: Result<Value, _>| -> BTreeSet<String> {
        value
            .ok()
            .as_ref()
            .map(model::references)
            .unwrap_or_default()
    };
    let components = api
        .components
        .iter()
        .flat_map(|components| &components.schemas);
    let edges: BTreeMap<&str, BTreeSet<String>> = components
        .map(|(name, schema)| (name.as_str(), names(serde_json::to_value(schema))))
        .collect();
    let mut roots = BTreeSet::new();
    for (_, _, spec) in model::operations(api) {
        roots.extend(names(match way {
            Way::Request => serde_json::to_value(&spec.request_body),
            Way::Reply => serde_json::to_value(&spec.responses),
        }));
    }
    if let (Way::Reply, Some(components)) = (way, &api.components) {
        roots.extend(names(serde_json::to_value(&components.responses)));
    }
    model::closure(roots, &edges)
}
