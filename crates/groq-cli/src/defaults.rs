//! Default models and voices. Models come and go, so the choice has a date.

/// When the defaults were chosen, as year and month.
pub(crate) const CHOSEN: &str = "2026-11";

/// For `chat` and `json`: small, fast, in production, and supports strict JSON schemas.
pub(crate) const CHAT_MODEL: &str = "openai/gpt-oss-20b";

/// For `transcribe`: the cheapest one for any language.
pub(crate) const TRANSCRIPTION_MODEL: &str = "whisper-large-v3-turbo";

/// For `translate`: the only one that translates.
pub(crate) const TRANSLATION_MODEL: &str = "whisper-large-v3";

/// For `speak`.
pub(crate) const SPEECH_MODEL: &str = "canopylabs/orpheus-v1-english";

/// For `speak` with [`SPEECH_MODEL`].
pub(crate) const VOICE: &str = "troy";

/// The help of an option with a default.
pub(crate) fn help(what: &str, variable: &str, default: &str) -> String {
    format!("{what} [env: {variable}] [default: {default}, of {CHOSEN}]")
}
