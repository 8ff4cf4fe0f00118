//! Expectations of what progenitor leaves out: forms, bytes, texts and event streams.

use anyhow::{Context, Result, bail};
use heck::ToSnakeCase;
use openapiv3::{
    MediaType, OpenAPI, Parameter, ReferenceOr, Response, Schema, SchemaKind, StatusCode, Type,
};
use quote::{format_ident, quote};
use syn::{Ident, ImplItem, Item, Stmt, parse_quote};

use super::{Operation, tidy};
use crate::{
    codegen::{emit::docs, model},
    problem::step,
};

const EVENT_STREAM: &str = "text/event-stream";

/// The four items of an operation that is written by hand everywhere.
pub(super) fn expectation(operation: &Operation<'_>, api: &OpenAPI) -> Result<Vec<Item>> {
    let mut when: Vec<ImplItem> = tidy::when_frame(operation).into();
    when.extend(path_parameters(operation, api)?);
    when.extend(body(operation, api)?);
    let mut then: Vec<ImplItem> = tidy::then_frame().into();
    then.extend(successes(operation)?);
    then.extend([error(operation, api, 4)?, error(operation, api, 5)?]);

    let (when_name, then_name) = (operation.when(), operation.then());
    let when_docs = tidy::type_docs(operation, true);
    let then_docs = tidy::type_docs(operation, false);
    Ok(vec![
        parse_quote!(#(#when_docs)* pub struct #when_name(When);),
        parse_quote!(impl #when_name { #(#when)* }),
        parse_quote!(#(#then_docs)* pub struct #then_name(Then);),
        parse_quote!(impl #then_name { #(#then)* }),
    ])
}

/// The reply as an event stream, where the operation has one beside its JSON.
pub(super) fn stream(operation: &Operation<'_>, api: &OpenAPI) -> Result<Option<ImplItem>> {
    let Some(media) = success(operation)?.content.get(EVENT_STREAM) else {
        return Ok(None);
    };
    let pointer = pointer(operation);
    let extension = match &media.schema {
        Some(ReferenceOr::Item(schema)) => schema.schema_data.extensions.get("x-event-schema"),
        _ => None,
    };
    let name = extension
        .and_then(|reference| reference.get("$ref")?.as_str())
        .and_then(model::component)
        .with_context(|| {
            format!("{pointer}: an event stream without `x-event-schema`; say what its events are")
        })?;
    let ty = format_ident!("{name}");
    // Events that are told apart by a tag carry it as their name, and the last of them ends the stream.
    let (write, about) = match tag(&name, api) {
        Some(tag) => (
            quote!(sse::named(events, #tag)),
            format!("Answers with these events, each under its `{tag}` as a name."),
        ),
        None => (
            quote!(sse::unnamed(events)),
            "Answers with these events, and `[DONE]` after the last.".to_owned(),
        ),
    };
    let docs = docs::text(&about);
    Ok(Some(parse_quote! {
        #(#docs)*
        pub fn ok_stream<'a>(self, events: impl IntoIterator<Item = &'a #ty>) -> Self {
            Self(self.0.status(200).header("content-type", "text/event-stream").body(#write))
        }
    }))
}

/// The property that tells the variants of a union apart.
fn tag<'a>(name: &str, api: &'a OpenAPI) -> Option<&'a str> {
    match api.components.as_ref()?.schemas.get(name)? {
        ReferenceOr::Item(schema) => {
            let discriminator = schema.schema_data.discriminator.as_ref()?;
            Some(&discriminator.property_name)
        }
        ReferenceOr::Reference { .. } => None,
    }
}

fn path_parameters(operation: &Operation<'_>, api: &OpenAPI) -> Result<Vec<ImplItem>> {
    let mut items = Vec::new();
    for parameter in &operation.spec.parameters {
        match resolved(parameter, api) {
            Some(Parameter::Path { parameter_data, .. }) => {
                let name = parameter_data.name.to_snake_case();
                items.push(tidy::path_parameter(operation, &name)?);
            }
            _ => bail!(
                "{}/parameters: a parameter outside of the path; teach `xtask/src/codegen/emit/httpmock` about it",
                pointer(operation)
            ),
        }
    }
    Ok(items)
}

fn resolved<'a>(parameter: &'a ReferenceOr<Parameter>, api: &'a OpenAPI) -> Option<&'a Parameter> {
    match parameter {
        ReferenceOr::Item(parameter) => Some(parameter),
        ReferenceOr::Reference { reference } => {
            let name = reference.strip_prefix("#/components/parameters/")?;
            api.components.as_ref()?.parameters.get(name)?.as_item()
        }
    }
}

fn body(operation: &Operation<'_>, api: &OpenAPI) -> Result<Vec<ImplItem>> {
    let Some(ReferenceOr::Item(body)) = &operation.spec.request_body else {
        return Ok(Vec::new());
    };
    let pointer = format!("{}/requestBody", pointer(operation));
    let Some((media, content)) = body.content.first() else {
        bail!("{pointer}: a body of no media type; declare one");
    };
    let name = content.schema.as_ref().and_then(model::reference);
    let name =
        name.with_context(|| format!("{pointer}: a body without a named schema; name it"))?;
    let ty = format_ident!("{name}");
    match media.as_str() {
        "application/json" => Ok(vec![parse_quote! {
            /// The body is this one.
            pub fn body(self, value: &#ty) -> Self {
                Self(self.0.json_body_obj(value))
            }
        }]),
        "multipart/form-data" => {
            let mut items: Vec<ImplItem> = vec![parse_quote! {
                /// The form has these fields and no others, files apart.
                pub fn body(self, value: &#ty) -> Self {
                    Self(form::fields(self.0, value))
                }
            }];
            for file in files(name, api) {
                items.extend(file_matchers(&file));
            }
            Ok(items)
        }
        media => bail!(
            "{pointer}: no expectation for a body of `{media}`; teach `xtask/src/codegen/emit/httpmock` about it"
        ),
    }
}

/// The names of the file parts of a form.
fn files(schema: &str, api: &OpenAPI) -> Vec<String> {
    let schema = api
        .components
        .as_ref()
        .and_then(|components| components.schemas.get(schema)?.as_item());
    let Some(SchemaKind::Type(Type::Object(object))) = schema.map(|schema| &schema.schema_kind)
    else {
        return Vec::new();
    };
    let is_file = |property: &ReferenceOr<Box<Schema>>| match property {
        ReferenceOr::Item(schema) => model::is_file(&schema.schema_kind),
        ReferenceOr::Reference { .. } => false,
    };
    let files = object
        .properties
        .iter()
        .filter(|(_, property)| is_file(property));
    files.map(|(name, _)| name.clone()).collect()
}

fn file_matchers(wire: &str) -> [ImplItem; 2] {
    let (name, content) = (
        format_ident!("{}", wire.to_snake_case()),
        format_ident!("{}_content", wire.to_snake_case()),
    );
    let name_docs = docs::text(&format!("The part `{wire}` is a file with this name."));
    let content_docs = docs::text(&format!("The part `{wire}` has these bytes."));
    [
        parse_quote! {
            #(#name_docs)*
            pub fn #name(self, name: &str) -> Self {
                Self(form::file_name(self.0, #wire, name))
            }
        },
        parse_quote! {
            #(#content_docs)*
            pub fn #content(self, bytes: impl AsRef<[u8]>) -> Self {
                Self(form::content(self.0, #wire, bytes.as_ref()))
            }
        },
    ]
}

fn successes(operation: &Operation<'_>) -> Result<Vec<ImplItem>> {
    let mut items = Vec::new();
    for (media, content) in &success(operation)?.content {
        match media.as_str() {
            "application/json" => items.extend(json(operation, content)?),
            "text/plain" => items.push(parse_quote! {
                /// Answers with this text, bare.
                pub fn ok_text(self, text: &str) -> Self {
                    Self(self.0.status(200).header("content-type", "text/plain").body(text))
                }
            }),
            EVENT_STREAM => bail!(
                "{}: an event stream of an operation that is written by hand; teach `xtask/src/codegen/emit/httpmock` about it",
                pointer(operation)
            ),
            media => items.push(parse_quote! {
                /// Answers with these bytes.
                pub fn ok_bytes(self, bytes: impl AsRef<[u8]>) -> Self {
                    Self(self.0.status(200).header("content-type", #media).body(bytes))
                }
            }),
        }
    }
    Ok(items)
}

/// A reply in JSON; where there is a choice, each schema has its own method.
fn json(operation: &Operation<'_>, content: &MediaType) -> Result<Vec<ImplItem>> {
    let reply = |function: Ident, name: &str| -> ImplItem {
        let ty = format_ident!("{name}");
        parse_quote! {
            /// Answers with this value.
            pub fn #function(self, value: &#ty) -> Self {
                Self(self.0.status(200).header("content-type", "application/json").json_body_obj(value))
            }
        }
    };
    if let Some(name) = content.schema.as_ref().and_then(model::reference) {
        return Ok(vec![reply(format_ident!("ok"), name)]);
    }
    let branches = match &content.schema {
        Some(ReferenceOr::Item(schema)) => match &schema.schema_kind {
            SchemaKind::AnyOf { any_of } | SchemaKind::OneOf { one_of: any_of } => {
                any_of.as_slice()
            }
            _ => &[],
        },
        _ => &[],
    };
    let names: Option<Vec<&str>> = branches.iter().map(model::reference).collect();
    match names {
        Some(names) if !names.is_empty() => Ok(names
            .into_iter()
            .map(|name| reply(format_ident!("ok_{}", name.to_snake_case()), name))
            .collect()),
        _ => bail!(
            "{}: a reply in JSON that is neither a named schema nor a choice of them; name it",
            pointer(operation)
        ),
    }
}

fn error(operation: &Operation<'_>, api: &OpenAPI, class: u16) -> Result<ImplItem> {
    let responses = &operation.spec.responses.responses;
    let response = responses
        .get(&StatusCode::Range(class))
        .and_then(|response| match response {
            ReferenceOr::Item(response) => Some(response),
            ReferenceOr::Reference { reference } => {
                let name = reference.strip_prefix("#/components/responses/")?;
                api.components.as_ref()?.responses.get(name)?.as_item()
            }
        });
    let schema =
        response.and_then(|response| response.content.get("application/json")?.schema.as_ref());
    let name = schema.and_then(model::reference).with_context(|| {
        format!(
            "{}/responses/{class}XX: no named schema; refer to the shared error",
            pointer(operation)
        )
    })?;
    let ty = format_ident!("{name}");
    let function = format_ident!(
        "{}",
        if class == 4 {
            "client_error"
        } else {
            "server_error"
        }
    );
    let (docs, check): (_, Stmt) = tidy::class_check(class);
    Ok(parse_quote! {
        #(#docs)*
        pub fn #function(self, status: u16, value: &#ty) -> Self {
            #check
            Self(self.0.status(status).header("content-type", "application/json").json_body_obj(value))
        }
    })
}

fn success<'a>(operation: &Operation<'a>) -> Result<&'a Response> {
    let response = operation
        .spec
        .responses
        .responses
        .get(&StatusCode::Code(200));
    match response {
        Some(ReferenceOr::Item(response)) => Ok(response),
        _ => bail!(
            "{}/responses: no 200 in place; declare what a success answers",
            pointer(operation)
        ),
    }
}

fn pointer(operation: &Operation<'_>) -> String {
    format!("#/paths{}/{}", step(operation.path), operation.method)
}
