//! All models, and where to find what is known of them.

mod file;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use groq_types::ModelList;
use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::diagnostic::Diagnostics;
use crate::error::{Error, ErrorKind};
use crate::model::ModelInfo;
use crate::price::{Billing, Cost, Price};
use crate::quota::{Plan, Quota};
use crate::service::ServiceLimits;
use crate::usage::Usage;

/// What is known about models: data with a date. A model that is not in it is only unknown, never refused.
///
/// Copies are cheap: they share their content until one of them changes.
///
/// ```
/// use groq_models::Catalog;
///
/// let catalog = Catalog::shipped();
/// let model = catalog.get("openai/gpt-oss-20b").expect("a known model");
/// assert_eq!(model.max_completion_tokens, Some(65_536));
/// assert!(catalog.get("some/new-model").is_none());
/// ```
#[derive(Clone, Debug)]
pub struct Catalog {
    content: Arc<Content>,
    day: Option<Date>,
}

#[derive(Clone, Debug)]
struct Content {
    as_of: Date,
    sources: BTreeMap<String, Source>,
    service: ServiceLimits,
    defaults: BTreeMap<DefaultModel, String>,
    languages: BTreeMap<String, String>,
    models: BTreeMap<String, ModelInfo>,
}

/// Where facts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Source {
    /// What it is.
    pub title: String,
    /// The day that it shows.
    pub date: Date,
}

/// What a default is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DefaultModel {
    /// A model to converse with.
    Chat,
    /// A model to transcribe with.
    Transcription,
    /// A model to translate speech with.
    Translation,
    /// A model to speak with.
    Speech,
    /// A voice of the model to speak with.
    Voice,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

/// What matters most in a transcription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TranscriptionPriority {
    /// Few errors, in any language.
    Accuracy,
    /// A low price, in any language.
    Price,
    /// A low price; the speech is English.
    EnglishOnly,
    /// A translation into English.
    Translation,
}

static SHIPPED: LazyLock<Catalog> = LazyLock::new(|| {
    let file = include_bytes!("../data/models.json");
    Catalog::from_json(file).expect("a test reads the file that is shipped")
});

impl Default for Catalog {
    fn default() -> Self {
        Self::shipped()
    }
}

impl Catalog {
    /// Returns the catalog that this version of the crate was released with.
    pub fn shipped() -> Self {
        SHIPPED.clone()
    }

    /// Reads a catalog from the text of a file. Unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// [`is_unsupported_format`](Error::is_unsupported_format) if the file has a later format than this version knows;
    /// [`is_invalid_catalog`](Error::is_invalid_catalog) if it is not JSON, a value is wrong, or a model stands there twice.
    ///
    /// ```
    /// use groq_models::Catalog;
    ///
    /// let file = Catalog::shipped().to_json();
    /// let copy = Catalog::from_json(file.as_bytes())?;
    /// assert_eq!(copy.as_of(), Catalog::shipped().as_of());
    /// # Ok::<(), groq_models::Error>(())
    /// ```
    pub fn from_json(file: &[u8]) -> Result<Self, Error> {
        Ok(Self {
            content: Arc::new(file::read(file)?),
            day: None,
        })
    }

