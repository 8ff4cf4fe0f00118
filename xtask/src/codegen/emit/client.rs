//! The raw client, as progenitor emits it, with what would hurt users taken out.
//!
//! - The types go to files of their own.
//! - `Client::new` goes: it sets a total timeout of 15 seconds and unwraps.
//!
//! Its `api-version` header, which is progenitor's convention and not Groq's, is removed where requests are sent
//! (`groq-types/src/client.rs`).

use anyhow::{Result, bail};
use syn::{
    Attribute, ImplItem, Item, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{docs, file};
use crate::codegen::model::Model;

pub(super) fn file(code: syn::File, model: &Model) -> Result<String> {
    let is_ours = |item: &Item| matches!(item, Item::Mod(module) if module.ident == "types" || module.ident == "prelude");
    let mut items: Vec<Item> = code.items;
    items.retain(|item| !is_ours(item));
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
    let used = file::names_in(&items);
    let names = model.components.keys().filter(|name| used.contains(*name));
    let names = file::idents(names.map(String::as_str));
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
        let before = item.items.len();
        item.items
            .retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"));
        self.constructors += before - item.items.len();
        visit_mut::visit_item_impl_mut(self, item);
    }

    /// Short paths: `Option<ChatCompletion>`.
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        let names: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if matches!(names.as_slice(), ["std", "option", "Option"] | ["types", _]) {
            path.leading_colon = None;
            path.segments = path
                .segments
                .iter()
                .skip(names.len() - 1)
                .cloned()
                .collect();
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        *attributes = docs::relined(attributes);
    }
}
