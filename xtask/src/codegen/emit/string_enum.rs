//! Enums of strings.

use quote::{format_ident, quote};
use syn::parse_quote;

use super::{
    docs, file,
    part::{Part, openness},
};
use crate::codegen::model::{Component, EnumValue};

pub(super) fn part(component: &Component, values: &[EnumValue]) -> Part {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let variants = values.iter().map(|value| {
        let EnumValue {
            wire,
            variant,
            description,
        } = value;
        let variant = format_ident!("{variant}");
        let docs = docs::text(format!("{description} On the wire: `{wire}`.").trim());
        quote!(#(#docs)* #variant)
    });
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
    let rows: Vec<String> = values
        .iter()
        .map(|EnumValue { wire, variant, .. }| format!("{variant} = {wire:?}"))
        .collect();
    let head = format!("{} {}", openness(component), component.name);
    Part {
        items: vec![definition],
        serde: file::call("string_enum", &head, &rows),
    }
}
