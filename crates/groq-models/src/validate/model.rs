//! What a model cannot do of what a request asks for.

use groq_types::ReasoningEffort;

use super::content::Contents;
use crate::diagnostic::{Diagnostics, Severity};
use crate::model::{JsonSchemaSupport, ModelInfo};

/// What chat completions and responses ask of a model, by the names of their fields.
pub(super) struct Asked<'a> {
    pub(super) contents: &'a Contents,
    pub(super) contents_field: &'static str,
    pub(super) tools: bool,
    pub(super) parallel_tools: Option<bool>,
    /// Whether there is a JSON schema, and whether it is strict.
    pub(super) schema: Option<bool>,
    pub(super) schema_field: &'static str,
    pub(super) output: Option<u32>,
    pub(super) output_field: &'static str,
    pub(super) effort: Option<&'a ReasoningEffort>,
    pub(super) effort_field: &'static str,
}

pub(super) fn check(model: &ModelInfo, asked: &Asked<'_>, diagnostics: &mut Diagnostics) {
    let id = &model.id;
    if !model.kind.converses() {
        diagnostics.error("model", format!("{id} does not converse"));
    }
    if asked.tools && model.tools == Some(false) {
        diagnostics.error("tools", format!("{id} calls no tools"));
    }
    contents(model, asked, diagnostics);
    match (asked.schema, model.json_schema) {
        (Some(_), Some(JsonSchemaSupport::No)) => {
            let message = format!("{id} takes no JSON schema");
            diagnostics.error(asked.schema_field, message);
        }
        (Some(true), Some(JsonSchemaSupport::BestEffort)) => {
            let message = format!("{id} takes no strict JSON schema");
            diagnostics.error(asked.schema_field, message);
        }
        _ => {}
    }
    if let (Some(asked_for), Some(most)) = (asked.output, model.max_completion_tokens)
        && u64::from(asked_for) > most
    {
        let message = format!("{id} writes at most {most} tokens");
        diagnostics.error(asked.output_field, message);
    }
    if asked.parallel_tools == Some(true) && model.parallel_tools == Some(false) {
        let message = format!("{id} calls one tool at a time");
        diagnostics.add("parallel_tool_calls", Severity::Note, message);
    }
    if let Some(effort) = asked.effort
        && model.takes_effort(effort) == Some(false)
    {
        let efforts = model.reasoning_efforts.iter();
        let efforts: Vec<&str> = efforts.map(ReasoningEffort::as_str).collect();
        let message = format!("{id} takes {}", efforts.join(", "));
        diagnostics.error(asked.effort_field, message);
    }
}

fn contents(model: &ModelInfo, asked: &Asked<'_>, diagnostics: &mut Diagnostics) {
    let (id, field) = (&model.id, asked.contents_field);
    if asked.contents.images > 0 && model.images == Some(false) {
        diagnostics.error(field, format!("{id} takes no images"));
    }
    let tokens = asked.contents.tokens();
    if let Some(window) = model.context_window
        && tokens > window
    {
        let message = format!("they are about {tokens} tokens, and {id} takes {window}");
        diagnostics.add(field, Severity::Warning, message);
    }
}
