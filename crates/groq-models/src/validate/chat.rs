//! Chat completions.

use groq_types::{
    AssistantMessage, ChatCompletionRequest, Content, ContentPart, Message, ReasoningFormat,
    ResponseFormat, StopSequences, TextContent,
};

use super::content::Contents;
use super::rules::{self, Asked};
use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Validate};
use crate::service::ServiceLimits;

const MAX_STOPS: usize = 4;

impl Validate for ChatCompletionRequest {
    fn validate(&self, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let model = diagnostics.model(catalog, &self.model, &rules::CONVERSES, "converse");
        unsupported(self, &mut diagnostics);
        sampling(self, &mut diagnostics);
        format(self, catalog.service(), &mut diagnostics);
        reasoning(self, &mut diagnostics);
        tools(self, &mut diagnostics);
        let contents = contents(self, &mut diagnostics);
        contents.check("messages", catalog.service(), &mut diagnostics);
        let json_mode = matches!(self.response_format, Some(ResponseFormat::JsonObject(_)));
        diagnostics.error_if(
            json_mode && !contents.says_json,
            "messages",
            "JSON mode needs the word JSON in the messages",
        );
        rules::asked(model, &asked(self, &contents), &mut diagnostics);
        if let (Some(model), Some(_)) = (model, &self.reasoning_format)
            && model.reasoning == Some(false)
        {
            // The service takes it on reasoning models whose documentation says otherwise.
            let message = format!("{} does not reason", model.id);
            diagnostics.error("reasoning_format", message);
        }
        diagnostics
    }
}

/// What the API declares and refuses.
fn unsupported(request: &ChatCompletionRequest, diagnostics: &mut Diagnostics) {
    let named = request.messages.iter().any(|message| match message {
        Message::System(message) | Message::Developer(message) => message.name.is_some(),
        Message::User(message) => message.name.is_some(),
        Message::Assistant(message) => message.name.is_some(),
        _ => false,
    });
    let unsupported = "the service does not support it";
    diagnostics.errors_if([
        (request.messages.is_empty(), "messages", "there are none"),
        (request.n.is_some_and(|n| n != 1), "n", "only 1 is possible"),
        (request.logprobs.is_some(), "logprobs", unsupported),
        (request.top_logprobs.is_some(), "top_logprobs", unsupported),
        (request.logit_bias.is_some(), "logit_bias", unsupported),
        (
            request.store == Some(true),
            "store",
            "the service stores nothing",
        ),
        (
            named,
            "messages",
            "the service does not support names of messages",
        ),
    ]);
}

fn sampling(request: &ChatCompletionRequest, diagnostics: &mut Diagnostics) {
    rules::sampling(request.temperature, request.top_p, diagnostics);
    let penalties = [request.frequency_penalty, request.presence_penalty];
    if penalties.iter().any(Option::is_some) {
        let fields = "frequency_penalty, presence_penalty";
        diagnostics.warn(fields, "no current model supports them");
    }
    if let Some(StopSequences::Many(stops)) = &request.stop {
        diagnostics.error_if(
            stops.len() > MAX_STOPS,
            "stop",
            "at most 4 sequences are possible",
        );
    }
}

fn format(request: &ChatCompletionRequest, service: &ServiceLimits, diagnostics: &mut Diagnostics) {
    let excluded = match &request.response_format {
        Some(ResponseFormat::JsonObject(_)) => &service.json_object_excludes,
        Some(ResponseFormat::JsonSchema(format)) => {
            rules::name("response_format", &format.json_schema.name, diagnostics);
            &service.json_schema_excludes
        }
        _ => return,
    };
    let present = [
        ("stop", request.stop.is_some()),
        ("stream", request.stream == Some(true)),
        ("tools", has_tools(request)),
    ];
    rules::json_excludes(excluded, &present, diagnostics);
}

fn reasoning(request: &ChatCompletionRequest, diagnostics: &mut Diagnostics) {
    diagnostics.error_if(
        request.include_reasoning.is_some() && request.reasoning_format.is_some(),
        "reasoning_format",
        "it cannot be combined with include_reasoning",
    );
    let raw = matches!(request.reasoning_format, Some(ReasoningFormat::Raw));
    diagnostics.error_if(
        raw && (has_tools(request) || is_json(request)),
        "reasoning_format",
        "raw cannot be combined with tools or JSON",
    );
}

fn tools(request: &ChatCompletionRequest, diagnostics: &mut Diagnostics) {
    let tools = request.tools.iter().flatten();
    let names = tools.map(|tool| Some(tool.function.as_ref()?.name.as_str()));
    rules::tools("tools", names, diagnostics);
    let functions = request.functions.iter().flatten();
    let names = functions.map(|function| Some(function.name.as_str()));
    rules::tools("functions", names, diagnostics);
}

fn asked<'a>(request: &'a ChatCompletionRequest, contents: &'a Contents) -> Asked<'a> {
    let schema = match &request.response_format {
        Some(ResponseFormat::JsonSchema(format)) => Some(format.json_schema.strict == Some(true)),
        _ => None,
    };
    let output = request.max_completion_tokens.or(request.max_tokens);
    Asked {
        contents: ("messages", contents),
        tools: has_tools(request),
        parallel_tools: request.parallel_tool_calls,
        schema: ("response_format", schema),
        output: ("max_completion_tokens", output),
        effort: ("reasoning_effort", request.reasoning_effort.as_ref()),
    }
}

fn has_tools(request: &ChatCompletionRequest) -> bool {
    request
        .tools
        .as_ref()
        .is_some_and(|tools| !tools.is_empty())
}

fn is_json(request: &ChatCompletionRequest) -> bool {
    matches!(
        request.response_format,
        Some(ResponseFormat::JsonObject(_) | ResponseFormat::JsonSchema(_))
    )
}

/// Reads the messages, and reports those that need content and have none.
fn contents(request: &ChatCompletionRequest, diagnostics: &mut Diagnostics) -> Contents {
    let mut contents = Contents::default();
    for message in &request.messages {
        let has_content = match message {
            Message::System(message) | Message::Developer(message) => {
                text_content(&message.content, &mut contents)
            }
            Message::User(message) => content(&message.content, &mut contents),
            Message::Assistant(message) => assistant(message, &mut contents),
            Message::Tool(message) => content(&message.content, &mut contents),
            _ => true,
        };
        diagnostics.error_if(
            !has_content,
            "messages",
            "a message has no content: only an assistant's that calls tools may have none, and a list needs a part",
        );
    }
    contents
}

fn assistant(message: &AssistantMessage, contents: &mut Contents) -> bool {
    let calls = message
        .tool_calls
        .as_ref()
        .is_some_and(|calls| !calls.is_empty());
    match &message.content {
        Some(content) => text_content(content, contents),
        None => calls || message.function_call.is_some(),
    }
}

fn text_content(content: &TextContent, contents: &mut Contents) -> bool {
    match content {
        TextContent::Text(text) => contents.text(text),
        TextContent::Parts(parts) => {
            for part in parts {
                contents.text(&part.text);
            }
            return !parts.is_empty();
        }
        _ => {}
    }
    true
}

fn content(content: &Content, contents: &mut Contents) -> bool {
    match content {
        Content::Text(text) => contents.text(text),
        Content::Parts(parts) => {
            for part in parts {
                match part {
                    ContentPart::Text(part) => contents.text(&part.text),
                    ContentPart::ImageUrl(part) => contents.image(&part.image_url.url),
                    _ => {}
                }
            }
            return !parts.is_empty();
        }
        _ => {}
    }
    true
}
