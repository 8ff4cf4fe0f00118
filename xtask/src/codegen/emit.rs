//! Runs progenitor and typify over the lowered description, and turns what they emit into the files of `groq-types`.

mod arbitrary;
mod client;
mod docs;
mod file;
pub(crate) mod httpmock;
mod object;
mod operations;
mod schema;
mod string_enum;
mod typify_pass;
mod union;

use anyhow::{Context, Result};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;

use super::{
    Files,
    model::{Component, Model, Shape},
};

/// The files under `groq-types/src/generated/`.
pub(crate) fn files(lowered: &OpenAPI, model: &Model) -> Result<Files> {
    let mut generator = Generator::new(&settings(model));
    let tokens = generator
        .generate_tokens(lowered)
        .context("generate code with progenitor")?;
    let code: syn::File = syn::parse2(tokens).context("parse what progenitor generated")?;
    let structs = typify_pass::structs(&code, generator.get_type_space(), model)?;

    let mut files = Files::new();
    for (module, components) in model.modules() {
        let parts = components
            .iter()
            .map(|component| part(component, &structs, model))
            .collect::<Result<Vec<_>>>()?;
        files.insert(format!("{module}.rs"), file::module(module, &parts, model));
    }
    files.insert("operations.rs".to_owned(), operations::file(model));
    files.insert("arbitrary.rs".to_owned(), arbitrary::file(model, &structs)?);
    files.insert("schema.json".to_owned(), schema::file(model)?);
    files.insert("client.rs".to_owned(), client::file(code, model)?);
    files.insert("mod.rs".to_owned(), file::root(model));
    Ok(files)
}

fn settings(model: &Model) -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(std::sync::Arc<dyn crate::client::Execute>))
        .with_map_type("::std::collections::BTreeMap");
    for component in model.components.values() {
        if !matches!(component.shape, Shape::Object(_)) {
            // The two impls let the type stand in path and query parameters.
            let impls = [TypeImpl::FromStr, TypeImpl::Display];
            settings.with_replacement(&component.name, &component.name, impls.into_iter());
        }
    }
    settings
}

/// The code of one component: items that a formatter can lay out, and the macro call that gives them serde.
struct Part {
    items: Vec<syn::Item>,
    serde: String,
}

fn part(component: &Component, structs: &typify_pass::Structs, model: &Model) -> Result<Part> {
    match &component.shape {
        Shape::Object(object) => object::part(component, object, structs),
        Shape::StringEnum(values) => Ok(string_enum::part(component, values)),
        Shape::Tagged(tagged) => Ok(union::tagged(component, tagged, model)),
        Shape::ByType(branches) => Ok(union::by_type(component, branches, model)),
        Shape::MaybeTagged(union) => Ok(union::maybe_tagged(component, union)),
    }
}

/// `open` or `closed`, as the macros of `groq_types::wire` call it.
fn openness(component: &Component) -> &'static str {
    if component.open { "open" } else { "closed" }
}
