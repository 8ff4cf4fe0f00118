//! Rewrites the description into what typify and progenitor emit well.
//!
//! - Operations with a hand-written body or answer go: progenitor refuses them.
//! - Enums and unions become empty objects: our own emitter replaces them by name.
//! - An object loses the tag of its union (the union writes it), its file parts, and `additionalProperties: false` (typify
//!   would make a serde attribute of it; being closed is ours to say).
//! - Ranges, lengths, patterns and defaults go: typify would make newtypes of them, or write the default on the wire.
//! - `minimum: 0` becomes an unsigned format.
//! - Optional lists and maps become nullable, so that typify tells an empty one from an absent one.

use openapiv3::{
    AdditionalProperties, AnySchema, ArrayType, IntegerType, NumberType, ObjectType, OpenAPI,
    ReferenceOr, Schema, SchemaData, SchemaKind, StringType, Type, VariantOrUnknownOrEmpty,
};

use super::model::{self, Component, Model, Shape};

/// The description for progenitor.
pub(crate) fn lower(api: &OpenAPI, model: &Model) -> OpenAPI {
    let mut api = api.clone();
    let handwritten: Vec<&String> = model
        .operations
        .iter()
        .filter(|operation| operation.handwritten)
        .map(|operation| &operation.id)
        .collect();
    for item in api.paths.paths.values_mut() {
        if let ReferenceOr::Item(item) = item {
            for slot in [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.delete,
                &mut item.patch,
            ] {
                let id = slot
                    .as_ref()
                    .and_then(|operation| operation.operation_id.clone());
                if id.is_some_and(|id| handwritten.contains(&&id)) {
                    *slot = None;
                }
            }
        }
    }
    api.paths
        .paths
        .retain(|_, item| matches!(item, ReferenceOr::Item(item) if item.iter().next().is_some()));
    if let Some(components) = &mut api.components {
        for (name, schema) in &mut components.schemas {
            if let (ReferenceOr::Item(schema), Some(component)) =
                (schema, model.components.get(name))
            {
                *schema = lower_component(schema, component);
            }
        }
    }
    api
}

fn lower_component(schema: &Schema, component: &Component) -> Schema {
    let kind = match (&schema.schema_kind, &component.shape) {
        (SchemaKind::Type(Type::Object(object)), Shape::Object(shape)) => {
            lower_object(object, shape)
        }
        _ => ObjectType::default(),
    };
    Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Type(Type::Object(kind)),
    }
}

fn lower_object(object: &ObjectType, shape: &model::Object) -> ObjectType {
    let mut lowered = ObjectType::default();
    for field in &shape.fields {
        if let Some(ReferenceOr::Item(property)) = object.properties.get(&field.wire) {
            let property = lower_property(property, field.required);
            lowered
                .properties
                .insert(field.wire.clone(), ReferenceOr::Item(Box::new(property)));
        }
        if field.required {
            lowered.required.push(field.wire.clone());
        }
    }
    lowered
}

fn lower_property(property: &Schema, required: bool) -> Schema {
    let mut lowered = lower_value(property);
    let collection = matches!(
        &lowered.schema_kind,
        SchemaKind::Type(Type::Array(_) | Type::Object(_))
    );
    lowered.schema_data.nullable = !required && collection;
    lowered
}

fn lower_value(schema: &Schema) -> Schema {
    let kind = match &schema.schema_kind {
        SchemaKind::Type(Type::String(_)) => Type::String(StringType::default()),
        SchemaKind::Type(Type::Number(number)) => Type::Number(NumberType {
            format: number.format.clone(),
            ..NumberType::default()
        }),
        SchemaKind::Type(Type::Integer(integer)) => Type::Integer(lower_integer(integer)),
        SchemaKind::Type(Type::Array(array)) => Type::Array(ArrayType {
            items: array.items.clone().map(|items| match items {
                ReferenceOr::Item(item) => ReferenceOr::Item(Box::new(lower_value(&item))),
                named @ ReferenceOr::Reference { .. } => named,
            }),
            min_items: None,
            max_items: None,
            unique_items: false,
        }),
        SchemaKind::Type(Type::Object(object)) => Type::Object(lower_map(object)),
        SchemaKind::Type(Type::Boolean(boolean)) => Type::Boolean(boolean.clone()),
        SchemaKind::AllOf { .. } => {
            return Schema {
                schema_data: SchemaData::default(),
                schema_kind: schema.schema_kind.clone(),
            };
        }
        _ => {
            let any = SchemaKind::Any(AnySchema::default());
            return Schema {
                schema_data: SchemaData::default(),
                schema_kind: any,
            };
        }
    };
    Schema {
        schema_data: SchemaData::default(),
        schema_kind: SchemaKind::Type(kind),
    }
}

fn lower_integer(integer: &IntegerType) -> IntegerType {
    let format = model::integer_format(integer, "").unwrap_or("int64");
    IntegerType {
        format: VariantOrUnknownOrEmpty::Unknown(format.to_owned()),
        ..IntegerType::default()
    }
}

fn lower_map(object: &ObjectType) -> ObjectType {
    let values = match &object.additional_properties {
        Some(AdditionalProperties::Schema(schema)) => match schema.as_ref() {
            ReferenceOr::Item(schema) => {
                AdditionalProperties::Schema(Box::new(ReferenceOr::Item(lower_value(schema))))
            }
            ReferenceOr::Reference { .. } => AdditionalProperties::Schema(schema.clone()),
        },
        _ => AdditionalProperties::Any(true),
    };
    ObjectType {
        additional_properties: Some(values),
        ..ObjectType::default()
    }
}
