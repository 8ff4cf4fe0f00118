//! Reads the structs that typify emitted: for each property, the Rust name and type that it chose.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use syn::{
    Fields, Item, ItemStruct, Type, TypePath,
    visit_mut::{self, VisitMut},
};
use typify::{TypeDetails, TypeSpace};

use crate::codegen::model::{Model, Shape};

/// The structs by name, each with its fields by wire name.
pub(super) type Structs = BTreeMap<String, BTreeMap<String, Field>>;

/// A field as typify emitted it.
pub(super) struct Field {
    pub(super) ident: syn::Ident,
    pub(super) ty: Type,
}

pub(super) fn structs(code: &syn::File, types: &TypeSpace, model: &Model) -> Result<Structs> {
    let seen = struct_names(types);
    let mut structs = Structs::new();
    for item in types_module(code)? {
        if let Item::Struct(item) = item {
            let name = item.ident.to_string();
            // An object without a property of its own is a map to typify; to us it is a struct without fields.
            let fields = if is_empty(&name, model) {
                BTreeMap::new()
            } else {
                fields(item)?
            };
            structs.insert(name, fields);
        }
    }
    for component in model.components.values() {
        let name = &component.name;
        let expected = matches!(component.shape, Shape::Object(_)) && !is_empty(name, model);
        if expected && !(seen.contains(name) && structs.contains_key(name)) {
            bail!(
                "#/components/schemas/{name}: typify made no struct of it; name it as a Rust type would be named"
            );
        }
    }
    for name in structs.keys() {
        if !model.components.contains_key(name) {
            bail!(
                "typify made a type `{name}` that no component describes; name every schema as a component"
            );
        }
    }
    Ok(structs)
}

fn is_empty(name: &str, model: &Model) -> bool {
    let shape = model.components.get(name).map(|component| &component.shape);
    matches!(shape, Some(Shape::Object(object)) if object.fields.is_empty())
}

fn struct_names(types: &TypeSpace) -> BTreeSet<String> {
    let structs = types
        .iter_types()
        .filter(|ty| matches!(ty.details(), TypeDetails::Struct(_)));
    structs.map(|ty| ty.name()).collect()
}

fn types_module(code: &syn::File) -> Result<&[Item]> {
    let module = code.items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "types" => {
            module.content.as_ref().map(|(_, items)| items.as_slice())
        }
        _ => None,
    });
    module.context("progenitor's output has no module `types`")
}

fn fields(item: &ItemStruct) -> Result<BTreeMap<String, Field>> {
    let Fields::Named(named) = &item.fields else {
        bail!(
            "typify made `{}` a tuple struct; describe it in place where it is used",
            item.ident
        );
    };
    let mut fields = BTreeMap::new();
    for field in &named.named {
        let ident = field.ident.clone().context("a named field has a name")?;
        let wire = renamed(&field.attrs)?.unwrap_or_else(|| ident.to_string());
        let mut ty = field.ty.clone();
        Shorten.visit_type_mut(&mut ty);
        fields.insert(wire, Field { ident, ty });
    }
    Ok(fields)
}

/// The name in `#[serde(rename = "..")]`.
fn renamed(attrs: &[syn::Attribute]) -> Result<Option<String>> {
    let mut name = None;
    for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
        attr.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                name = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                meta.value()?.parse::<syn::LitStr>()?;
            }
            Ok(())
        })
        .context("read a serde attribute that typify wrote")?;
    }
    Ok(name)
}

/// Writes types as a person would: `Option<String>` for `::std::option::Option<::std::string::String>`.
pub(super) struct Shorten;

impl VisitMut for Shorten {
    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        shorten(&mut path.path);
        visit_mut::visit_type_path_mut(self, path);
    }

    fn visit_expr_path_mut(&mut self, path: &mut syn::ExprPath) {
        shorten(&mut path.path);
        visit_mut::visit_expr_path_mut(self, path);
    }
}

fn shorten(path: &mut syn::Path) {
    let names: Vec<String> = path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let keep = match names.as_slice() {
        ["std", "option", "Option"]
        | ["std", "string", "String"]
        | ["std", "vec", "Vec"]
        | ["std", "boxed", "Box"]
        | ["std", "collections", "BTreeMap"]
        | ["types", _] => 1,
        ["serde_json", _] => 2,
        _ => return,
    };
    path.leading_colon = None;
    path.segments = path
        .segments
        .iter()
        .skip(names.len() - keep)
        .cloned()
        .collect();
}

/// The last names of all paths in a piece of code: what a file may have to import.
pub(super) fn names_in(items: &[Item]) -> BTreeSet<String> {
    struct Names(BTreeSet<String>);

    impl VisitMut for Names {
        fn visit_path_mut(&mut self, path: &mut syn::Path) {
            if let Some(first) = path.segments.first() {
                self.0.insert(first.ident.to_string());
            }
            visit_mut::visit_path_mut(self, path);
        }
    }

    let mut names = Names(BTreeSet::new());
    for item in items {
        names.visit_item_mut(&mut item.clone());
    }
    names.0
}
