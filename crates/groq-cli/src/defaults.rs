//! Default models and the default voice, from the catalog.

use groq_core::models::{Catalog, DefaultModel};

/// The default for a purpose.
pub(crate) fn of(purpose: DefaultModel) -> String {
    let catalog = Catalog::shipped();
    catalog
        .default_model(purpose)
        .unwrap_or_default()
        .to_owned()
}

/// The variable that overrides a default.
pub(crate) fn variable(purpose: DefaultModel) -> &'static str {
    match purpose {
        DefaultModel::Transcription => "GROQ_TRANSCRIPTION_MODEL",
        DefaultModel::Translation => "GROQ_TRANSLATION_MODEL",
        DefaultModel::Speech => "GROQ_SPEECH_MODEL",
        DefaultModel::Voice => "GROQ_VOICE",
        _ => "GROQ_MODEL",
    }
}

/// The help of an option with a default. Models come and go, so it has a date.
pub(crate) fn help(what: &str, purpose: DefaultModel) -> String {
    let (variable, default) = (variable(purpose), of(purpose));
    let as_of = Catalog::shipped().as_of();
    format!("{what} [env: {variable}] [default: {default}, of {as_of}]")
}
