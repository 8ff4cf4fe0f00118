//! Rules of chat completions and responses alike.

use groq_types::ReasoningEffort;

use super::content::Contents;
use crate::diagnostic::Diagnostics;
use crate::model::{JsonSchemaSupport, ModelInfo, ModelKind};

const MAX_TOOLS: usize = 128;
const MAX_NAME: usize = 64;

/// The kinds of models that take chat completions and responses.
pub(super) const CONVERSES: [ModelKind; 3] = [ModelKind::Chat, ModelKind::System, ModelKind::Guard];

pub(super) fn sampling(
    temperature: Option<f64>,
    top_p: Option<f64>,
    diagnostics: &mut Diagnostics,
) {
    for (field, value, most) in [("temperature", temperature, 2.0), ("top_p", top_p, 1.0)] {
        if value.is_some_and(|value| !(0.0..=most).contains(&value)) {
            diagnostics.error(field, format!("it must be from 0 to {most}"));
        }
    }
    if temperature == Some(0.0) {
        diagnostics.note("temperature", "the service changes 0 to 1e-8");
    }
}

/// The names of tools, and how many there are.
pub(super) fn tools<'a>(
    field: &'static str,
    names: impl Iterator<Item = Option<&'a str>>,
    diagnostics: &mut Diagnostics,
) {
    let mut count = 0;
    for tool in names {
        count += 1;
        if let Some(tool) = tool {
            name(field, tool, diagnostics);
        }
    }
    diagnostics.error_if(count > MAX_TOOLS, field, "at most 128 are possible");
}

/// The name of a tool, or of a schema.
pub(super) fn name(field: &'static str, name: &str, diagnostics: &mut Diagnostics) {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    if !(1..=MAX_NAME).contains(&name.len()) || !name.chars().all(allowed) {
        let rule = "at most 64 letters, digits, _ and - are possible";
        diagnostics.error(field, format!("{name:?} is not a valid name: {rule}"));
    }
}

/// Reports the fields that exclude JSON as the format of the reply. `present` has the fields of the request.
pub(super) fn json_excludes(
    excluded: &[String],
    present: &[(&'static str, bool)],
    diagnostics: &mut Diagnostics,
) {
    for (field, is_present) in present {
        let is_one = *is_present && excluded.iter().any(|one| one == field);
        let message = "it cannot be combined with JSON as the format of the reply";
        diagnostics.error_if(is_one, field, message);
    }
}

/// What a request asks of a model, each with the name of its field.
pub(super) struct Asked<'a> {
    pub(super) contents: (&'static str, &'a Contents),
    pub(super) tools: bool,
    pub(super) parallel_tools: Option<bool>,
    /// Whether there is a JSON schema, and whether it is strict.
    pub(super) schema: (&'static str, Option<bool>),
    pub(super) output: (&'static str, Option<u32>),
    pub(super) effort: (&'static str, Option<&'a ReasoningEffort>),
}

/// Reports a bound of 0, and what the model cannot do.
pub(super) fn asked(model: Option<&ModelInfo>, asked: &Asked<'_>, diagnostics: &mut Diagnostics) {
    let (output_field, output) = asked.output;
    diagnostics.error_if(output == Some(0), output_field, "it must be at least 1");
    let Some(model) = model else { return };
    let id = &model.id;
    let (contents_field, contents) = asked.contents;
    let (schema_field, schema) = asked.schema;
    let mut impossible = |is_asked: bool, field, what| {
        if is_asked {
            diagnostics.error(field, format!("{id} {what}"));
        }
    };
    let has_no = |known: Option<bool>| known == Some(false);
    impossible(
        asked.tools && has_no(model.tools),
        "tools",
        "calls no tools",
    );
    let images = contents.images > 0;
    impossible(
        images && has_no(model.images),
        contents_field,
        "takes no images",
    );
    let (none, best) = (JsonSchemaSupport::No, JsonSchemaSupport::BestEffort);
    let takes = |support| model.json_schema == Some(support);
    impossible(
        schema.is_some() && takes(none),
        schema_field,
        "takes no JSON schema",
    );
    impossible(
        schema == Some(true) && takes(best),
        schema_field,
        "takes no strict JSON schema",
    );
    if let (Some(output), Some(most)) = (output, model.max_completion_tokens)
        && u64::from(output) > most
    {
        diagnostics.error(output_field, format!("{id} writes at most {most} tokens"));
    }
    let tokens = contents.tokens();
    if let Some(window) = model.context_window.filter(|window| tokens > *window) {
        let message = format!("they are about {tokens} tokens, and {id} takes {window}");
        diagnostics.warn(contents_field, message);
    }
    if asked.parallel_tools == Some(true) && has_no(model.parallel_tools) {
        let message = format!("{id} calls one tool at a time");
        diagnostics.note("parallel_tool_calls", message);
    }
    if let (field, Some(effort)) = asked.effort
        && model.takes_effort(effort) == Some(false)
    {
        let efforts = model.reasoning_efforts.iter();
        let efforts: Vec<&str> = efforts.map(ReasoningEffort::as_str).collect();
        diagnostics.error(field, format!("{id} takes {}", efforts.join(", ")));
    }
}
