//! Unions: told apart by a tag, or by the JSON type of the value.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::{
    docs, file,
    part::{Part, openness},
};
use crate::codegen::model::{Branch, Component, Model, TagVariant, Tagged, Ty};

pub(super) fn tagged(component: &Component, tagged: &Tagged, model: &Model) -> Part {
    let name = format_ident!("{}", component.name);
    let tag = &tagged.tag;
    let variants = tagged.variants.iter().map(|each| {
        let TagVariant {
            wire,
            variant,
            schema,
        } = each;
        let about = first_sentence(schema, model);
        let docs = docs::text(&format!("{about}; `{tag}` is `{wire}`."));
        let (variant, schema) = (format_ident!("{variant}"), format_ident!("{schema}"));
        quote!(#(#docs)* #variant(#schema))
    });
    let other_docs = docs::text(&format!(
        "An object whose `{tag}` this version does not know, kept whole as it came."
    ));
    let other = component
        .open
        .then(|| quote!(#(#other_docs)* Other(serde_json::Map<String, serde_json::Value>)));
    let mut items = vec![definition(component, variants.chain(other))];
    // A struct that stands under two tags does not say which.
    let stands_once = |variant: &&TagVariant| {
        let mut others = tagged.variants.iter();
        others.all(|other| other.schema != variant.schema || other.wire == variant.wire)
    };
    for TagVariant {
        variant, schema, ..
    } in tagged.variants.iter().filter(stands_once)
    {
        let (variant, schema) = (format_ident!("{variant}"), format_ident!("{schema}"));
        items.push(conversion(
            &name,
            &quote!(#schema),
            &quote!(Self::#variant(value)),
        ));
    }
    let head = format!("{} {name} by {tag:?}", openness(component));
    let rows = tagged.variants.iter().map(|each| {
        let TagVariant {
            wire,
            variant,
            schema,
        } = each;
        format!("{variant}({schema}) = {wire:?}")
    });
    Part {
        items,
        serde: file::call("tagged", &head, &rows.collect::<Vec<_>>()),
    }
}

pub(super) fn by_type(component: &Component, branches: &[Branch], model: &Model) -> Part {
    let name = format_ident!("{}", component.name);
    let variants = branches.iter().map(|branch| {
        let docs = branch_docs(branch, model);
        let (variant, ty) = (format_ident!("{}", branch.variant), &branch.ty);
        quote!(#(#docs)* #variant(#ty))
    });
    let mut items = vec![definition(component, variants)];
    for branch in branches {
        items.extend(conversions(&name, branch));
    }
    let kinds = branches.iter().map(|branch| with_article(branch.json_type));
    let head = format!("{name} {:?}", kinds.collect::<Vec<_>>().join(" or "));
    let rows = branches
        .iter()
        .map(|branch| format!("{}: {}", branch.variant, branch.json_type));
    Part {
        items,
        serde: file::call("by_type", &head, &rows.collect::<Vec<_>>()),
    }
}

fn definition(component: &Component, variants: impl Iterator<Item = TokenStream>) -> Item {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#variants),* }
    }
}

fn first_sentence(component: &str, model: &Model) -> String {
    let target = model.components.get(component);
    target
        .map(|target| docs::first_sentence(&target.notes.description))
        .unwrap_or_default()
}

fn branch_docs(branch: &Branch, model: &Model) -> Vec<syn::Attribute> {
    if !branch.notes.description.is_empty() {
        return docs::notes(&branch.notes);
    }
    match &branch.ty {
        Ty::Named(name) => docs::text(&format!("{}.", first_sentence(name, model))),
        _ => docs::text(&format!("As {}.", with_article(branch.json_type))),
    }
}

fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'o']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {kind}")
}

/// `From` for what a branch holds, and for what is usually at hand instead: a `&str`, or an array.
fn conversions(name: &Ident, branch: &Branch) -> Vec<Item> {
    let variant = format_ident!("{}", branch.variant);
    let ty = &branch.ty;
    let mut items = vec![conversion(
        name,
        &quote!(#ty),
        &quote!(Self::#variant(value)),
    )];
    match ty {
        Ty::String => {
            let value = quote!(Self::#variant(value.to_owned()));
            items.push(conversion(name, &quote!(&str), &value));
        }
        Ty::List(item) => {
            if **item == Ty::String {
                let value = quote!(Self::#variant(value.map(str::to_owned).into()));
                items.push(array_conversion(name, &quote!(&str), &value));
            }
            let value = quote!(Self::#variant(value.into()));
            items.push(array_conversion(name, &quote!(#item), &value));
        }
        _ => {}
    }
    items
}

fn array_conversion(name: &Ident, item: &TokenStream, value: &TokenStream) -> Item {
    parse_quote! {
        impl<const N: usize> From<[#item; N]> for #name {
            fn from(value: [#item; N]) -> Self {
                #value
            }
        }
    }
}

fn conversion(name: &Ident, from: &TokenStream, value: &TokenStream) -> Item {
    parse_quote! {
        impl From<#from> for #name {
            fn from(value: #from) -> Self {
                #value
            }
        }
    }
}
