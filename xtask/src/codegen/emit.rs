//! Turns the model into the files of `groq-types` and `groq-httpmock`; the raw client is progenitor's.

mod arbitrary;
mod client;
mod docs;
mod file;
pub(crate) mod httpmock;
pub(crate) mod mock;
mod object;
mod operations;
mod part;
mod schema;
mod string_enum;
mod union;

use anyhow::{Context, Result};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;

use self::part::Part;
use super::{
    format::Files,
    model::{Component, Model, Shape},
};

/// The files under `groq-types/src/generated/`.
pub(crate) fn files(lowered: &OpenAPI, model: &Model) -> Result<Files> {
    let mut files = Files::new();
    for (module, components) in model.modules() {
        let parts = components
            .iter()
            .filter_map(|component| part(component, model));
        let text = file::module(module, parts.collect(), model);
        files.insert(format!("{module}.rs"), text);
    }
    files.insert("operations.rs".to_owned(), operations::file(model));
    files.insert("arbitrary.rs".to_owned(), arbitrary::file(model)?);
    files.insert("schema.json".to_owned(), schema::file(model)?);
    files.insert("client.rs".to_owned(), raw_client(lowered, model)?);
    files.insert("mod.rs".to_owned(), file::root(model));
    Ok(files)
}

fn raw_client(lowered: &OpenAPI, model: &Model) -> Result<String> {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Positional)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(std::sync::Arc<dyn crate::client::Execute>));
    for name in model.components.keys() {
        // The two impls let the type stand in path and query parameters.
        let impls = [TypeImpl::FromStr, TypeImpl::Display];
        settings.with_replacement(name, name, impls.into_iter());
    }
    let tokens = Generator::new(&settings)
        .generate_tokens(lowered)
        .context("generate the raw client with progenitor")?;
    client::file(
        syn::parse2(tokens).context("parse what progenitor generated")?,
        model,
    )
}

/// The code of a component, if it is not written by hand.
fn part(component: &Component, model: &Model) -> Option<Part> {
    match &component.shape {
        Shape::Object(object) => Some(object::part(component, object)),
        Shape::StringEnum(values) => Some(string_enum::part(component, values)),
        Shape::Tagged(tagged) => Some(union::tagged(component, tagged, model)),
        Shape::ByType(branches) => Some(union::by_type(component, branches, model)),
        Shape::ByHand => None,
    }
}
