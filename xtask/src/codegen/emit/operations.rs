//! The table of operations: `groq_types::operations`.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::{docs, file};
use crate::codegen::model::{
    Model,
    operation::{Body, Operation, Place, ReplyKind},
};

pub(super) fn file(model: &Model) -> String {
    let mut items: Vec<Item> = vec![parse_quote!(
        use crate::operations::{Body, Method, Operation, Reply};
    )];
    items.extend(model.operations.iter().map(constant));
    let names = model.operations.iter().map(name);
    items.push(parse_quote! {
        /// All operations, in the order of the description.
        pub static ALL: &[Operation] = &[#(#names),*];
    });
    file::whole("The table of operations.", items)
}

fn name(operation: &Operation) -> Ident {
    format_ident!("{}", operation.id.to_shouty_snake_case())
}

fn constant(operation: &Operation) -> Item {
    let Operation {
        id,
        tag,
        path,
        summary,
        idempotent,
        ..
    } = operation;
    let name = name(operation);
    let method = operation.method.to_uppercase();
    let docs = docs::text(&format!("{summary}: `{method} {path}`."));
    let method = format_ident!("{}", heck::AsUpperCamelCase(&operation.method).to_string());
    let [in_path, in_query, in_header] = [Place::Path, Place::Query, Place::Header]
        .map(|place| operation.parameters_in(place).collect::<Vec<_>>());
    let body = body(&operation.body);
    let replies = operation.replies.iter().map(|reply| kind(&reply.kind));
    parse_quote! {
        #(#docs)*
        pub const #name: Operation = Operation {
            id: #id,
            tag: #tag,
            summary: #summary,
            method: Method::#method,
            path: #path,
            path_parameters: &[#(#in_path),*],
            query_parameters: &[#(#in_query),*],
            header_parameters: &[#(#in_header),*],
            idempotent: #idempotent,
            body: #body,
            replies: &[#(#replies),*],
        };
    }
}

fn body(body: &Body) -> TokenStream {
    match body {
        Body::None => quote!(Body::None),
        Body::Json(name) => quote!(Body::Json(#name)),
        Body::Multipart(name, _) => quote!(Body::Multipart(#name)),
    }
}

fn kind(kind: &ReplyKind) -> TokenStream {
    match kind {
        ReplyKind::Json(name) => quote!(Reply::Json(#name)),
        ReplyKind::Events(name) => quote!(Reply::Events(#name)),
        ReplyKind::Text => quote!(Reply::Text),
        ReplyKind::Bytes => quote!(Reply::Bytes),
    }
}