    /// Reads a catalog from a file.
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io) if the file cannot be read, and the errors of [`from_json`](Self::from_json).
    pub fn load(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| {
            let message = format!("cannot read the catalog {}: {error}", path.display());
            Error::new(ErrorKind::Io, message).with_source(error)
        })?;
        Self::from_json(&bytes)
    }

    /// Writes the catalog as the text of a file, with everything that was inserted and refreshed.
    pub fn to_json(&self) -> String {
        file::write(&self.content)
    }

    /// Sets the day that counts as today for retirements and refreshes. By default it is today, or [`as_of`](Self::as_of) on a
    /// platform without a clock.
    ///
    /// ```
    /// use groq_models::Catalog;
    ///
    /// let catalog = Catalog::shipped().on("2026-09-20".parse()?);
    /// assert!(!catalog.is_retired("groq/compound"));
    /// assert!(catalog.on("2026-09-21".parse()?).is_retired("groq/compound"));
    /// # Ok::<(), groq_models::Error>(())
    /// ```
    #[must_use = "it returns the catalog of that day"]
    pub fn on(mut self, day: Date) -> Self {
        self.day = Some(day);
        self
    }

    /// Returns the day of the file that this catalog was read from.
    pub fn as_of(&self) -> Date {
        self.content.as_of
    }

    fn today(&self) -> Date {
        let today = self.day.or_else(Date::today);
        today.unwrap_or(self.content.as_of)
    }

    /// Returns what is known about a model.
    pub fn get(&self, id: &str) -> Option<&ModelInfo> {
        self.content.models.get(id)
    }

    /// Returns all models, in the order of their ids.
    ///
    /// ```
    /// assert!(groq_models::Catalog::shipped().models().any(|model| model.id == "whisper-large-v3"));
    /// ```
    pub fn models(&self) -> impl Iterator<Item = &ModelInfo> {
        self.content.models.values()
    }

    /// Adds a model, in place of the one with the same id.
    pub fn insert(&mut self, model: ModelInfo) {
        let models = &mut Arc::make_mut(&mut self.content).models;
        models.insert(model.id.clone(), model);
    }

    /// Takes over what the service says about its models. What it does not mention stays as it was.
    ///
    /// ```
    /// use groq_models::Catalog;
    /// use groq_models::types::{Model, ModelList};
    ///
    /// let list = ModelList::new([Model::new("some/new-model").with_context_window(8_192u64)]);
    /// let mut catalog = Catalog::shipped();
    /// catalog.refresh(&list);
    /// assert_eq!(catalog.get("some/new-model").and_then(|model| model.context_window), Some(8_192));
    /// ```
    pub fn refresh(&mut self, list: &ModelList) {
        let today = self.today();
        let models = &mut Arc::make_mut(&mut self.content).models;
        for model in &list.data {
            models
                .entry(model.id.clone())
                .or_insert_with(|| ModelInfo::new(&model.id, today))
                .refresh(model, today);
        }
    }

    /// Returns whether a model is shut down by now. Enterprise customers may still have it.
    pub fn is_retired(&self, id: &str) -> bool {
        let end = self.get(id).and_then(|model| model.retirement.as_ref());
        end.is_some_and(|end| end.date <= self.today())
    }

    /// Returns the model that replaces one that is shut down, or is going to be. Where that is shut down by now as well, its own
    /// successor is returned.
    ///
    /// ```
    /// use groq_models::Catalog;
    ///
    /// let catalog = Catalog::shipped().on("2026-12-01".parse()?);
    /// // gemma2-9b-it was replaced by llama-3.1-8b-instant, which was replaced as well.
    /// assert_eq!(catalog.successor("gemma2-9b-it").map(|model| &*model.id), Some("openai/gpt-oss-20b"));
    /// assert!(catalog.successor("openai/gpt-oss-20b").is_none());
    /// # Ok::<(), groq_models::Error>(())
    /// ```
    pub fn successor(&self, id: &str) -> Option<&ModelInfo> {
        let mut model = self.get(id)?;
        // No chain is longer than the catalog, unless it is a circle.
        for _ in 0..self.content.models.len() {
            model = self.get(model.retirement.as_ref()?.successor.as_deref()?)?;
            if !self.is_retired(&model.id) {
                return Some(model);
            }
        }
        None
    }

    /// Returns what the service allows, whatever the model.
    pub fn service(&self) -> &ServiceLimits {
        &self.content.service
    }

    /// Returns the most bytes of audio that may be attached to a request.
    pub fn upload_bytes(&self, plan: Plan) -> u64 {
        self.service().upload_bytes.of(plan)
    }

    /// Returns the rate limits of a model with a plan; `None` if they are unknown.
    pub fn quota(&self, model: &str, plan: Plan) -> Option<Quota> {
        self.get(model)?.quotas.of(plan)
    }

    /// Returns what a usage of a model costs, rounded to the nano-dollar; `None` if the price is unknown.
    ///
    /// ```
    /// use groq_models::{Billing, Catalog, Usage};
    ///
    /// let catalog = Catalog::shipped();
    /// let usage = Usage::new(1_000_000, 0);
    /// let cost = |billing| catalog.cost("openai/gpt-oss-120b", &usage, billing).map(|cost| cost.to_string());
    /// assert_eq!(cost(Billing::OnDemand).as_deref(), Some("$0.15"));
    /// assert_eq!(cost(Billing::Batch).as_deref(), Some("$0.075"));
    /// assert!(catalog.cost("some/new-model", &usage, Billing::OnDemand).is_none());
    /// ```
    pub fn cost(&self, model: &str, usage: &Usage, billing: Billing) -> Option<Cost> {
        let price = self.get(model)?.price?;
        price.cost(usage, billing, self.service().batch_price_percent)
    }

    /// Returns the model, or the voice, to use where the caller names none.
    ///
    /// ```
    /// use groq_models::{Catalog, DefaultModel};
    ///
    /// let catalog = Catalog::shipped();
    /// assert_eq!(catalog.default_model(DefaultModel::Transcription), Some("whisper-large-v3-turbo"));
    /// ```
    pub fn default_model(&self, purpose: DefaultModel) -> Option<&str> {
        self.content.defaults.get(&purpose).map(String::as_str)
    }

    /// Returns the source of a fact about a model, such as `context_window` or `quotas.free`.
    pub fn source(&self, model: &str, fact: &str) -> Option<&Source> {
        let key = self.get(model)?.source_of(fact)?;
        self.content.sources.get(key)
    }

    /// Returns the code of a language that a transcription names in English. A code is returned as it is.
    ///
    /// ```
    /// use groq_models::Catalog;
    ///
    /// let catalog = Catalog::shipped();
    /// assert_eq!(catalog.language_code("Haitian Creole"), Some("ht"));
    /// assert_eq!(catalog.language_code("yue"), Some("yue"));
    /// assert_eq!(catalog.language_code("klingon"), None);
    /// ```
    pub fn language_code<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if (2..=3).contains(&name.len()) {
            return Some(name);
        }
        let lower = name.to_lowercase();
        let mut languages = self.content.languages.iter();
        let (code, _) = languages.find(|(_, name)| **name == lower)?;
        Some(code)
    }

    /// Returns the English name of a language, as transcriptions name it.
    ///
    /// ```
    /// assert_eq!(groq_models::Catalog::shipped().language_name("de"), Some("german"));
    /// ```
    pub fn language_name(&self, code: &str) -> Option<&str> {
        self.content.languages.get(code).map(String::as_str)
    }

    /// Returns the transcription model that fits best; none that is shut down.
    pub fn choose_transcription_model(
        &self,
        priority: TranscriptionPriority,
    ) -> Option<&ModelInfo> {
        let candidates = self.models().filter_map(|model| {
            let info = model
                .transcription
                .filter(|_| !self.is_retired(&model.id))?;
            let price = match model.price {
                #[expect(clippy::cast_precision_loss, reason = "only compared")]
                Some(Price::AudioHour { input }) => input.nano_dollars() as f64,
                _ => f64::INFINITY,
            };
            let multilingual = model.languages.len() > 1;
            let key = match priority {
                TranscriptionPriority::Accuracy if multilingual => info.word_error_percent,
                TranscriptionPriority::Price if multilingual => price,
                TranscriptionPriority::EnglishOnly => price,
                TranscriptionPriority::Translation if info.translates => info.word_error_percent,
                _ => return None,
            };
            Some((key, model))
        });
        let best = candidates.min_by(|(one, _), (other, _)| one.total_cmp(other));
        best.map(|(_, model)| model)
    }

    /// Checks a recording before it is sent: its length, and its size against what may be attached with a plan.
    ///
    /// ```
    /// use std::time::Duration;
    /// use groq_models::{Catalog, Plan};
    ///
    /// let catalog = Catalog::shipped();
    /// let (length, bytes) = (Some(Duration::from_secs(1_200)), Some(40_000_000));
    /// assert!(catalog.check_audio(length, bytes, Plan::Free).into_result().is_err());
    /// assert!(catalog.check_audio(length, bytes, Plan::Developer).is_empty());
    /// ```
    pub fn check_audio(
        &self,
        length: Option<Duration>,
        bytes: Option<u64>,
        plan: Plan,
    ) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let (service, most) = (self.service(), self.upload_bytes(plan));
        let shorter = |least: Duration| length.is_some_and(|length| length < least);
        if shorter(service.min_audio()) {
            let least = service.min_audio().as_secs_f64();
            diagnostics.error("file", format!("it is shorter than {least} seconds"));
        }
        if shorter(service.min_billed_audio()) {
            let billed = service.min_billed_audio().as_secs_f64();
            let message = format!("it is billed as {billed} seconds");
            diagnostics.note("file", message);
        }
        if let Some(bytes) = bytes.filter(|bytes| *bytes > most) {
            let message = format!(
                "it has {bytes} bytes, and at most {most} may be attached with the {plan} plan; give its URL instead"
            );
            diagnostics.error("file", message);
        }
        diagnostics
    }
}
