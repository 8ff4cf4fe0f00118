//! Default models and voices: those of the catalog of models, which has a date.

use std::sync::LazyLock;

use groq_core::models::{Catalog, DefaultModel};

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::shipped);

fn default(purpose: DefaultModel) -> &'static str {
    let model = CATALOG.default_model(purpose);
    model.expect("a test of the catalog looks for it")
}

/// For `chat` and `json`: small, fast, in production, and supports strict JSON schemas.
pub(crate) fn chat_model() -> &'static str {
    default(DefaultModel::Chat)
}

/// For `transcribe`: the cheapest one for any language.
pub(crate) fn transcription_model() -> &'static str {
    default(DefaultModel::Transcription)
}

/// For `translate`: one that translates.
pub(crate) fn translation_model() -> &'static str {
    default(DefaultModel::Translation)
}

/// For `speak`.
pub(crate) fn speech_model() -> &'static str {
    default(DefaultModel::Speech)
}

/// For `speak` with [`speech_model`].
pub(crate) fn voice() -> &'static str {
    default(DefaultModel::Voice)
}

/// The help of an option with a default.
pub(crate) fn help(what: &str, variable: &str, default: &str) -> String {
    let day = CATALOG.as_of();
    let (year, month) = (day.year(), day.month());
    format!("{what} [env: {variable}] [default: {default}, of {year}-{month:02}]")
}
