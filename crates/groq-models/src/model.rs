//! What is known about one model.

use std::collections::BTreeMap;

use groq_types::{Modality, Model, ModelFeature, ReasoningEffort, SpeechFormat};
use serde::{Deserialize, Serialize};

use crate::date::Date;
use crate::price::{Cost, Price};
use crate::quota::{ByPlan, Quota};

/// What is known about one model. A fact that is `None`, and a list that is empty, is unknown.
///
/// ```
/// use groq_models::{Catalog, JsonSchemaSupport};
///
/// let catalog = Catalog::shipped();
/// let model = catalog.get("openai/gpt-oss-20b").expect("a known model");
/// assert_eq!(model.context_window, Some(131_072));
/// assert_eq!(model.json_schema, Some(JsonSchemaSupport::Strict));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ModelInfo {
    /// The id, as requests name it.
    pub id: String,
    /// The day of the newest fact.
    pub as_of: Date,
    /// What the model does.
    pub kind: ModelKind,
    /// The name for people.
    pub name: Option<String>,
    /// Who made it.
    pub owner: Option<String>,
    /// When it was added, in seconds since 1970.
    pub created: Option<u64>,
    /// The id on Hugging Face.
    pub hugging_face_id: Option<String>,
    /// Whom it is for.
    pub stage: Option<Stage>,
    /// The most tokens of prompt and reply together.
    pub context_window: Option<u64>,
    /// The most tokens of a reply, reasoning included.
    pub max_completion_tokens: Option<u64>,
    /// Whether it takes images.
    pub images: Option<bool>,
    /// Whether it calls the tools of a request.
    pub tools: Option<bool>,
    /// Whether it calls several tools in one reply.
    pub parallel_tools: Option<bool>,
    /// The tools that the service runs for it, such as `browser_search`.
    pub builtin_tools: Vec<String>,
    /// Whether it takes the response format `json_object`.
    pub json_object: Option<bool>,
    /// Whether it takes the response format `json_schema`, and how strictly.
    pub json_schema: Option<JsonSchemaSupport>,
    /// Whether it reasons before it answers.
    pub reasoning: Option<bool>,
    /// The values of `reasoning_effort` that it takes.
    pub reasoning_efforts: Vec<ReasoningEffort>,
    /// Whether it may take efforts that are not listed.
    pub more_efforts: bool,
    /// Whether `reasoning_format` decides where its reasoning goes; `include_reasoning` works on all that reason.
    pub reasoning_format: Option<bool>,
    /// The family of its tokenizer, such as `o200k_harmony`.
    pub tokenizer: Option<String>,
    /// The languages that it transcribes or speaks, by their codes: `en`.
    pub languages: Vec<String>,
    /// How well it transcribes.
    pub transcription: Option<TranscriptionInfo>,
    /// The voices that it speaks with.
    pub voices: Vec<String>,
    /// The audio formats that it speaks in.
    pub speech_formats: Vec<SpeechFormat>,
    /// The most characters that it speaks in one request.
    pub max_input_chars: Option<usize>,
    /// What it costs.
    pub price: Option<Price>,
    /// Its rate limits by plan.
    pub quotas: ByPlan<Option<Quota>>,
    /// When it is shut down, and what replaces it.
    pub retirement: Option<Retirement>,
    /// The sources of these facts: lists of fields, by the source's key in the catalog.
    pub evidence: BTreeMap<String, Vec<String>>,
}

/// What a model does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ModelKind {
    /// It converses.
    Chat,
    /// It converses, and searches and runs code by itself.
    System,
    /// It judges whether a text is safe.
    Guard,
    /// It transcribes speech.
    Transcription,
    /// It speaks.
    Speech,
    /// It turns text into vectors.
    Embedding,
    /// It orders documents by a question.
    Reranking,
    /// Something else, or unknown.
    #[default]
    #[serde(other)]
    Other,
}

impl ModelKind {
    /// Returns whether chat completions and responses are possible. An unknown kind counts as possible.
    ///
    /// ```
    /// use groq_models::ModelKind;
    ///
    /// assert!(ModelKind::Chat.converses() && ModelKind::Other.converses());
    /// assert!(!ModelKind::Speech.converses());
    /// ```
    pub fn converses(self) -> bool {
        use ModelKind::{Chat, Guard, Other, System};
        matches!(self, Chat | System | Guard | Other)
    }
}

/// Whom a model is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stage {
    /// For production.
    Production,
    /// For evaluation: it may be gone at short notice.
    Preview,
    /// For enterprise customers.
    Enterprise,
    /// Something that this version does not know.
    #[serde(other)]
    Other,
}

