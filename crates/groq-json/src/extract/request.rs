//! The request of an attempt.

use groq_types::{
    ChatCompletionRequest, FunctionDefinition, JsonSchemaFormat, Message, ReasoningEffort,
    ResponseFormat, TextContent, Tool, ToolChoice,
};

use crate::attempt::Added;
use crate::mode::Mode;
use crate::prompt::Prompt;
use crate::schema::WireSchema;

/// What a request is made of.
pub(super) struct Parts<'p> {
    pub(super) model: &'p str,
    pub(super) messages: &'p [Message],
    pub(super) mode: Mode,
    pub(super) wire: &'p WireSchema,
    /// The prompt, and whether the caller set anything in it.
    pub(super) prompt: &'p Prompt,
    pub(super) prompt_wanted: bool,
    /// The limit on tokens, and whether it is the caller's.
    pub(super) limit: Option<u32>,
    pub(super) limit_wanted: bool,
    pub(super) low_effort: bool,
    /// The last reply, and what was wrong with it.
    pub(super) correction: Option<&'p (String, String)>,
}

/// Returns the request, and what of it the caller did not ask for.
pub(super) fn build(parts: &Parts<'_>) -> (ChatCompletionRequest, Vec<Added>) {
    let mut added = Vec::new();
    let mut messages = parts.messages.to_vec();
    let needs_words = matches!(parts.mode, Mode::Object | Mode::Prompt);
    if needs_words || parts.prompt_wanted {
        let prompt = parts.prompt.clone();
        let prompt = if parts.mode == Mode::Prompt {
            prompt
        } else {
            prompt.object_root()
        };
        instruct(&mut messages, &prompt.to_string());
        if !parts.prompt_wanted {
            added.push(Added::PromptText);
        }
    }
    if let Some((reply, wrong)) = parts.correction {
        if !reply.is_empty() {
            messages.push(Message::assistant(reply.as_str()));
        }
        messages.push(Message::user(wrong.as_str()));
        added.push(Added::Correction);
    }
    let mut request = ask(
        ChatCompletionRequest::new(parts.model, messages),
        parts,
        &mut added,
    );
    if let Some(limit) = parts.limit {
        request = request.with_max_completion_tokens(limit);
        if !parts.limit_wanted {
            added.push(Added::MaxCompletionTokens(limit));
        }
    }
    if parts.low_effort {
        request = request.with_reasoning_effort(ReasoningEffort::Low);
        added.push(Added::LowReasoningEffort);
    }
    (request, added)
}

fn ask(
    request: ChatCompletionRequest,
    parts: &Parts<'_>,
    added: &mut Vec<Added>,
) -> ChatCompletionRequest {
    let wire = parts.wire;
    match parts.mode {
        Mode::Strict | Mode::Schema => {
            added.push(Added::ResponseFormat);
            let mut format =
                JsonSchemaFormat::new(wire.name.as_str()).with_schema(wire.schema.clone());
            if parts.mode == Mode::Strict {
                format = format.with_strict(true);
            }
            request.with_response_format(ResponseFormat::json_schema(format))
        }
        Mode::Object => {
            added.push(Added::ResponseFormat);
            request.with_response_format(ResponseFormat::json_object())
        }
        Mode::Tool => {
            added.push(Added::Tool);
            let function =
                FunctionDefinition::new(wire.name.as_str()).with_parameters(wire.schema.clone());
            request
                .with_tools([Tool::function(function)])
                .with_tool_choice(ToolChoice::function(wire.name.as_str()))
        }
        Mode::Prompt => request,
    }
}

/// Adds instructions to the system message, because some models follow only one.
fn instruct(messages: &mut Vec<Message>, text: &str) {
    for message in messages.iter_mut() {
        if let Message::System(system) = message
            && let TextContent::Text(own) = &mut system.content
        {
            own.push_str("\n\n");
            own.push_str(text);
            return;
        }
    }
    messages.insert(0, Message::system(text));
}
