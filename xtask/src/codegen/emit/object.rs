//! Structs: definition, constructor, setters.

use anyhow::{Context, Result};
use quote::{format_ident, quote};
use syn::{GenericArgument, Ident, Item, PathArguments, Type, parse_quote};

use super::{Part, docs, openness, typify_pass::Structs};
use crate::codegen::model::{Component, Field, Object};

pub(super) fn part(component: &Component, object: &Object, structs: &Structs) -> Result<Part> {
    let fields = fields(component, object, structs)?;
    let mut items = vec![definition(component, &fields)];
    items.push(constructor(component, &fields));
    Ok(Part {
        items,
        serde: serde(component, object, &fields),
    })
}

/// A field of the model with the name and the type that typify chose.
struct Typed<'a> {
    field: &'a Field,
    ident: &'a Ident,
    ty: &'a Type,
}

fn fields<'a>(
    component: &Component,
    object: &'a Object,
    structs: &'a Structs,
) -> Result<Vec<Typed<'a>>> {
    let emitted = structs
        .get(&component.name)
        .with_context(|| format!("typify emitted no `{}`", component.name))?;
    let typed = |field: &'a Field| {
        let found = emitted.get(&field.wire).with_context(|| {
            format!(
                "#/components/schemas/{}/properties/{}: typify emitted no field",
                component.name, field.wire
            )
        })?;
        Ok(Typed {
            field,
            ident: &found.ident,
            ty: &found.ty,
        })
    };
    object.fields.iter().map(typed).collect()
}

fn definition(component: &Component, fields: &[Typed<'_>]) -> Item {
    let name = format_ident!("{}", component.name);
    let docs = docs::notes(&component.notes);
    let members = fields.iter().map(|Typed { field, ident, ty }| {
        let docs = docs::notes(&field.notes);
        quote!(#(#docs)* pub #ident: #ty)
    });
    let unknown = component
        .open
        .then(|| quote!(pub(crate) unknown: UnknownFields));
    let members = members.chain(unknown);
    // What needs nothing can be had from nothing.
    let default = (!fields.iter().any(|typed| typed.field.required)).then(|| quote!(Default,));
    parse_quote! {
        #(#docs)*
        #[derive(Clone, Debug, #default PartialEq)]
        #[non_exhaustive]
        pub struct #name { #(#members),* }
    }
}

fn constructor(component: &Component, fields: &[Typed<'_>]) -> Item {
    let name = format_ident!("{}", component.name);
    let required: Vec<_> = fields.iter().filter(|typed| typed.field.required).collect();
    let arguments = required.iter().map(|Typed { ident, ty, .. }| {
        let Parameter { ty, .. } = parameter(ty, ident);
        quote!(#ident: #ty)
    });
    let values = fields.iter().map(|Typed { field, ident, ty }| {
        if !field.required {
            return quote!(#ident: None);
        }
        let Parameter { value, .. } = parameter(ty, ident);
        // `ident: ident` is what a person would not write.
        if value.to_string() == ident.to_string() {
            quote!(#ident)
        } else {
            quote!(#ident: #value)
        }
    });
    let unknown = component
        .open
        .then(|| quote!(unknown: UnknownFields::default()));
    let values = values.chain(unknown);
    let doc = docs::text(match required.len() {
        0 => "Creates one with nothing set.",
        _ => "Creates one from what it cannot do without; the rest is unset.",
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

fn setter(Typed { ident, ty, .. }: &Typed<'_>) -> proc_macro2::TokenStream {
    let bare = ident.to_string();
    let bare = bare.trim_end_matches('_').trim_start_matches("r#");
    let method = format_ident!("with_{bare}");
    let doc = docs::text(&format!("Sets [`{ident}`](Self::{ident})."));
    let (inner, optional) = match option_of(ty) {
        Some(inner) => (inner, true),
        None => (*ty, false),
    };
    let Parameter { ty, value } = parameter(inner, ident);
    let value = if optional {
        quote!(Some(#value))
    } else {
        value
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

/// What a method takes for a field, and how it becomes the field's value.
struct Parameter {
    ty: Type,
    value: proc_macro2::TokenStream,
}

fn parameter(ty: &Type, ident: &Ident) -> Parameter {
    let last = last_segment(ty);
    match last
        .as_ref()
        .map(|(name, arguments)| (name.as_str(), arguments.as_slice()))
    {
        Some(("Box", [inner])) => Parameter {
            ty: parse_quote!(impl Into<#inner>),
            value: quote!(Box::new(#ident.into())),
        },
        Some(("Vec", [item])) if is_convertible(item) => Parameter {
            ty: parse_quote!(impl IntoIterator<Item = impl Into<#item>>),
            value: quote!(#ident.into_iter().map(Into::into).collect()),
        },
        Some(("Vec", [item])) => Parameter {
            ty: parse_quote!(impl IntoIterator<Item = #item>),
            value: quote!(#ident.into_iter().collect()),
        },
        Some(("BTreeMap", [key, item])) if is_convertible(item) => Parameter {
            ty: parse_quote!(impl IntoIterator<Item = (impl Into<#key>, impl Into<#item>)>),
            value: quote!(#ident.into_iter().map(|(key, value)| (key.into(), value.into())).collect()),
        },
        Some(("BTreeMap", [key, item])) => Parameter {
            ty: parse_quote!(impl IntoIterator<Item = (impl Into<#key>, #item)>),
            value: quote!(#ident.into_iter().map(|(key, value)| (key.into(), value)).collect()),
        },
        _ if is_convertible(ty) => Parameter {
            ty: parse_quote!(impl Into<#ty>),
            value: quote!(#ident.into()),
        },
        _ => Parameter {
            ty: ty.clone(),
            value: quote!(#ident),
        },
    }
}

/// Whether a caller is likely to have something that becomes the type: not so for numbers, where `Into` only confuses
/// the inference of literals, nor for collections.
fn is_convertible(ty: &Type) -> bool {
    const PLAIN: [&str; 10] = [
        "bool", "f64", "f32", "i32", "i64", "u32", "u64", "Map", "Vec", "BTreeMap",
    ];
    last_segment(ty).is_some_and(|(name, _)| !PLAIN.contains(&name.as_str()))
}

fn option_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != "Option" {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// The name of a type and its type arguments.
fn last_segment(ty: &Type) -> Option<(String, Vec<Type>)> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let mut types = Vec::new();
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        for argument in &arguments.args {
            if let GenericArgument::Type(ty) = argument {
                types.push(ty.clone());
            }
        }
    }
    Some((last.ident.to_string(), types))
}

fn serde(component: &Component, object: &Object, fields: &[Typed<'_>]) -> String {
    let tag = match &object.tag {
        Some((name, value)) => format!(" tag {name:?} = {value:?}"),
        None => String::new(),
    };
    let mut text = format!(
        "object! {{\n    {} {}{tag} {{\n",
        openness(component),
        component.name
    );
    for Typed { field, ident, .. } in fields {
        let need = if field.required {
            "required"
        } else {
            "optional"
        };
        let int = if field.integer { "_int" } else { "" };
        text.push_str(&format!("        {ident}: {:?} {need}{int},\n", field.wire));
    }
    text.push_str("    }\n}\n");
    text
}