/// Whether and how a model follows a JSON schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum JsonSchemaSupport {
    /// It takes no schema.
    No,
    /// It tries to follow a schema, and the service checks the reply.
    BestEffort,
    /// With `strict`, it can write nothing else.
    Strict,
}

/// How well a model transcribes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TranscriptionInfo {
    /// Whether it translates into English.
    pub translates: bool,
    /// How many seconds of audio it transcribes in a second.
    pub speed_factor: f64,
    /// The word error rate, in percent.
    pub word_error_percent: f64,
}

/// The end of a model.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Retirement {
    /// The first day without it.
    pub date: Date,
    /// What the documentation recommends in its place.
    pub successor: Option<String>,
    /// Whether enterprise customers may still have it.
    #[serde(default)]
    pub enterprise_keeps: bool,
}

impl ModelInfo {
    /// Creates an entry with nothing known beside the id. Set the fields to what you know.
    ///
    /// ```
    /// use groq_models::{Catalog, Date, ModelInfo, ModelKind};
    ///
    /// let mut model = ModelInfo::new("my/model", Date::new(2026, 12, 1).expect("a day"));
    /// model.kind = ModelKind::Chat;
    /// let mut catalog = Catalog::shipped();
    /// catalog.insert(model);
    /// assert!(catalog.get("my/model").is_some());
    /// ```
    pub fn new(id: impl Into<String>, as_of: Date) -> Self {
        Self {
            id: id.into(),
            as_of,
            ..Self::default()
        }
    }

    /// Returns whether the model takes a value of `reasoning_effort`; `None` if that is unknown.
    ///
    /// ```
    /// use groq_models::Catalog;
    /// use groq_models::types::ReasoningEffort;
    ///
    /// let catalog = Catalog::shipped();
    /// let model = catalog.get("openai/gpt-oss-20b").expect("a known model");
    /// assert_eq!(model.takes_effort(&ReasoningEffort::Low), Some(true));
    /// assert_eq!(model.takes_effort(&ReasoningEffort::None), Some(false));
    /// ```
    pub fn takes_effort(&self, effort: &ReasoningEffort) -> Option<bool> {
        if self.reasoning_efforts.contains(effort) {
            return Some(true);
        }
        let unknown = self.reasoning_efforts.is_empty() || self.more_efforts || !effort.is_known();
        (!unknown).then_some(false)
    }

    /// The key of the source of a fact, such as `context_window` or `price.cached_input`.
    pub(crate) fn source_of(&self, fact: &str) -> Option<&str> {
        let find = |fact: &str| {
            let mut sources = self.evidence.iter();
            let found = sources.find(|(_, facts)| facts.iter().any(|one| one == fact));
            found.map(|(source, _)| source.as_str())
        };
        find(fact).or_else(|| find(fact.split_once('.')?.0))
    }

    /// Takes over what the model list says. What it does not mention stays as it was.
    pub(crate) fn refresh(&mut self, model: &Model, today: Date) {
        let context = model.context_window.or(model.context_length);
        self.context_window = context.or(self.context_window);
        let most = model.max_completion_tokens.or(model.max_output_length);
        self.max_completion_tokens = most.or(self.max_completion_tokens);
        for (known, told) in [
            (&mut self.name, &model.name),
            (&mut self.owner, &model.owned_by),
            (&mut self.hugging_face_id, &model.hugging_face_id),
        ] {
            if told.is_some() {
                known.clone_from(told);
            }
        }
        self.created = model.created.filter(|time| *time > 0).or(self.created);
        if let Some(modalities) = &model.input_modalities {
            self.images = Some(modalities.contains(&Modality::Image));
        }
        if let Some(features) = &model.supported_features {
            let has = |feature| Some(features.contains(&feature));
            self.tools = has(ModelFeature::Tools);
            self.json_object = has(ModelFeature::JsonMode);
            self.reasoning = has(ModelFeature::Reasoning);
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
        self.price = price(model, self.kind).or(self.price);
        // It is on the list of this day, so it was not shut down before, whatever was announced.
        let is_over = |end: &Retirement| end.date <= today;
        if model.active != Some(false) && self.retirement.as_ref().is_some_and(is_over) {
            self.retirement = None;
        }
        self.as_of = today;
    }
}

/// The list has decimal dollars for one token, or for one character.
fn price(model: &Model, kind: ModelKind) -> Option<Price> {
    let pricing = model.pricing.as_ref()?;
    let million = |price: &Option<String>| Cost::parse(price.as_deref()?, 6);
    let input = million(&pricing.prompt)?;
    match kind {
        ModelKind::Speech => Some(Price::Characters { input }),
        ModelKind::Transcription => None,
        _ => Some(Price::Tokens {
            input,
            cached_input: million(&pricing.input_cache_read),
            output: million(&pricing.completion)?,
        }),
    }
}
