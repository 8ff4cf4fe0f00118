//! The raw client, as progenitor emits it, with what would hurt users taken out.
//!
//! - The types go to files of their own.
//! - `Client::new` goes: it sets a total timeout of 15 seconds and unwraps.
//! - The `api-version` header goes: it is progenitor's convention, not Groq's.

use anyhow::{Result, bail};
use quote::ToTokens;
use syn::{
    Attribute, Expr, Item, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{docs, file, typify_pass};
use crate::codegen::model::Model;

pub(super) fn file(code: syn::File, model: &Model) -> Result<String> {
    let mut items = Vec::new();
    for item in code.items {
        match item {
            Item::Mod(module) if module.ident == "types" || module.ident == "prelude" => {}
            item => items.push(item),
        }
    }
    let mut pass = Tidy::default();
    for item in &mut items {
        pass.visit_item_mut(item);
    }
    if pass.constructors != 1 {
        bail!(
            "progenitor's client has {} functions `new`, not one: the pass over it is out of date",
            pass.constructors
        );
    }
    let used = typify_pass::names_in(&items);
    let mut names: Vec<_> = model
        .components
        .keys()
        .filter(|name| used.contains(*name))
        .map(|name| quote::format_ident!("{name}"))
        .collect();
    names.sort();
    items.insert(0, parse_quote!(use crate::{#(#names),*};));
    Ok(file::whole(
        "The raw client: a method for each operation with JSON in and out.",
        items,
    ))
}

#[derive(Default)]
struct Tidy {
    constructors: usize,
}

impl VisitMut for Tidy {
    fn visit_item_impl_mut(&mut self, item: &mut syn::ItemImpl) {
        let is_new = |item: &syn::ImplItem| matches!(item, syn::ImplItem::Fn(function) if function.sig.ident == "new");
        self.constructors += item.items.iter().filter(|item| is_new(item)).count();
        item.items.retain(|item| !is_new(item));
        item.attrs
            .retain(|attribute| !attribute.path().is_ident("allow"));
        visit_mut::visit_item_impl_mut(self, item);
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block
            .stmts
            .retain(|statement| !appends_api_version(statement));
        let appends = |statement: &Stmt| {
            let text = statement.to_token_stream().to_string();
            text.contains("header_map . append")
        };
        if block.stmts.iter().any(declares_headers) && !block.stmts.iter().any(appends) {
            block.stmts.retain(|statement| !declares_headers(statement));
            WithoutHeaders.visit_block_mut(block);
        }
        visit_mut::visit_block_mut(self, block);
    }

    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        typify_pass::Shorten.visit_type_path_mut(path);
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        *attributes = docs::relined(attributes);
    }
}

/// Takes `.headers(header_map)` out of a request's chain.
struct WithoutHeaders;

impl VisitMut for WithoutHeaders {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        visit_mut::visit_expr_mut(self, expression);
        if let Expr::MethodCall(call) = expression
            && call.method == "headers"
        {
            *expression = (*call.receiver).clone();
        }
    }
}

fn declares_headers(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Local(local) if local.pat.to_token_stream().to_string() == "mut header_map")
}

fn appends_api_version(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(..))
        && statement
            .to_token_stream()
            .to_string()
            .contains("\"api-version\"")
}
