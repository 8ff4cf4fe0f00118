//! Typed expectations for httpmock: the files of `groq-httpmock`.
//!
//! Progenitor writes those of the operations that it can; [`tidy`] makes them pleasant. [`by_hand`] writes the rest in the
//! same style: forms, bytes and event streams.

mod by_hand;
#[cfg(test)]
mod tests;
mod tidy;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use heck::{ToSnakeCase, ToUpperCamelCase};
use openapiv3::OpenAPI;
use progenitor::Generator;
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::{docs, file, typify_pass};
use crate::codegen::{
    Files,
    model::{self, Model},
};

/// What `httpmock` has that the generated code may name.
const HTTPMOCK: [&str; 5] = ["Method", "Mock", "MockServer", "Then", "When"];

/// The modules of `groq-httpmock` that the generated code may name.
const SUPPORT: [&str; 4] = ["form", "path", "sse", "status"];

/// An operation as the expectations see it.
struct Operation<'a> {
    id: &'a str,
    method: &'a str,
    path: &'a str,
    tag: &'a str,
    spec: &'a openapiv3::Operation,
}

impl Operation<'_> {
    /// The method of the extension trait, and of the raw client: `create_chat_completion`.
    fn function(&self) -> Ident {
        format_ident!("{}", self.id.to_snake_case())
    }

    fn when(&self) -> Ident {
        format_ident!("{}When", self.id.to_upper_camel_case())
    }

    fn then(&self) -> Ident {
        format_ident!("{}Then", self.id.to_upper_camel_case())
    }

    fn summary(&self) -> &str {
        self.spec.summary.as_deref().unwrap_or_default()
    }
}

/// The files under `groq-httpmock/src/generated/`.
pub(crate) fn files(api: &OpenAPI, lowered: &OpenAPI, model: &Model) -> Result<Files> {
    // A fresh generator: one that has run before would hold every type twice.
    let tokens = Generator::new(&super::settings(model))
        .httpmock(lowered, "groq_types")
        .context("generate expectations with progenitor")?;
    let code: syn::File = syn::parse2(tokens).context("parse what progenitor generated")?;
    let mut emitted = tidy::by_owner(code)?;

    let operations = operations(api)?;
    let mut modules: BTreeMap<&str, Vec<Item>> = BTreeMap::new();
    for operation in &operations {
        let items = if model.handwritten.contains(operation.id) {
            by_hand::expectation(operation, api)?
        } else {
            let mut items = tidy::expectation(operation, &mut emitted)?;
            if let Some(reply) = by_hand::stream(operation, api)? {
                tidy::add(&mut items, operation, reply);
            }
            items
        };
        modules.entry(operation.tag).or_default().extend(items);
    }
    let mut files = Files::new();
    for (tag, items) in modules {
        files.insert(format!("{tag}.rs"), module(tag, items, model));
    }
    files.insert("mod.rs".to_owned(), root(&operations));
    Ok(files)
}

fn operations(api: &OpenAPI) -> Result<Vec<Operation<'_>>> {
    let mut operations = Vec::new();
    for (path, method, spec) in model::operations(api) {
        let (Some(id), [tag]) = (&spec.operation_id, spec.tags.as_slice()) else {
            bail!(
                "#/paths{}/{method}: no `operationId`, or not exactly one tag; give it both",
                crate::problem::step(path)
            );
        };
        operations.push(Operation {
            id,
            method,
            path,
            tag,
            spec,
        });
    }
    Ok(operations)
}

fn module(tag: &str, mut items: Vec<Item>, model: &Model) -> String {
    let used = typify_pass::names_in(&items);
    let imports = imports(&used, model);
    items.splice(0..0, imports);
    let docs = format!("Expectations of the `{tag}` operations.");
    spaced(&file::whole(&docs, items))
}

fn imports(used: &BTreeSet<String>, model: &Model) -> Vec<Item> {
    let named = |names: &[&str]| -> Vec<Ident> {
        let used = names.iter().filter(|name| used.contains(**name));
        used.map(|name| format_ident!("{name}")).collect()
    };
    let mut types: Vec<&str> = model.components.keys().map(String::as_str).collect();
    types.sort_unstable();
    let (types, httpmock, support) = (named(&types), named(&HTTPMOCK), named(&SUPPORT));
    let mut imports: Vec<Item> = Vec::new();
    if !types.is_empty() {
        imports.push(parse_quote!(use groq_types::{#(#types),*};));
    }
    imports.push(parse_quote!(use httpmock::{#(#httpmock),*};));
    if !support.is_empty() {
        imports.push(parse_quote!(use crate::{#(#support),*};));
    }
    imports
}

/// The root of the generated code: its modules, every type by name, and the extension trait.
fn root(operations: &[Operation<'_>]) -> String {
    let tags: BTreeSet<&str> = operations.iter().map(|operation| operation.tag).collect();
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
            .flat_map(|operation| [operation.when(), operation.then()])
            .collect();
        names.sort();
        let tag = format_ident!("{tag}");
        items.push(parse_quote!(pub use self::#tag::{#(#names),*};));
    }
    items.extend(extension(operations));
    let docs = "The expectations, and the trait that offers them.";
    spaced(&file::whole(docs, items))
}

/// An empty line before what is documented and before each `impl`, which the printer leaves out, and none between imports.
fn spaced(code: &str) -> String {
    let mut text = String::new();
    let mut previous = "";
    let mut lines = code.lines().peekable();
    while let Some(line) = lines.next() {
        let bare = line.trim_start();
        let starts = bare.starts_with("///") && !previous.trim_start().starts_with("///")
            || line.starts_with("impl ")
            || is_import(line) && previous.starts_with("mod ");
        if starts && !previous.is_empty() && !previous.ends_with('{') {
            text.push('\n');
        }
        let between_imports =
            line.is_empty() && previous == "};" && lines.peek().is_some_and(|next| is_import(next));
        if between_imports {
            continue;
        }
        text.push_str(line);
        text.push('\n');
        previous = line;
    }
    text
}

fn is_import(line: &str) -> bool {
    line.starts_with("use ") || line.starts_with("pub use ")
}

fn extension(operations: &[Operation<'_>]) -> [Item; 2] {
    let signatures: Vec<_> = operations
        .iter()
        .map(|operation| {
            let (name, when, then) = (operation.function(), operation.when(), operation.then());
            quote!(fn #name(&self, expect: impl FnOnce(#when, #then)) -> Mock<'_>)
        })
        .collect();
    let docs = operations.iter().map(|operation| {
        docs::text(&format!(
            "{}: `{} {}`.\n\nThe API calls it `{}`.",
            operation.summary(),
            operation.method.to_uppercase(),
            operation.path,
            operation.id
        ))
    });
    let names = operations
        .iter()
        .map(|operation| (operation.when(), operation.then()));
    let bodies = names.map(|(when, then)| {
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
