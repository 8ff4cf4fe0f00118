//! From the API description to Rust, in stages: load, model, lower, emit, format.
//!
//! - [`load`] reads the YAML with openapiv3.
//! - [`mod@model`] says what the description means for us: which schema is open, which enum, which union, in which file.
//!   Typify gives each field its Rust name and its Rust type.
//! - [`lower`] rewrites the description into what progenitor emits well: the raw client.
//! - [`emit`] turns the model into the files of `groq-types` and `groq-httpmock`.
//! - [`mod@format`] lays them out with rustfmt.
//!
//! Each stage is a function of the one before.

pub(crate) mod emit;
pub(crate) mod format;
pub(crate) mod load;
pub(crate) mod lower;
pub(crate) mod model;

use anyhow::Result;

use self::format::Files;

/// All generated files of `groq-types` for a description in YAML.
pub(crate) fn groq_types(yaml: &str) -> Result<Files> {
    let api = load::api(yaml)?;
    let model = model(&api)?;
    let lowered = lower::lower(&api, &model);
    format::all(emit::files(&lowered, &model)?)
}

/// All generated files of `groq-httpmock` for a description in YAML.
pub(crate) fn groq_httpmock(yaml: &str) -> Result<Files> {
    format::all(emit::httpmock::files(&model(&load::api(yaml)?)?))
}

/// What the description means, or a report of everything in it that means nothing to us.
pub(crate) fn model(api: &openapiv3::OpenAPI) -> Result<model::Model> {
    model::Model::of(api).map_err(|problems| anyhow::anyhow!(crate::problem::report(&problems)))
}

/// All generated files of `groq-mock` for a description in YAML.
pub(crate) fn groq_mock(yaml: &str) -> Result<Files> {
    format::all(emit::mock::files(&model(&load::api(yaml)?)?)?)
}

#[cfg(test)]
mod tests;
