//! The models that the mock has: those of the catalog of groq-models.

pub(crate) mod operations;

use groq_models::{Catalog, Cost, Date, JsonSchemaSupport, ModelInfo, ModelKind, Price};
use groq_types::{Modality, Model, ModelFeature, ModelPricing, SamplingParameter};
use serde_json::Value;

use crate::api_error::{ApiError, Outcome};

/// The day whose models are served, so that a mock is the same for as long as it is used: year, month, day.
const DAY: (u16, u8, u8) = (2026, 8, 15);
/// When a model of the user's own was made, and those whose day is not known.
const CREATED: u64 = 1_735_689_600;

/// All models of one mock.
#[derive(Debug)]
pub(crate) struct Models {
    catalog: Catalog,
    entries: Vec<ModelEntry>,
}

/// A model, as the list shows it and as the operations ask about it.
#[derive(Clone, Debug)]
pub(crate) struct ModelEntry {
    pub(crate) id: String,
    pub(crate) info: ModelInfo,
    pub(crate) family: Family,
    pub(crate) context: u64,
    pub(crate) max_completion: u64,
}

/// What a model does about reasoning, which differs in parameters and in the reply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Family {
    /// No reasoning.
    Plain,
    /// An effort of low, medium or high; reasoning is never in the content.
    GptOss,
    /// An effort of none or default; reasoning may be in the content.
    Qwen,
}

impl Models {
    pub(crate) fn new(extra: &[String]) -> Self {
        let (year, month, day) = DAY;
        let catalog = Catalog::shipped();
        let day = Date::new(year, month, day).unwrap_or(catalog.as_of());
        let catalog = catalog.on(day);
        let is_served = |model: &&ModelInfo| {
            model.context_window.is_some() && model.name.is_some() && !catalog.is_retired(&model.id)
        };
        let served = catalog.models().filter(is_served).cloned();
        let extra = extra.iter().map(|id| own(id, day));
        let entries = served.chain(extra).map(ModelEntry::new).collect();
        Self { catalog, entries }
    }

    pub(crate) fn all(&self) -> &[ModelEntry] {
        &self.entries
    }

    /// The model of that name, or why there is none.
    pub(crate) fn find(&self, id: &str) -> Outcome<&ModelEntry> {
        if let Some(model) = self.entries.iter().find(|model| model.id == id) {
            return Ok(model);
        }
        if !self.catalog.is_retired(id) {
            return Err(ApiError::unknown_model(id));
        }
        let message = format!(
            "The model `{id}` has been decommissioned and is no longer supported. See https://console.groq.com/docs/deprecations for a model to use instead."
        );
        Err(ApiError::invalid(message).code("model_decommissioned"))
    }
}

/// What a model of the user's own is: able to do all, without reasoning.
fn own(id: &str, day: Date) -> ModelInfo {
    let mut model = ModelInfo::new(id, day);
    model.kind = ModelKind::Chat;
    model.owner = Some("mock".to_owned());
    model.context_window = Some(131_072);
    model.max_completion_tokens = Some(65_536);
    model.tools = Some(true);
    model.json_object = Some(true);
    model.json_schema = Some(JsonSchemaSupport::Strict);
    model
}

impl ModelEntry {
    fn new(info: ModelInfo) -> Self {
        let family = match info.reasoning_format {
            Some(true) => Family::Qwen,
            _ if info.reasoning_efforts.is_empty() => Family::Plain,
            _ => Family::GptOss,
        };
        let context = info.context_window.unwrap_or(131_072);
        Self {
            id: info.id.clone(),
            family,
            context,
            max_completion: info.max_completion_tokens.unwrap_or(context),
            info,
        }
    }

    pub(crate) fn has_tools(&self) -> bool {
        self.info.tools == Some(true)
    }

    pub(crate) fn takes_images(&self) -> bool {
        self.info.images == Some(true)
    }

    pub(crate) fn json_schema(&self) -> JsonSchemaSupport {
        self.info.json_schema.unwrap_or(JsonSchemaSupport::No)
    }

    /// Whether it is a system that runs tools of its own.
    pub(crate) fn is_system(&self) -> bool {
        self.info.kind == ModelKind::System
    }

