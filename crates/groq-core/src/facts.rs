//! What is known about models: data with a date, to choose and to check by, never to refuse what it does not know.
//!
//! The table that ships with this crate was written down in September 2026 from Groq's documentation. [`Catalogue::refresh`] brings in what
//! the service itself says today.
//!
//! ```no_run
//! use groq_core::facts::{Catalogue, SpeechPriority};
//!
//! # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
//! let mut catalogue = Catalogue::shipped();
//! let list = client.models().list().await?;
//! catalogue.refresh(&list);
//!
//! let model = catalogue.get("openai/gpt-oss-20b").expect("it was there in 2026");
//! println!("{:?} tokens", model.context_window);
//!
//! let model = catalogue.choose_speech_model(SpeechPriority::Accuracy).expect("there is one");
//! println!("{}", model.id);
//! # Ok(())
//! # }
//! ```

mod date;
mod languages;
mod shipped;

use std::borrow::Cow;
use std::collections::BTreeMap;

use groq_types::{Modality, Model, ModelFeature, ModelList};

pub use date::today;

/// What is known about models.
#[derive(Clone, Debug)]
pub struct Catalogue {
    models: BTreeMap<String, ModelFacts>,
    today: String,
}

/// What is known about one model. What is `None` is not known.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ModelFacts {
    /// Its id, as requests name it.
    pub id: String,
    /// The day the facts are of: `2026-09-15`.
    pub as_of: String,
    /// What it does.
    pub kind: ModelKind,
    /// How many tokens it can take in and put out together.
    pub context_window: Option<u64>,
    /// How many tokens it can put out at most, reasoning included.
    pub max_completion_tokens: Option<u64>,
    /// Whether it takes images.
    pub images: Option<bool>,
    /// Whether it can call tools.
    pub tools: Option<bool>,
    /// Whether it can be held to a JSON schema, and how.
    pub json_schema: Option<JsonSchemaSupport>,
    /// Whether it thinks before it answers.
    pub reasoning: Option<bool>,
    /// What it costs, in US dollars.
    pub price: Option<Price>,
    /// How good it is at writing down speech.
    pub speech: Option<SpeechFacts>,
    /// The languages that it hears or speaks, by their codes: `en`. None are listed where nobody said.
    pub languages: Cow<'static, [&'static str]>,
    /// The voices it speaks with.
    pub voices: Cow<'static, [&'static str]>,
    /// How many characters it speaks at once at most.
    pub max_input_chars: Option<usize>,
    /// When it is shut down, and what follows it.
    pub retirement: Option<Retirement>,
}

/// What a model does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ModelKind {
    /// It converses.
    Chat,
    /// It converses, and searches and runs code by itself.
    System,
    /// It judges whether a text is safe.
    Guard,
    /// It writes down speech.
    Transcription,
    /// It speaks.
    Speech,
    /// Something else, or nobody said.
    Other,
}

/// How a model can be held to a JSON schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonSchemaSupport {
    /// It cannot: it only knows JSON mode.
    No,
    /// It tries, and the service checks the result.
    BestEffort,
    /// With `strict`, it can write nothing else.
    Strict,
}

/// What a model costs, in US dollars.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Price {
    /// A million tokens.
    Tokens {
        /// Of the prompt.
        input: f64,
        /// Of the reply.
        output: f64,
    },
    /// An hour of audio.
    AudioHour(f64),
    /// A million characters of text to speak.
    Characters(f64),
}

/// How good a model is at writing down speech.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpeechFacts {
    /// How many seconds of audio it does in a second.
    pub speed_factor: f64,
    /// How many of a hundred words are wrong.
    pub word_error_rate: f64,
    /// Whether it can translate into English.
    pub translates: bool,
    /// Whether it knows other languages than English.
    pub multilingual: bool,
}

/// The end of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retirement {
    /// The day: `2026-09-14`.
    pub date: &'static str,
    /// What the documentation recommends in its place.
    pub successor: Option<&'static str>,
    /// Enterprise customers may still have it.
    pub enterprise_keeps_it: bool,
}

