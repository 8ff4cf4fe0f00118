//! Unions: told apart by a tag, or by the JSON type of the value.

use std::collections::BTreeMap;

use quote::{format_ident, quote};
use syn::{Item, Type, parse_quote};

use super::{Part, docs, openness};
use crate::codegen::model::{
    self, Branch, BranchKind, Component, MaybeTagged, Model, TagVariant, Tagged,
};

pub(super) fn tagged(component: &Component, tagged: &Tagged, model: &Model) -> Part {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let variants = tagged.variants.iter().map(
        |TagVariant {
             wire,
             variant,
             schema,
         }| {
            let about = model
                .components
                .get(schema)
                .map(|target| docs::first_sentence(&target.notes.description));
            let docs = docs::text(&format!(
                "{}; `{}` is `{wire}`.",
                about.unwrap_or_default(),
                tagged.tag
            ));
            let (variant, schema) = (format_ident!("{variant}"), format_ident!("{schema}"));
            quote!(#(#docs)* #variant(#schema))
        },
    );
    let other_docs = docs::text(&format!(
        "An object whose `{}` this version does not know, kept whole as it came.",
        tagged.tag
    ));
    let other = component
        .open
        .then(|| quote!(#(#other_docs)* Other(serde_json::Map<String, serde_json::Value>)));
    let variants = variants.chain(other);
    let definition = parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#variants),* }
    };
    let mut items = vec![definition];
    items.extend(tagged_conversions(&name, &tagged.variants));

    let mut serde = format!(
        "tagged! {{\n    {} {} by {:?} {{\n",
        openness(component),
        component.name,
        tagged.tag
    );
    for TagVariant {
        wire,
        variant,
        schema,
    } in &tagged.variants
    {
        serde.push_str(&format!("        {variant}({schema}) = {wire:?},\n"));
    }
    serde.push_str("    }\n}\n");
    Part { items, serde }
}

/// `From` for each struct that stands under one tag only: under two, the struct alone does not say which.
fn tagged_conversions(name: &syn::Ident, variants: &[TagVariant]) -> Vec<Item> {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    for variant in variants {
        *uses.entry(&variant.schema).or_default() += 1;
    }
    let single = variants
        .iter()
        .filter(|variant| uses.get(variant.schema.as_str()) == Some(&1));
    single
        .map(
            |TagVariant {
                 variant, schema, ..
             }| {
                let (variant, schema) = (format_ident!("{variant}"), format_ident!("{schema}"));
                conversion(name, &parse_quote!(#schema), &quote!(Self::#variant(value)))
            },
        )
        .collect()
}

pub(super) fn maybe_tagged(component: &Component, union: &MaybeTagged) -> Part {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let MaybeTagged {
        tag,
        tagged,
        untagged,
    } = union;
    let tagged_docs = docs::text(&format!("With a `{tag}`, which says what it is."));
    let untagged_docs = docs::text(&format!("Without a `{tag}`."));
    let (first, second) = (
        format_ident!("{}", tagged.variant),
        format_ident!("{}", untagged.variant),
    );
    let (first_type, second_type) = (
        format_ident!("{}", tagged.schema),
        format_ident!("{}", untagged.schema),
    );
    let definition = parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name {
            #(#tagged_docs)*
            #first(#first_type),
            #(#untagged_docs)*
            #second(#second_type),
        }
    };
    let mut items: Vec<Item> = vec![definition];
    items.push(conversion(
        &name,
        &parse_quote!(#first_type),
        &quote!(Self::#first(value)),
    ));
    items.push(conversion(
        &name,
        &parse_quote!(#second_type),
        &quote!(Self::#second(value)),
    ));
    let serde = format!(
        "maybe_tagged! {{\n    {} by {tag:?} {{\n        {first}: tagged,\n        {second}: untagged,\n    }}\n}}\n",
        component.name
    );
    Part { items, serde }
}

pub(super) fn by_type(component: &Component, branches: &[Branch], model: &Model) -> Part {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let variants = branches.iter().map(|branch| {
        let docs = branch_docs(branch, model);
        let (variant, ty) = (
            format_ident!("{}", branch.variant),
            branch_type(&branch.kind),
        );
        quote!(#(#docs)* #variant(#ty))
    });
    let definition = parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum #name { #(#variants),* }
    };
    let mut items: Vec<Item> = vec![definition];
    for branch in branches {
        items.extend(branch_conversions(&name, branch));
    }

    let kinds: Vec<&str> = branches
        .iter()
        .map(|branch| branch.kind.json_type())
        .collect();
    let expecting = kinds
        .iter()
        .map(|kind| with_article(kind))
        .collect::<Vec<_>>()
        .join(" or ");
    let mut serde = format!("by_type! {{\n    {} {expecting:?} {{\n", component.name);
    for (branch, kind) in branches.iter().zip(kinds) {
        serde.push_str(&format!("        {}: {kind},\n", branch.variant));
    }
    serde.push_str("    }\n}\n");
    Part { items, serde }
}

fn branch_docs(branch: &Branch, model: &Model) -> Vec<syn::Attribute> {
    if !branch.notes.description.is_empty() {
        return docs::notes(&branch.notes);
    }
    let target = match &branch.kind {
        BranchKind::Object(name) | BranchKind::Enum(name) => model.components.get(name),
        _ => None,
    };
    match target {
        Some(target) => docs::text(&format!(
            "{}.",
            docs::first_sentence(&target.notes.description)
        )),
        None => docs::text(&format!("As {}.", with_article(branch.kind.json_type()))),
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

fn branch_type(kind: &BranchKind) -> Type {
    match kind {
        BranchKind::String => parse_quote!(String),
        BranchKind::Number => parse_quote!(f64),
        BranchKind::Boolean => parse_quote!(bool),
        BranchKind::Object(name) | BranchKind::Enum(name) => {
            let name = format_ident!("{name}");
            parse_quote!(#name)
        }
        BranchKind::Array(item) => {
            let item = item_type(item);
            parse_quote!(Vec<#item>)
        }
    }
}

fn item_type(item: &model::Item) -> Type {
    match item {
        model::Item::Component(name) => {
            let name = format_ident!("{name}");
            parse_quote!(#name)
        }
        model::Item::String => parse_quote!(String),
        model::Item::Number => parse_quote!(f64),
        model::Item::Integer => parse_quote!(i64),
    }
}

fn branch_conversions(name: &syn::Ident, branch: &Branch) -> Vec<Item> {
    let variant = format_ident!("{}", branch.variant);
    let ty = branch_type(&branch.kind);
    let mut items = vec![conversion(name, &ty, &quote!(Self::#variant(value)))];
    match &branch.kind {
        BranchKind::String => {
            items.push(conversion(
                name,
                &parse_quote!(&str),
                &quote!(Self::#variant(value.to_owned())),
            ));
        }
        BranchKind::Array(item) => {
            if matches!(item, model::Item::String) {
                let text = parse_quote!(&str);
                items.push(array_conversion(
                    name,
                    &text,
                    &quote!(Self::#variant(value.map(str::to_owned).into())),
                ));
            }
            items.push(array_conversion(
                name,
                &item_type(item),
                &quote!(Self::#variant(value.into())),
            ));
        }
        _ => {}
    }
    items
}

fn array_conversion(name: &syn::Ident, item: &Type, value: &proc_macro2::TokenStream) -> Item {
    parse_quote! {
        impl<const N: usize> From<[#item; N]> for #name {
            fn from(value: [#item; N]) -> Self {
                #value
            }
        }
    }
}

fn conversion(name: &syn::Ident, from: &Type, value: &proc_macro2::TokenStream) -> Item {
    parse_quote! {
        impl From<#from> for #name {
            fn from(value: #from) -> Self {
                #value
            }
        }
    }
}
