//! Rewrites the description into what progenitor emits well: the operations that it can write, over types that are ours.

use openapiv3::{ObjectType, OpenAPI, ReferenceOr, Schema, SchemaData, SchemaKind, Type};

use super::model::Model;

/// The description for progenitor.
///
/// - Operations with a hand-written body or answer go: progenitor refuses them.
/// - Components become empty objects, since our own emitter replaces all of them by name.
pub(crate) fn lower(api: &OpenAPI, model: &Model) -> OpenAPI {
    let mut api = api.clone();
    let is_handwritten = |id: &Option<String>| {
        let mut operations = model.operations.iter();
        operations.any(|operation| operation.handwritten && Some(&operation.id) == id.as_ref())
    };
    for item in api.paths.paths.values_mut() {
        let ReferenceOr::Item(item) = item else {
            continue;
        };
        let methods = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.delete,
            &mut item.patch,
        ];
        for method in methods {
            method.take_if(|operation| is_handwritten(&operation.operation_id));
        }
    }
    api.paths
        .paths
        .retain(|_, item| matches!(item, ReferenceOr::Item(item) if item.iter().next().is_some()));
    for schema in api
        .components
        .iter_mut()
        .flat_map(|components| components.schemas.values_mut())
    {
        *schema = ReferenceOr::Item(Schema {
            schema_data: SchemaData::default(),
            schema_kind: SchemaKind::Type(Type::Object(ObjectType::default())),
        });
    }
    api
}