    /// The model as the API shows it.
    pub(crate) fn listed(&self) -> Model {
        let info = &self.info;
        let (input, output) = self.modalities();
        let mut model = Model::new(&self.id)
            .with_object("model")
            .with_created(info.created.unwrap_or(CREATED))
            .with_owned_by(info.owner.as_deref().unwrap_or_default())
            .with_active(true)
            .with_name(info.name.as_deref().unwrap_or(&self.id))
            .with_context_window(self.context)
            .with_context_length(self.context)
            .with_max_completion_tokens(self.max_completion)
            .with_max_output_length(self.max_completion)
            .with_public_apps(Value::Null)
            .with_input_modalities(input)
            .with_output_modalities(output);
        if info.kind.converses() {
            use SamplingParameter::{MaxTokens, Seed, Stop, Temperature, TopP};
            model = model.with_supported_sampling_parameters([
                Temperature,
                TopP,
                Stop,
                Seed,
                MaxTokens,
            ]);
        }
        model.hugging_face_id.clone_from(&info.hugging_face_id);
        model.pricing = info.price.as_ref().and_then(pricing);
        let features = [
            (self.has_tools(), ModelFeature::Tools),
            (info.json_object == Some(true), ModelFeature::JsonMode),
            (
                self.json_schema() > JsonSchemaSupport::No,
                ModelFeature::StructuredOutputs,
            ),
            (self.family != Family::Plain, ModelFeature::Reasoning),
        ];
        let features = features.into_iter().filter(|(has, _)| *has);
        let features: Vec<_> = features.map(|(_, feature)| feature).collect();
        model.supported_features = (!features.is_empty()).then_some(features);
        model
    }

    fn modalities(&self) -> (Vec<Modality>, Vec<Modality>) {
        let text = || vec![Modality::Text];
        match self.info.kind {
            ModelKind::Transcription => (vec![Modality::Audio], vec![Modality::Transcription]),
            ModelKind::Speech => (text(), vec![Modality::Speech]),
            ModelKind::Embedding => (text(), vec![Modality::Other("embedding".to_owned())]),
            _ if self.takes_images() => (vec![Modality::Text, Modality::Image], text()),
            _ => (text(), text()),
        }
    }
}

/// Dollars for a token or a character.
fn pricing(price: &Price) -> Option<ModelPricing> {
    let (prompt, cached, completion) = match price {
        Price::Tokens {
            input,
            cached_input,
            output,
        } => (input, cached_input.as_ref(), Some(output)),
        Price::Characters { input } => (input, None, None),
        _ => return None,
    };
    let mut pricing = ModelPricing::new()
        .with_prompt(each(*prompt))
        .with_image("0")
        .with_request("0");
    pricing.input_cache_read = cached.copied().map(each);
    // Speech has no price for its output: the wire leaves the key out.
    pricing.completion = completion.copied().map(each);
    Some(pricing)
}

/// The millionth of a price, as a decimal number.
fn each(million: Cost) -> String {
    let text = format!("0.{:015}", million.nano_dollars());
    text.trim_end_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_models_can_do() {
        use JsonSchemaSupport::{BestEffort, No, Strict};
        let models = Models::new(&["my/own".into()]);
        for (id, family, json_schema, tools) in [
            ("openai/gpt-oss-20b", Family::GptOss, Strict, true),
            (
                "openai/gpt-oss-safeguard-20b",
                Family::GptOss,
                BestEffort,
                true,
            ),
            ("llama-3.3-70b-versatile", Family::Plain, No, true),
            ("qwen/qwen3.8-27b", Family::Qwen, No, true),
            ("groq/compound", Family::Plain, No, false),
            ("allam-2-7b", Family::Plain, No, false),
            ("my/own", Family::Plain, Strict, true),
        ] {
            let model = models.find(id).unwrap();
            let can = (model.family, model.json_schema(), model.has_tools());
            assert_eq!(can, (family, json_schema, tools), "{id}");
        }
    }

    #[test]
    fn models_that_are_not_there() {
        let models = Models::new(&[]);
        let gone = models.find("gemma2-9b-it").unwrap_err();
        assert_eq!(
            (gone.status, gone.code),
            (400, Some("model_decommissioned"))
        );
        let unknown = models.find("nobody/nothing").unwrap_err();
        assert_eq!(
            (unknown.status, unknown.code),
            (404, Some("model_not_found"))
        );
    }
}