/// What matters in writing down speech: the three cases of the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpeechPriority {
    /// Few errors, in any language.
    Accuracy,
    /// A low price, in any language.
    Price,
    /// Speed and a low price; the speech is English.
    EnglishOnly,
    /// A translation into English.
    Translation,
}

impl Default for Catalogue {
    fn default() -> Self {
        Self::shipped()
    }
}

impl Catalogue {
    /// What was known when this version of the crate was made.
    pub fn shipped() -> Self {
        let models = shipped::all().map(|facts| (facts.id.clone(), facts));
        Self {
            models: models.collect(),
            today: today(),
        }
    }

    /// Sets the day that retirements are seen from, such as `2026-09-15`; by default it is the day the catalogue was made.
    pub fn on(mut self, day: impl Into<String>) -> Self {
        self.today = day.into();
        self
    }

    /// The facts about a model. `None` says nothing against it.
    pub fn get(&self, id: &str) -> Option<&ModelFacts> {
        self.models.get(id)
    }

    /// All models, by their ids.
    pub fn models(&self) -> impl Iterator<Item = &ModelFacts> {
        self.models.values()
    }

    /// Adds facts, in place of those about the same model.
    pub fn insert(&mut self, facts: ModelFacts) {
        self.models.insert(facts.id.clone(), facts);
    }

    /// Takes over what the service says. What it says nothing about stays as it was.
    pub fn refresh(&mut self, list: &ModelList) {
        for model in &list.data {
            let day = self.today.clone();
            self.models
                .entry(model.id.clone())
                .or_insert_with(|| ModelFacts::new(&model.id))
                .take_over(model, day);
        }
    }

    /// The model for what matters most; none that is shut down.
    pub fn choose_speech_model(&self, priority: SpeechPriority) -> Option<&ModelFacts> {
        let candidates = self.models().filter_map(|model| {
            let speech = model.speech.filter(|_| !self.is_retired(model))?;
            let price = match model.price {
                Some(Price::AudioHour(price)) => price,
                _ => f64::INFINITY,
            };
            let key = match priority {
                SpeechPriority::Accuracy if speech.multilingual => speech.word_error_rate,
                SpeechPriority::Price if speech.multilingual => price,
                SpeechPriority::EnglishOnly => price,
                SpeechPriority::Translation if speech.translates => speech.word_error_rate,
                _ => return None,
            };
            Some((key, model))
        });
        candidates
            .min_by(|(one, _), (other, _)| one.total_cmp(other))
            .map(|(_, model)| model)
    }

    /// Whether a model is shut down by now, for those who are no enterprise customers.
    pub fn is_retired(&self, model: &ModelFacts) -> bool {
        // Dates of this form sort as text.
        model
            .retirement
            .is_some_and(|retirement| *retirement.date <= *self.today)
    }
}

