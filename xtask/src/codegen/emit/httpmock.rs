//! Typed expectations for httpmock: the files of `groq-httpmock`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, ImplItem, Item, parse_quote};

use super::{docs, file};
use crate::codegen::{
    format::Files,
    model::{
        Model, Shape,
        operation::{Body, Operation, Place, ReplyKind},
    },
};

/// What `httpmock` has that the generated code may name.
const HTTPMOCK: [&str; 4] = ["Mock", "MockServer", "Then", "When"];

/// The modules of `groq-httpmock` that the generated code may name.
const SUPPORT: [&str; 4] = ["form", "path", "sse", "status"];

/// The files under `groq-httpmock/src/generated/`.
pub(crate) fn files(model: &Model) -> Files {
    let mut modules: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for operation in &model.operations {
        let items = expectation(operation, model);
        modules.entry(&operation.tag).or_default().extend(items);
    }
    let mut files = Files::new();
    for (tag, items) in modules {
        files.insert(format!("{tag}.rs"), module(tag, items, model));
    }
    files.insert("mod.rs".to_owned(), root(&model.operations));
    files
}

/// The method of the extension trait, and of the raw client: `create_chat_completion`.
fn function(operation: &Operation) -> Ident {
    format_ident!("{}", operation.id.to_snake_case())
}

fn when(operation: &Operation) -> Ident {
    format_ident!("{}When", operation.id.to_upper_camel_case())
}

fn then(operation: &Operation) -> Ident {
    format_ident!("{}Then", operation.id.to_upper_camel_case())
}

