//! What is known about the speech models. What is not known is not refused.

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

/// What one model can do, and what it costs.
///
/// ```
/// let turbo = groq_audio::models::known("whisper-large-v3-turbo").expect("a known model");
/// assert!(!turbo.translates);
/// assert_eq!(turbo.dollars_per_hour, 0.04);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Model {
    /// Its id.
    pub id: &'static str,
    /// Whether it can translate into English.
    pub translates: bool,
    /// Whether it knows English only.
    pub english_only: bool,
    /// The price of an hour of audio, in US dollars.
    pub dollars_per_hour: f64,
}

/// When the prices were read, as `YYYY-MM-DD`.
pub const PRICES_AS_OF: &str = "2026-09-01";

const MODELS: [Model; 3] = [
    Model {
        id: "whisper-large-v3",
        translates: true,
        english_only: false,
        dollars_per_hour: 0.111,
    },
    Model {
        id: "whisper-large-v3-turbo",
        translates: false,
        english_only: false,
        dollars_per_hour: 0.04,
    },
    Model {
        id: "distil-whisper-large-v3-en",
        translates: false,
        english_only: true,
        dollars_per_hour: 0.02,
    },
];

/// What is known about a model; nothing for a model that came later.
pub fn known(id: &str) -> Option<&'static Model> {
    MODELS.iter().find(|model| model.id == id)
}

/// Refuses what a known model cannot do, with the name of one that can.
///
/// # Errors
///
/// [`is_invalid_request`](Error::is_invalid_request): the model cannot translate, or knows only English.
pub fn check(id: &str, task: Task, language: Option<&str>) -> Result<(), Error> {
    let Some(model) = known(id) else {
        return Ok(());
    };
    if task == Task::Translate && !model.translates {
        return Err(refusal(id, "cannot translate", |model| model.translates));
    }
    let english = language.is_none_or(is_english);
    if model.english_only && !english {
        return Err(refusal(id, "knows only English", |model| {
            !model.english_only
        }));
    }
    Ok(())
}

fn refusal(id: &str, why: &str, fits: impl Fn(&Model) -> bool) -> Error {
    let other = MODELS.iter().find(|model| fits(model));
    let other = other.map_or("another model", |model| model.id);
    Error::options(format!("model '{id}' {why}: use '{other}'"))
}

fn is_english(language: &str) -> bool {
    language.eq_ignore_ascii_case("en") || language.eq_ignore_ascii_case("english")
}

/// The most characters of a prompt that the service takes.
pub const PROMPT_CHARS: usize = 896;

/// The most tokens of a prompt that the models heed.
pub const PROMPT_TOKENS: usize = 224;

/// Refuses a prompt that the service would refuse.
///
/// # Errors
///
/// [`is_invalid_request`](Error::is_invalid_request): it has more than 896 characters, or is sure to have more than 224 tokens.
pub fn check_prompt(prompt: &str) -> Result<(), Error> {
    let chars = prompt.chars().count();
    if chars > PROMPT_CHARS {
        return Err(Error::options(format!(
            "the prompt has {chars} characters, and at most {PROMPT_CHARS} are taken"
        )));
    }
    let tokens = fewest_tokens(prompt);
    if tokens > PROMPT_TOKENS {
        return Err(Error::options(format!(
            "the prompt has at least {tokens} tokens, and at most {PROMPT_TOKENS} are heeded"
        )));
    }
    Ok(())
}

/// A lower bound of the tokens: no token of the models' vocabulary spans two words.
fn fewest_tokens(prompt: &str) -> usize {
    prompt.split_whitespace().count()
}

/// The two-letter code of a language that an answer gives by its English name, where Whisper knows it.
#[cfg_attr(not(feature = "decode"), allow(dead_code))]
pub(crate) fn language_code(name: &str) -> Option<&str> {
    if (2..=3).contains(&name.len()) {
        return Some(name);
    }
    let lower = name.to_lowercase();
    LANGUAGES
        .iter()
        .find(|(_, known)| *known == lower)
        .map(|(code, _)| *code)
}

/// Names as Whisper writes them.
#[cfg_attr(not(feature = "decode"), allow(dead_code))]
const LANGUAGES: [(&str, &str); 100] = [
    ("en", "english"),
    ("zh", "chinese"),
    ("de", "german"),
    ("es", "spanish"),
    ("ru", "russian"),
    ("ko", "korean"),
    ("fr", "french"),
    ("ja", "japanese"),
    ("pt", "portuguese"),
    ("tr", "turkish"),
    ("pl", "polish"),
    ("ca", "catalan"),
    ("nl", "dutch"),
    ("ar", "arabic"),
    ("sv", "swedish"),
    ("it", "italian"),
    ("id", "indonesian"),
    ("hi", "hindi"),
    ("fi", "finnish"),
    ("vi", "vietnamese"),
    ("he", "hebrew"),
    ("uk", "ukrainian"),
    ("el", "greek"),
    ("ms", "malay"),
    ("cs", "czech"),
    ("ro", "romanian"),
    ("da", "danish"),
    ("hu", "hungarian"),
    ("ta", "tamil"),
    ("no", "norwegian"),
    ("th", "thai"),
    ("ur", "urdu"),
    ("hr", "croatian"),
    ("bg", "bulgarian"),
    ("lt", "lithuanian"),
    ("la", "latin"),
    ("mi", "maori"),
    ("ml", "malayalam"),
    ("cy", "welsh"),
    ("sk", "slovak"),
    ("te", "telugu"),
    ("fa", "persian"),
    ("lv", "latvian"),
    ("bn", "bengali"),
    ("sr", "serbian"),
    ("az", "azerbaijani"),
    ("sl", "slovenian"),
    ("kn", "kannada"),
    ("et", "estonian"),
    ("mk", "macedonian"),
    ("br", "breton"),
    ("eu", "basque"),
    ("is", "icelandic"),
    ("hy", "armenian"),
    ("ne", "nepali"),
    ("mn", "mongolian"),
    ("bs", "bosnian"),
    ("kk", "kazakh"),
    ("sq", "albanian"),
    ("sw", "swahili"),
    ("gl", "galician"),
    ("mr", "marathi"),
    ("pa", "punjabi"),
    ("si", "sinhala"),
    ("km", "khmer"),
    ("sn", "shona"),
    ("yo", "yoruba"),
    ("so", "somali"),
    ("af", "afrikaans"),
    ("oc", "occitan"),
    ("ka", "georgian"),
    ("be", "belarusian"),
    ("tg", "tajik"),
    ("sd", "sindhi"),
    ("gu", "gujarati"),
    ("am", "amharic"),
    ("yi", "yiddish"),
    ("lo", "lao"),
    ("uz", "uzbek"),
    ("fo", "faroese"),
    ("ht", "haitian creole"),
    ("ps", "pashto"),
    ("tk", "turkmen"),
    ("nn", "nynorsk"),
    ("mt", "maltese"),
    ("sa", "sanskrit"),
    ("lb", "luxembourgish"),
    ("my", "myanmar"),
    ("bo", "tibetan"),
    ("tl", "tagalog"),
    ("mg", "malagasy"),
    ("as", "assamese"),
    ("tt", "tatar"),
    ("haw", "hawaiian"),
    ("ln", "lingala"),
    ("ha", "hausa"),
    ("ba", "bashkir"),
    ("jv", "javanese"),
    ("su", "sundanese"),
    ("yue", "cantonese"),
];

#[cfg(test)]
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
        assert_eq!(language_code("English"), Some("en"));
        assert_eq!(language_code("de"), Some("de"));
        assert_eq!(language_code("klingon"), None);
    }
}
