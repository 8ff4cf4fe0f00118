//! `cargo xtask diff OLD NEW`: what changed between two descriptions, and whom it breaks.
//!
//! Facts are compared, not text: an operation, a schema, a field with its need and its type, the value of an enum. Of each
//! change it says whether code that uses `groq-types` stops compiling, and whether what was valid on the wire no longer is.

mod compare;
mod facts;
mod report;
mod source;
#[cfg(test)]
mod tests;
mod ty;

use std::io::{self, Write};

use anyhow::{Context, Result};

use crate::{
    codegen::{load, model::Model},
    problem,
};

/// What to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Lines for a terminal.
    Text,
    /// The entry for `openapi/CHANGELOG.md`.
    Changelog,
}

/// Each side is a file, or `REVISION:PATH` as git writes it.
pub(crate) fn run(old: &str, new: &str, form: Form) -> Result<()> {
    let (before, after) = (description(old)?, description(new)?);
    let changes = compare::changes(&before.facts, &after.facts);
    let text = match form {
        Form::Text => report::text(&changes),
        Form::Changelog => report::changelog(&changes, &before.version, &after.version),
    };
    // Not `print!`, which panics where the reader has enough.
    io::stdout()
        .write_all(text.as_bytes())
        .context("print the changes")
}

struct Description {
    version: String,
    facts: facts::Facts,
}

fn description(place: &str) -> Result<Description> {
    described(&source::read(place)?).with_context(|| format!("read the description {place}"))
}

fn described(yaml: &str) -> Result<Description> {
    let api = load::api(yaml)?;
    let model = Model::of(&api).map_err(|problems| anyhow::anyhow!(problem::report(&problems)))?;
    Ok(Description {
        version: api.info.version.clone(),
        facts: facts::Facts::of(&api, &model),
    })
}
