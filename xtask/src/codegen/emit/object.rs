//! Structs: definition, constructor, setters.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::{
    docs, file,
    part::{Part, openness},
};
use crate::codegen::model::{Component, Field, Object, Ty};

pub(super) fn part(component: &Component, object: &Object) -> Part {
    Part {
        items: vec![
            definition(component, &object.fields),
            methods(component, &object.fields),
        ],
        serde: serde(component, object),
    }
}

fn definition(component: &Component, fields: &[Field]) -> Item {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let members = fields.iter().map(|field| {
        let (docs, ident, ty) = (docs::notes(&field.notes), field.ident(), &field.ty);
        if field.required {
            quote!(#(#docs)* pub #ident: #ty)
        } else {
            quote!(#(#docs)* pub #ident: Option<#ty>)
        }
    });
    let unknown = component
        .open
        .then(|| quote!(pub(crate) unknown: UnknownFields));
    let members = members.chain(unknown);
    // What needs nothing can be had from nothing.
    let default = (!fields.iter().any(|field| field.required)).then(|| quote!(Default,));
    parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, #default PartialEq)]
        #[non_exhaustive]
        pub struct #name { #(#members),* }
    }
}

/// The constructor and the setters.
fn methods(component: &Component, fields: &[Field]) -> Item {
    let name = format_ident!("{}", component.name);
    let required = || fields.iter().filter(|field| field.required);
    let arguments = required().map(|field| {
        let (ident, Parameter { ty, .. }) = (field.ident(), field.parameter());
        quote!(#ident: #ty)
    });
    let values = fields.iter().map(|field| {
        let (ident, Parameter { value, .. }) = (field.ident(), field.parameter());
        match value {
            _ if !field.required => quote!(#ident: None),
            // `ident: ident` is what a person would not write.
            None => quote!(#ident),
            Some(value) => quote!(#ident: #value),
        }
    });
    let unknown = component
        .open
        .then(|| quote!(unknown: UnknownFields::default()));
    let values = values.chain(unknown);
    let doc = docs::text(match required().count() {
        0 => "Creates a value with nothing set.",
        _ => "Creates a value from its required fields; the others are unset.",
    });
    let setters = fields.iter().map(setter);
    parse_quote! {
        impl #name {
            #(#doc)*
            pub fn new(#(#arguments),*) -> Self {
                Self { #(#values),* }
            }
            #(#setters)*
        }
    }
}

fn setter(field: &Field) -> TokenStream {
    let (ident, Parameter { ty, value }) = (field.ident(), field.parameter());
    let method = format_ident!("with_{}", field.ident.trim_end_matches('_'));
    let doc = docs::text(&format!("Sets [`{ident}`](Self::{ident})."));
    let value = value.unwrap_or_else(|| ident.to_token_stream());
    let value = if field.required {
        value
    } else {
        quote!(Some(#value))
    };
    quote! {
        #(#doc)*
        #[must_use]
        pub fn #method(mut self, #ident: #ty) -> Self {
            self.#ident = #value;
            self
        }
    }
}

/// What a method takes for a field, and how that becomes the field's value where it is not the value itself.
struct Parameter {
    ty: TokenStream,
    value: Option<TokenStream>,
}

impl Field {
    fn ident(&self) -> Ident {
        format_ident!("{}", self.ident)
    }

    fn parameter(&self) -> Parameter {
        let (ty, ident) = (&self.ty, self.ident());
        let (ty, value) = match ty {
            Ty::List(item) if is_convertible(item) => (
                quote!(impl IntoIterator<Item = impl Into<#item>>),
                quote!(#ident.into_iter().map(Into::into).collect()),
            ),
            Ty::List(item) => (
                quote!(impl IntoIterator<Item = #item>),
                quote!(#ident.into_iter().collect()),
            ),
            Ty::Map(item) if is_convertible(item) => (
                quote!(impl IntoIterator<Item = (impl Into<String>, impl Into<#item>)>),
                quote!(#ident.into_iter().map(|(key, value)| (key.into(), value.into())).collect()),
            ),
            Ty::Map(item) => (
                quote!(impl IntoIterator<Item = (impl Into<String>, #item)>),
                quote!(#ident.into_iter().map(|(key, value)| (key.into(), value)).collect()),
            ),
            ty if is_convertible(ty) => (quote!(impl Into<#ty>), quote!(#ident.into())),
            ty => {
                return Parameter {
                    ty: quote!(#ty),
                    value: None,
                };
            }
        };
        Parameter {
            ty,
            value: Some(value),
        }
    }
}

/// Whether a caller is likely to have something that becomes the type: not so for numbers, where `Into` only confuses
/// the inference of literals, nor for collections.
fn is_convertible(ty: &Ty) -> bool {
    matches!(ty, Ty::String | Ty::Named(_) | Ty::Any)
}

fn serde(component: &Component, object: &Object) -> String {
    let mut head = format!("{} {}", openness(component), component.name);
    if let Some((name, value)) = &object.tag {
        head.push_str(&format!(" tag {name:?} = {value:?}"));
    }
    let rows = object.fields.iter().map(|field| {
        let need = if field.required {
            "required"
        } else {
            "optional"
        };
        let int = if field.ty.is_whole() { "_int" } else { "" };
        format!("{}: {:?} {need}{int}", field.ident, field.wire)
    });
    file::call("object", &head, &rows.collect::<Vec<_>>())
}
