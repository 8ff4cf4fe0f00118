//! Enums of strings.

use quote::{format_ident, quote};
use syn::parse_quote;

use super::{Part, docs, openness};
use crate::codegen::model::{Component, EnumValue};

pub(super) fn part(component: &Component, values: &[EnumValue]) -> Part {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let variants = values.iter().map(
        |EnumValue {
             wire,
             variant,
             description,
         }| {
            let variant = format_ident!("{variant}");
            let docs = docs::text(format!("{description} On the wire: `{wire}`.").trim());
            quote!(#(#docs)* #variant)
        },
    );
    let other_docs = docs::text("A value that this version does not know, kept as it came.");
    let other = component
        .open
        .then(|| quote!(#(#other_docs)* Other(String)));
    let variants = variants.chain(other);
    let copy = (!component.open).then(|| quote!(Copy,));
    let definition = parse_quote! {
        #(#docs)*
        #[derive(Clone, #copy Debug)]
        #[non_exhaustive]
        pub enum #name { #(#variants),* }
    };
    let mut serde = format!(
        "string_enum! {{\n    {} {} {{\n",
        openness(component),
        component.name
    );
    for EnumValue { wire, variant, .. } in values {
        serde.push_str(&format!("        {variant} = {wire:?},\n"));
    }
    serde.push_str("    }\n}\n");
    Part {
        items: vec![definition],
        serde,
    }
}