/// The two types of an operation, and their methods.
fn expectation(operation: &Operation, model: &Model) -> [Item; 4] {
    let (when, then, function) = (when(operation), then(operation), function(operation));
    let method = operation.method.to_uppercase();
    let path = &operation.path;
    let when_docs = docs::text(&format!(
        "Which requests [`{function}`](crate::MockServerExt::{function}) answers: at first all to `{method} {path}`."
    ));
    let then_docs = docs::text(&format!(
        "What [`{function}`](crate::MockServerExt::{function}) answers."
    ));
    let matchers = matchers(operation);
    let replies = replies(operation, model);
    [
        parse_quote!(#(#when_docs)* pub struct #when(When);),
        parse_quote!(impl #when { #(#matchers)* }),
        parse_quote!(#(#then_docs)* pub struct #then(Then);),
        parse_quote!(impl #then { #(#replies)* }),
    ]
}

fn matchers(operation: &Operation) -> Vec<ImplItem> {
    let constant = format_ident!("{}", operation.id.to_shouty_snake_case());
    let mut items: Vec<ImplItem> = vec![
        parse_quote! {
            /// Narrows a matcher of httpmock to the operation.
            pub fn new(inner: When) -> Self {
                Self(path::operation(inner, &operations::#constant))
            }
        },
        parse_quote! {
            /// Returns the matcher of httpmock, for what has no method here.
            pub fn into_inner(self) -> When { self.0 }
        },
    ];
    for wire in operation.parameters_in(Place::Path) {
        let name = format_ident!("{}", wire.to_snake_case());
        let about = format!("Matches a path whose `{wire}` is this value, percent-encoded.");
        let code = quote! {
            pub fn #name(self, value: &str) -> Self {
                Self(path::parameter(self.0, &operations::#constant, #wire, value))
            }
        };
        items.push(documented(&about, &code));
    }
    for (place, what, present, missing) in [
        (
            Place::Query,
            "query parameter",
            "query_param",
            "query_param_missing",
        ),
        (Place::Header, "header", "header", "header_missing"),
    ] {
        let (present, missing) = (format_ident!("{present}"), format_ident!("{missing}"));
        for wire in operation.parameters_in(place) {
            let name = format_ident!("{}", wire.to_snake_case());
            let about = format!(
                "Matches a request whose {what} `{wire}` is this value; with `None`, a request without it."
            );
            let code = quote! {
                pub fn #name<'a>(self, value: impl Into<Option<&'a str>>) -> Self {
                    Self(match value.into() {
                        Some(value) => self.0.#present(#wire, value),
                        None => self.0.#missing(#wire),
                    })
                }
            };
            items.push(documented(&about, &code));
        }
    }
    items.extend(body(&operation.body));
    items
}

fn documented(about: &str, code: &TokenStream) -> ImplItem {
    let docs = docs::text(about);
    parse_quote!(#(#docs)* #code)
}

fn body(body: &Body) -> Vec<ImplItem> {
    match body {
        Body::None => Vec::new(),
        Body::Json(name) => {
            let ty = format_ident!("{name}");
            vec![parse_quote! {
                /// Matches a request with exactly this body.
                pub fn body(self, value: &#ty) -> Self {
                    Self(self.0.json_body_obj(value))
                }
            }]
        }
        Body::Multipart(name, files) => {
            let ty = format_ident!("{name}");
            let mut items = vec![parse_quote! {
                /// Matches a form with these fields and no others, files apart.
                pub fn body(self, value: &#ty) -> Self {
                    Self(form::fields(self.0, value))
                }
            }];
            items.extend(files.iter().flat_map(|file| file_matchers(file)));
            items
        }
    }
}

fn file_matchers(wire: &str) -> [ImplItem; 2] {
    let name = format_ident!("{}", wire.to_snake_case());
    let content = format_ident!("{name}_content");
    [
        documented(
            &format!("Matches a form whose part `{wire}` is a file with this name."),
            &quote! {
                pub fn #name(self, name: &str) -> Self {
                    Self(form::file_name(self.0, #wire, name))
                }
            },
        ),
        documented(
            &format!("Matches a form whose part `{wire}` has these bytes."),
            &quote! {
                pub fn #content(self, bytes: impl AsRef<[u8]>) -> Self {
                    Self(form::content(self.0, #wire, bytes.as_ref()))
                }
            },
        ),
    ]
}

fn replies(operation: &Operation, model: &Model) -> Vec<ImplItem> {
    let mut items: Vec<ImplItem> = vec![
        parse_quote! {
            /// Starts from an answer of httpmock.
            pub fn new(inner: Then) -> Self { Self(inner) }
        },
        parse_quote! {
            /// Returns the answer of httpmock, for what has no method here: headers, delays.
            pub fn into_inner(self) -> Then { self.0 }
        },
    ];
    let is_json = |kind: &ReplyKind| matches!(kind, ReplyKind::Json(_));
    let choices = operation
        .replies
        .iter()
        .filter(|reply| is_json(&reply.kind))
        .count();
    for reply in &operation.replies {
        items.push(match &reply.kind {
            ReplyKind::Json(name) if choices == 1 => json("ok", name),
            // Where there is a choice, each type has its own method.
            ReplyKind::Json(name) => json(&format!("ok_{}", name.to_snake_case()), name),
            ReplyKind::Events(name) => events(name, model),
            ReplyKind::Text => parse_quote! {
                /// Answers with this text.
                pub fn ok_text(self, text: &str) -> Self {
                    Self(self.0.status(200).header("content-type", "text/plain").body(text))
                }
            },
            ReplyKind::Bytes => {
                let media = &reply.media;
                parse_quote! {
                    /// Answers with these bytes.
                    pub fn ok_bytes(self, bytes: impl AsRef<[u8]>) -> Self {
                        Self(self.0.status(200).header("content-type", #media).body(bytes))
                    }
                }
            }
        });
    }
    let [client, server] = &operation.errors;
    items.extend([error("client", 4, client), error("server", 5, server)]);
    items
}

fn json(function: &str, name: &str) -> ImplItem {
    let (function, ty) = (format_ident!("{function}"), format_ident!("{name}"));
    parse_quote! {
        /// Answers with this value.
        pub fn #function(self, value: &#ty) -> Self {
            Self(self.0.status(200).header("content-type", "application/json").json_body_obj(value))
        }
    }
}

/// Events that are told apart by a tag carry it as their name, and the last of them ends the stream.
fn events(name: &str, model: &Model) -> ImplItem {
    let ty = format_ident!("{name}");
    let shape = model.components.get(name).map(|component| &component.shape);
    let (write, about) = match shape {
        Some(Shape::Tagged(union)) => {
            let tag = &union.tag;
            (
                quote!(sse::named(events, #tag)),
                format!("Answers with these server-sent events, each named by its `{tag}`."),
            )
        }
        _ => (
            quote!(sse::unnamed(events)),
            "Answers with these server-sent events, and `[DONE]` after the last.".to_owned(),
        ),
    };
    let code = quote! {
        pub fn ok_stream<'a>(self, events: impl IntoIterator<Item = &'a #ty>) -> Self {
            Self(self.0.status(200).header("content-type", "text/event-stream").body(#write))
        }
    };
    documented(&about, &code)
}

fn error(what: &str, class: u16, name: &str) -> ImplItem {
    let ty = format_ident!("{name}");
    let function = format_ident!("{what}_error");
    let check = format_ident!("assert_{what}_error");
    let about = format!(
        "Answers with an error of the {what}.\n\n# Panics\n\nPanics if `status` is not between {class}00 and {class}99."
    );
    let code = quote! {
        #[track_caller]
        pub fn #function(self, status: u16, value: &#ty) -> Self {
            status::#check(status);
            Self(self.0.status(status).header("content-type", "application/json").json_body_obj(value))
        }
    };
    documented(&about, &code)
}

fn module(tag: &str, mut items: Vec<Item>, model: &Model) -> String {
    let used = file::names_in(&items);
    let imports = imports(&used, model);
    items.splice(0..0, imports);
    let docs = format!("Expectations of the `{tag}` operations.");
    file::whole(&docs, items)
}

fn imports(used: &BTreeSet<String>, model: &Model) -> [Item; 3] {
    let named = |names: &[&'static str]| {
        file::idents(names.iter().copied().filter(|name| used.contains(*name)))
    };
    let types = model.components.keys().map(String::as_str);
    let types = file::idents(types.filter(|name| used.contains(*name)));
    let (httpmock, support) = (named(&HTTPMOCK), named(&SUPPORT));
    [
        parse_quote!(use crate::{#(#support),*};),
        parse_quote!(use groq_types::{#(#types,)* operations};),
        parse_quote!(use httpmock::{#(#httpmock),*};),
    ]
}

/// The root of the generated code: its modules, every type by name, and the extension trait.
fn root(operations: &[Operation]) -> String {
    let tags: BTreeSet<&str> = operations
        .iter()
        .map(|operation| operation.tag.as_str())
        .collect();
    let mut items: Vec<Item> = Vec::new();
    for tag in &tags {
        let tag = format_ident!("{tag}");
        items.push(parse_quote!(mod #tag;));
    }
    items.push(parse_quote!(
        use httpmock::{Mock, MockServer};
    ));
    for tag in &tags {
        let of_tag = operations.iter().filter(|operation| operation.tag == *tag);
        let mut names: Vec<Ident> = of_tag
            .flat_map(|operation| [when(operation), then(operation)])
            .collect();
        names.sort();
        let tag = format_ident!("{tag}");
        items.push(parse_quote!(pub use self::#tag::{#(#names),*};));
    }
    items.extend(extension(operations));
    let docs = "The expectations, and the trait that offers them.";
    file::whole(docs, items)
}

fn extension(operations: &[Operation]) -> [Item; 2] {
    let signatures: Vec<_> = operations
        .iter()
        .map(|operation| {
            let (name, when, then) = (function(operation), when(operation), then(operation));
            quote!(fn #name(&self, expect: impl FnOnce(#when, #then)) -> Mock<'_>)
        })
        .collect();
    let docs = operations.iter().map(|operation| {
        docs::text(&format!(
            "{}: `{} {}`.\n\nThe API calls it `{}`.",
            operation.summary,
            operation.method.to_uppercase(),
            operation.path,
            operation.id
        ))
    });
    let bodies = operations.iter().map(|operation| {
        let (when, then) = (when(operation), then(operation));
        quote!(self.mock(|inner_when, inner_then| {
            expect(#when::new(inner_when), #then::new(inner_then));
        }))
    });
    let about = docs::text(
        "Adds a method for each operation of the Groq API to [`MockServer`]: what its [`mock`](MockServer::mock) does, \
         with the types of the API.",
    );
    [
        parse_quote! {
            #(#about)*
            pub trait MockServerExt { #(#(#docs)* #signatures;)* }
        },
        parse_quote!(impl MockServerExt for MockServer { #(#signatures { #bodies })* }),
    ]
}
