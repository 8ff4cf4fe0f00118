//! The models that the mock has, and their operations.

pub(crate) mod catalogue;
pub(crate) mod operations;

use groq_types::{Model, ModelFeature};

use self::catalogue::{DECOMMISSIONED, ENTRIES, Entry, Task};
use crate::api_error::{ApiError, Outcome};

/// All models of one mock.
#[derive(Debug)]
pub(crate) struct Models {
    known: Vec<ModelEntry>,
}

/// A model, as the list shows it and as the operations ask about it.
#[derive(Clone, Debug)]
pub(crate) struct ModelEntry {
    pub(crate) id: String,
    pub(crate) family: Family,
    pub(crate) task: Task,
    pub(crate) context: u64,
    pub(crate) max_completion: u64,
    pub(crate) structured: Structured,
    pub(crate) tools: bool,
    pub(crate) listed: Model,
}

/// What a model does about reasoning, which differs in parameters and in the reply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Family {
    /// No reasoning.
    Plain,
    /// `include_reasoning` and an effort of low, medium or high.
    GptOss,
    /// `reasoning_format` and an effort of none or default.
    Qwen,
}

/// What a model does about `json_schema`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Structured {
    No,
    /// With `strict: false` only.
    BestEffort,
    Strict,
}

impl Models {
    pub(crate) fn new(extra: &[String]) -> Self {
        let extra = extra.iter().map(|id| ModelEntry::new(&Entry::extra(), id));
        Self {
            known: ENTRIES
                .iter()
                .map(|entry| ModelEntry::new(entry, entry.id))
                .chain(extra)
                .collect(),
        }
    }

    pub(crate) fn all(&self) -> &[ModelEntry] {
        &self.known
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|model| model.id.as_str())
    }

    /// The model of that name, or why there is none.
    pub(crate) fn find(&self, id: &str) -> Outcome<&ModelEntry> {
        if let Some(model) = self.known.iter().find(|model| model.id == id) {
            return Ok(model);
        }
        if DECOMMISSIONED.contains(&id) {
            return Err(decommissioned(id));
        }
        Err(ApiError::unknown_model(id))
    }
}

impl ModelEntry {
    fn new(entry: &Entry, id: &str) -> Self {
        let listed = entry.listed(id);
        let features = listed.supported_features.clone().unwrap_or_default();
        Self {
            family: family(id),
            structured: match (
                features.contains(&ModelFeature::StructuredOutputs),
                id.contains("safeguard"),
            ) {
                (false, _) => Structured::No,
                (true, true) => Structured::BestEffort,
                (true, false) => Structured::Strict,
            },
            tools: features.contains(&ModelFeature::Tools),
            id: id.to_owned(),
            task: entry.task,
            context: entry.context,
            max_completion: entry.max_completion,
            listed,
        }
    }
}

fn family(id: &str) -> Family {
    let name = id.rsplit('/').next().unwrap_or(id);
    if name.starts_with("gpt-oss") {
        Family::GptOss
    } else if name.starts_with("qwen3") {
        Family::Qwen
    } else {
        Family::Plain
    }
}

fn decommissioned(id: &str) -> Box<ApiError> {
    let message = format!(
        "The model `{id}` has been decommissioned and is no longer supported. See https://console.groq.com/docs/deprecations for a model to use instead."
    );
    ApiError::invalid(message).code("model_decommissioned")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_none_is_both_there_and_gone() {
        let models = Models::new(&[]);
        for (index, model) in models.known.iter().enumerate() {
            assert!(
                models.known[..index]
                    .iter()
                    .all(|other| other.id != model.id),
                "{}",
                model.id
            );
            assert!(!DECOMMISSIONED.contains(&model.id.as_str()), "{}", model.id);
        }
    }

    #[test]
    fn what_models_can_do() {
        let models = Models::new(&["my/own".into()]);
        let table = [
            (
                "openai/gpt-oss-20b",
                Family::GptOss,
                Structured::Strict,
                true,
            ),
            (
                "openai/gpt-oss-safeguard-20b",
                Family::GptOss,
                Structured::BestEffort,
                true,
            ),
            (
                "llama-3.3-70b-versatile",
                Family::Plain,
                Structured::No,
                true,
            ),
            ("qwen/qwen3.8-27b", Family::Qwen, Structured::No, true),
            ("allam-2-7b", Family::Plain, Structured::No, false),
            ("my/own", Family::Plain, Structured::Strict, true),
        ];
        for (id, family, structured, tools) in table {
            let model = models.find(id).unwrap();
            assert_eq!(
                (model.family, model.structured, model.tools),
                (family, structured, tools),
                "{id}"
            );
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