impl ModelFacts {
    /// A model of which nothing is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            as_of: today(),
            kind: ModelKind::Other,
            context_window: None,
            max_completion_tokens: None,
            images: None,
            tools: None,
            json_schema: None,
            reasoning: None,
            price: None,
            speech: None,
            languages: Cow::Borrowed(&[]),
            voices: Cow::Borrowed(&[]),
            max_input_chars: None,
            retirement: None,
        }
    }

    fn take_over(&mut self, model: &Model, day: String) {
        let context = model.context_window.or(model.context_length);
        self.context_window = context.or(self.context_window);
        let most = model.max_completion_tokens.or(model.max_output_length);
        self.max_completion_tokens = most.or(self.max_completion_tokens);
        if let Some(modalities) = &model.input_modalities {
            self.images = Some(modalities.contains(&Modality::Image));
        }
        if let Some(features) = &model.supported_features {
            self.tools = Some(features.contains(&ModelFeature::Tools));
            self.reasoning = Some(features.contains(&ModelFeature::Reasoning));
            if self.json_schema.is_none() && features.contains(&ModelFeature::StructuredOutputs) {
                self.json_schema = Some(JsonSchemaSupport::BestEffort);
            }
        }
        if self.kind == ModelKind::Other
            && let Some(modalities) = &model.output_modalities
        {
            self.kind = match modalities.first() {
                Some(Modality::Text) => ModelKind::Chat,
                Some(Modality::Speech) => ModelKind::Speech,
                Some(Modality::Transcription) => ModelKind::Transcription,
                _ => ModelKind::Other,
            };
        }
        // Prices per token come as decimal text.
        if let (ModelKind::Chat | ModelKind::System, Some(pricing)) = (self.kind, &model.pricing) {
            let per_million = |price: &Option<String>| price.as_ref()?.parse::<f64>().ok();
            if let (Some(input), Some(output)) = (
                per_million(&pricing.prompt),
                per_million(&pricing.completion),
            ) {
                self.price = Some(Price::Tokens {
                    input: input * 1e6,
                    output: output * 1e6,
                });
            }
        }
        // It is on the list of this day, so it was not shut down before, whatever was announced.
        if model.active != Some(false) && self.retirement.is_some_and(|end| *end.date <= *day) {
            self.retirement = None;
        }
        self.as_of = day;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speech_model_follows_the_documentation_and_the_calendar() {
        let old = Catalogue::shipped().on("2025-08-01");
        let new = Catalogue::shipped().on("2026-11-01");
        for (catalogue, priority, expected) in [
            (&old, SpeechPriority::Accuracy, "whisper-large-v3"),
            (&old, SpeechPriority::Price, "whisper-large-v3-turbo"),
            (
                &old,
                SpeechPriority::EnglishOnly,
                "distil-whisper-large-v3-en",
            ),
            (&new, SpeechPriority::EnglishOnly, "whisper-large-v3-turbo"),
            (&new, SpeechPriority::Translation, "whisper-large-v3"),
        ] {
            let model = catalogue.choose_speech_model(priority).expect("a model");
            assert_eq!(model.id, expected, "{priority:?}");
        }
    }

    #[test]
    fn every_successor_is_known() {
        let catalogue = Catalogue::shipped();
        for model in catalogue.models() {
            if let Some(successor) = model.retirement.and_then(|end| end.successor) {
                assert!(catalogue.get(successor).is_some(), "{successor}");
            }
        }
    }

    #[test]
    fn a_model_on_the_list_is_there_whatever_was_announced() {
        for (day, active, retired) in [
            ("2026-10-01", "true", false),
            ("2026-10-01", "null", false),
            ("2026-10-01", "false", true),
            // What is still to come, comes.
            ("2026-09-01", "true", true),
        ] {
            let mut catalogue = Catalogue::shipped().on(day);
            let list = format!(r#"{{"data":[{{"id":"groq/compound","active":{active}}}]}}"#);
            catalogue.refresh(&serde_json::from_str(&list).expect("a list"));
            let later = catalogue.on("2026-12-01");
            let model = later.get("groq/compound").expect("a model");
            assert_eq!(later.is_retired(model), retired, "{day} {active}");
        }
    }

    #[test]
    fn the_list_of_the_service_wins_where_it_says_something() {
        let mut catalogue = Catalogue::shipped();
        let list: ModelList = serde_json::from_str(
            r#"{"data":[{"id":"new/model","context_window":9,"max_completion_tokens":3,"active":true,
            "input_modalities":["text","image"],"output_modalities":["text"],"supported_features":["tools"],
            "pricing":{"prompt":"0.00000015","completion":"0.0000006"}},
            {"id":"openai/gpt-oss-20b","context_window":7}]}"#,
        )
        .expect("a list");
        catalogue.refresh(&list);
        let new = catalogue.get("new/model").expect("the new one");
        assert_eq!((new.context_window, new.images), (Some(9), Some(true)));
        assert_eq!(new.kind, ModelKind::Chat);
        let Some(Price::Tokens { input, output }) = new.price else {
            panic!("a price")
        };
        assert!((input - 0.15).abs() < 1e-9 && (output - 0.6).abs() < 1e-9);
        let known = catalogue.get("openai/gpt-oss-20b").expect("the known one");
        assert_eq!(known.as_of, today());
        assert_eq!(known.context_window, Some(7));
        assert_eq!(known.max_completion_tokens, Some(65_536));
    }
}
