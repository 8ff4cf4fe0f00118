//! What is asked of a model, and whether it can. A model that is unknown is not refused.

use groq_models::Catalog;
#[cfg(feature = "decode")]
use groq_models::ModelInfo;

#[cfg(feature = "decode")]
use crate::error::Error;

/// What a request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Task {
    /// Writes down what is said, in its own language.
    #[default]
    Transcribe,
    /// Writes down in English what is said in another language.
    Translate,
}

#[cfg(feature = "decode")]
/// Refuses what a known model cannot do, with the name of one that can: translate, or know another language than English.
pub(crate) fn check(id: &str, task: Task, language: Option<&str>) -> Result<(), Error> {
    let catalog = Catalog::shipped();
    let Some(model) = catalog.get(id) else {
        return Ok(());
    };
    let translates = |model: &ModelInfo| model.transcription.is_some_and(|info| info.translates);
    if task == Task::Translate && model.transcription.is_some() && !translates(model) {
        return Err(refusal(&catalog, id, "cannot translate", translates));
    }
    let english_only = |model: &ModelInfo| model.languages == ["en"];
    if english_only(model) && !language.is_none_or(is_english) {
        let others = |model: &ModelInfo| !model.languages.is_empty() && !english_only(model);
        return Err(refusal(&catalog, id, "knows only English", others));
    }
    Ok(())
}

#[cfg(feature = "decode")]
fn refusal(catalog: &Catalog, id: &str, why: &str, fits: impl Fn(&ModelInfo) -> bool) -> Error {
    let usable =
        |model: &&ModelInfo| model.transcription.is_some() && !catalog.is_retired(&model.id);
    let other = catalog.models().filter(usable).find(|model| fits(model));
    let other = other.map_or("another model", |model| &model.id);
    Error::options(format!("model '{id}' {why}: use '{other}'"))
}

#[cfg(feature = "decode")]
fn is_english(language: &str) -> bool {
    language.eq_ignore_ascii_case("en") || language.eq_ignore_ascii_case("english")
}

#[cfg(feature = "decode")]
/// Refuses a prompt that the service would refuse: it is too long, or is sure to have too many tokens.
pub(crate) fn check_prompt(prompt: &str) -> Result<(), Error> {
    let catalog = Catalog::shipped();
    let (most_chars, most_tokens) = {
        let service = catalog.service();
        (service.audio_prompt_chars, service.audio_prompt_tokens)
    };
    let chars = prompt.chars().count();
    if chars > most_chars {
        return Err(Error::options(format!(
            "the prompt has {chars} characters, and at most {most_chars} are possible"
        )));
    }
    let tokens = fewest_tokens(prompt);
    if tokens > most_tokens {
        return Err(Error::options(format!(
            "the prompt has at least {tokens} tokens, and the models use at most {most_tokens}"
        )));
    }
    Ok(())
}

#[cfg(feature = "decode")]
/// A lower bound of the tokens: no token of the models' vocabulary spans two words.
fn fewest_tokens(prompt: &str) -> usize {
    prompt.split_whitespace().count()
}

/// The code of a language that a response names in English.
#[cfg_attr(not(feature = "decode"), allow(dead_code))]
pub(crate) fn language_code(name: &str) -> Option<String> {
    Catalog::shipped().language_code(name).map(str::to_owned)
}

#[cfg(all(test, feature = "decode"))]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_cannot_is_refused_with_one_that_can() {
        let error = check("whisper-large-v3-turbo", Task::Translate, None).expect_err("turbo");
        assert!(error.is_invalid_request());
        assert!(error.to_string().contains("'whisper-large-v3'"));
        let error = check("distil-whisper-large-v3-en", Task::Transcribe, Some("de"));
        assert!(
            error
                .expect_err("German")
                .to_string()
                .contains("only English")
        );
        assert!(check("whisper-large-v9", Task::Translate, Some("de")).is_ok());
        assert!(check("distil-whisper-large-v3-en", Task::Transcribe, Some("en")).is_ok());
    }

    #[test]
    fn long_prompts_are_refused() {
        assert!(check_prompt(&"é".repeat(896)).is_ok());
        assert!(check_prompt(&"é".repeat(897)).is_err());
        assert!(check_prompt(&"a ".repeat(225)).is_err());
    }

    #[test]
    fn languages_have_codes() {
        assert_eq!(language_code("English").as_deref(), Some("en"));
        assert_eq!(language_code("de").as_deref(), Some("de"));
        assert_eq!(language_code("klingon"), None);
    }
}
