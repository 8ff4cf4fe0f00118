//! What the facts about a model say against a request.

use groq_types::ReasoningEffort;

use super::content::Contents;
use super::{Findings, Verdict};
use crate::facts::{JsonSchemaSupport, ModelFacts, ModelKind};

pub(super) fn converses(model: &ModelFacts, findings: &mut Findings) {
    if matches!(model.kind, ModelKind::Transcription | ModelKind::Speech) {
        findings.refuse("model", format!("{} does not converse", model.id));
    }
}

pub(super) fn tools(model: &ModelFacts, given: bool, findings: &mut Findings) {
    if given && model.tools == Some(false) {
        findings.refuse("tools", format!("{} takes none", model.id));
    }
}

pub(super) fn contents(
    model: &ModelFacts,
    contents: &Contents,
    field: &'static str,
    findings: &mut Findings,
) {
    let id = &model.id;
    if contents.images > 0 && model.images == Some(false) {
        findings.refuse(field, format!("{id} takes no images"));
    }
    let tokens = contents.tokens();
    if let Some(window) = model.context_window
        && tokens > window
    {
        let message = format!("they are about {tokens} tokens, and {id} takes {window}");
        findings.add(field, Verdict::Doubtful, message);
    }
}

pub(super) fn schema(
    model: &ModelFacts,
    strict: bool,
    field: &'static str,
    findings: &mut Findings,
) {
    let id = &model.id;
    match model.json_schema {
        Some(JsonSchemaSupport::No) => {
            findings.refuse(field, format!("{id} knows JSON mode only, and no schemas"));
        }
        Some(JsonSchemaSupport::BestEffort) if strict => {
            findings.refuse(field, format!("{id} cannot be held to a schema strictly"));
        }
        _ => {}
    }
}

pub(super) fn output(
    model: &ModelFacts,
    asked: Option<u32>,
    field: &'static str,
    findings: &mut Findings,
) {
    if let (Some(asked), Some(most)) = (asked, model.max_completion_tokens)
        && u64::from(asked) > most
    {
        findings.refuse(field, format!("{} writes at most {most} tokens", model.id));
    }
}

pub(super) fn is_gpt_oss(model: &ModelFacts) -> bool {
    model.id.starts_with("openai/gpt-oss")
}

pub(super) fn gpt_oss(
    effort: Option<&ReasoningEffort>,
    field: &'static str,
    parallel_tool_calls: Option<bool>,
    findings: &mut Findings,
) {
    let other = effort
        .is_some_and(|effort| matches!(effort, ReasoningEffort::None | ReasoningEffort::Default));
    findings.refuse_if(other, field, "the gpt-oss models take low, medium and high");
    if parallel_tool_calls == Some(true) {
        findings.add(
            "parallel_tool_calls",
            Verdict::Changed,
            "the gpt-oss models call one tool at a time",
        );
    }
}
