//! Settings: the environment, then one TOML file.

use std::{env, io, path::PathBuf};

use groq_core::models::DefaultModel;
use serde::Deserialize;

use crate::{defaults, failure::Failure, global::Global, input};

/// The settings file; options and variables override it.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The address of the server.
    base_url: Option<String>,
    /// The model of `chat` and `json`.
    model: Option<String>,
    transcription_model: Option<String>,
    translation_model: Option<String>,
    speech_model: Option<String>,
    voice: Option<String>,
    /// The command that plays a WAV file; the file becomes its last argument.
    pub(crate) player: Option<String>,
    /// The file that was read.
    #[serde(skip)]
    pub(crate) path: Option<PathBuf>,
}

impl Settings {
    /// Reads the file of `--config` or `GROQ_CONFIG`, or the default one if it exists.
    pub(crate) fn read(global: &Global) -> Result<Self, Failure> {
        let named = match &global.config {
            Some(path) => Some(path.clone()),
            None => variable("GROQ_CONFIG")?.map(PathBuf::from),
        };
        let is_optional = named.is_none();
        let Some(path) = named.or_else(default_path) else {
            return Ok(Self::default());
        };
        let failure = |what| Failure::usage(format!("settings file '{}': {what}", path.display()));
        let text = match std::fs::File::open(&path).and_then(input::read_text) {
            Err(error) if is_optional && error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            text => text.map_err(|error| failure(error.to_string()))?,
        };
        let mut settings = parse(&text).map_err(failure)?;
        settings.path = Some(path);
        Ok(settings)
    }

    /// The address of the server, if one is set.
    pub(crate) fn base_url(&self, global: &Global) -> Result<Option<String>, Failure> {
        choose(
            global.base_url.as_ref(),
            "GROQ_BASE_URL",
            self.base_url.as_ref(),
        )
    }

    /// The model or the voice for a purpose, if one is set.
    pub(crate) fn get(
        &self,
        purpose: DefaultModel,
        option: Option<&String>,
    ) -> Result<Option<String>, Failure> {
        let file = match purpose {
            DefaultModel::Transcription => &self.transcription_model,
            DefaultModel::Translation => &self.translation_model,
            DefaultModel::Speech => &self.speech_model,
            DefaultModel::Voice => &self.voice,
            _ => &self.model,
        };
        choose(option, defaults::variable(purpose), file.as_ref())
    }

    /// The model for a purpose, or its default.
    pub(crate) fn model(
        &self,
        purpose: DefaultModel,
        option: Option<&String>,
    ) -> Result<String, Failure> {
        let model = self.get(purpose, option)?;
        Ok(model.unwrap_or_else(|| defaults::of(purpose)))
    }
}

/// The option, or else the variable, or else the settings file.
fn choose(
    option: Option<&String>,
    variable_name: &str,
    file: Option<&String>,
) -> Result<Option<String>, Failure> {
    if option.is_some() {
        return Ok(option.cloned());
    }
    let file = file.filter(|value| !value.trim().is_empty());
    Ok(variable(variable_name)?.or(file.cloned()))
}

/// A variable of the environment; an empty one is unset.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Failure> {
    match env::var_os(name).map(std::ffi::OsString::into_string) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value).filter(|value| !value.trim().is_empty())),
        Some(Err(_)) => Err(Failure::usage(format!("{name} is not UTF-8"))),
    }
}

/// The folder for what is kept between runs, such as the history of prompts.
pub(crate) fn state_folder() -> Option<PathBuf> {
    xdg("XDG_STATE_HOME", ".local/state").map(|folder| folder.join("groq"))
}

fn default_path() -> Option<PathBuf> {
    xdg("XDG_CONFIG_HOME", ".config").map(|folder| folder.join("groq").join("config.toml"))
}

/// By the XDG convention, only absolute paths count.
fn xdg(name: &str, in_home: &str) -> Option<PathBuf> {
    let absolute = |name| {
        env::var_os(name)
            .map(PathBuf::from)
            .filter(|path: &PathBuf| path.is_absolute())
    };
    absolute(name).or_else(|| {
        let home = absolute("HOME").or_else(|| absolute("USERPROFILE"))?;
        Some(home.join(in_home))
    })
}

/// Parses settings; an error names its line.
fn parse(text: &str) -> Result<Settings, String> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = memchr::memchr_iter(b'\n', &text.as_bytes()[..at]).count() + 1;
        let message = error.message().lines().collect::<Vec<_>>().join(" ");
        let hint = if message.contains("`api_key`") {
            "; the key belongs in GROQ_API_KEY"
        } else {
            ""
        };
        format!("line {line}: {message}{hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_sets_what_it_names() {
        let settings = parse("model = \"a/b\"\n\nvoice = 'troy' # a comment\n").unwrap();
        assert_eq!(settings.model.as_deref(), Some("a/b"));
        assert_eq!(settings.voice.as_deref(), Some("troy"));
        assert_eq!(parse("").unwrap(), Settings::default());
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        for (text, line, what) in [
            ("model = 'a'\nmodle = 'b'\n", "line 2: ", "modle"),
            ("\n\nmodel = 3", "line 3: ", "string"),
            ("model = 'a'\nmodel = 'b'", "line 2: ", "duplicate"),
            ("model", "line 1: ", ""),
            ("api_key = 'x'", "line 1: ", "GROQ_API_KEY"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(
                error.starts_with(line) && error.contains(what),
                "{text:?}: {error}"
            );
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }

    #[test]
    fn the_option_wins_over_the_file() {
        let purpose = DefaultModel::Transcription;
        let settings = parse("transcription_model = 'file'").unwrap();
        assert_eq!(
            settings.model(purpose, Some(&"flag".to_owned())).unwrap(),
            "flag"
        );
        assert_eq!(settings.model(purpose, None).unwrap(), "file");
        let empty = parse("transcription_model = ' '").unwrap();
        assert_eq!(
            empty.model(purpose, None).unwrap(),
            "whisper-large-v3-turbo"
        );
    }
}
