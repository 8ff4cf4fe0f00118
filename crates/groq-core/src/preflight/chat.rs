//! Chat completions.

use groq_types::{
    AssistantMessage, ChatCompletionRequest, Content, ContentPart, Message, ReasoningFormat,
    ResponseFormat, StopSequences, TextContent, Tool,
};

use super::content::Contents;
use super::model;
use super::rules;
use super::{Findings, Preflight, Verdict};
use crate::facts::{Catalogue, ModelFacts};

const MAX_STOPS: usize = 4;

impl Preflight for ChatCompletionRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        let model = findings.model(catalogue, &self.model);
        unsupported(self, &mut findings);
        sampling(self, &mut findings);
        format(self, &mut findings);
        reasoning(self, &mut findings);
        tools(self, &mut findings);
        let contents = contents(self, &mut findings);
        contents.check("messages", &mut findings);
        let json_mode = matches!(self.response_format, Some(ResponseFormat::JsonObject(_)));
        findings.refuse_if(
            json_mode && !contents.says_json,
            "messages",
            "JSON mode asks for the word JSON in them",
        );
        if let Some(model) = model {
            of_model(self, model, &contents, &mut findings);
        }
        findings
    }
}

/// What is declared, and refused (docs).
fn unsupported(request: &ChatCompletionRequest, findings: &mut Findings) {
    findings.refuse_if(request.messages.is_empty(), "messages", "there are none");
    findings.refuse_if(request.n.is_some_and(|n| n != 1), "n", "only 1 is possible");
    findings.refuse_if(
        request.logprobs.is_some(),
        "logprobs",
        "they are not supported",
    );
    findings.refuse_if(
        request.top_logprobs.is_some(),
        "top_logprobs",
        "they are not supported",
    );
    findings.refuse_if(
        request.logit_bias.is_some(),
        "logit_bias",
        "it is not supported",
    );
    findings.refuse_if(request.store == Some(true), "store", "nothing is stored");
    let named = request.messages.iter().any(|message| match message {
        Message::System(message) | Message::Developer(message) => message.name.is_some(),
        Message::User(message) => message.name.is_some(),
        Message::Assistant(message) => message.name.is_some(),
        _ => false,
    });
    findings.refuse_if(named, "messages", "names of messages are not supported");
}

fn sampling(request: &ChatCompletionRequest, findings: &mut Findings) {
    rules::sampling(request.temperature, request.top_p, findings);
    let penalties = [request.frequency_penalty, request.presence_penalty];
    if penalties.iter().any(Option::is_some) {
        findings.add(
            "frequency_penalty, presence_penalty",
            Verdict::Doubtful,
            "no current model supports them",
        );
    }
    if let Some(StopSequences::Many(stops)) = &request.stop {
        findings.refuse_if(
            stops.len() > MAX_STOPS,
            "stop",
            "at most 4 sequences are possible",
        );
    }
}

fn format(request: &ChatCompletionRequest, findings: &mut Findings) {
    match &request.response_format {
        Some(ResponseFormat::JsonObject(_)) => {
            findings.refuse_if(request.stop.is_some(), "stop", "JSON mode has none");
            findings.refuse_if(
                request.stream == Some(true),
                "stream",
                "JSON mode is not streamed",
            );
        }
        Some(ResponseFormat::JsonSchema(format)) => {
            rules::name("response_format", &format.json_schema.name, findings);
            findings.refuse_if(
                request.stream == Some(true),
                "stream",
                "a reply by a schema is not streamed",
            );
        }
        _ => return,
    }
    findings.refuse_if(
        has_tools(request),
        "tools",
        "they exclude JSON as the format of the reply",
    );
}

fn reasoning(request: &ChatCompletionRequest, findings: &mut Findings) {
    findings.refuse_if(
        request.include_reasoning.is_some() && request.reasoning_format.is_some(),
        "reasoning_format",
        "it excludes include_reasoning",
    );
    let raw = matches!(request.reasoning_format, Some(ReasoningFormat::Raw));
    findings.refuse_if(
        raw && (has_tools(request) || is_json(request)),
        "reasoning_format",
        "raw is not possible with tools or JSON",
    );
}

fn tools(request: &ChatCompletionRequest, findings: &mut Findings) {
    let tools: &[Tool] = request.tools.as_deref().unwrap_or_default();
    rules::tool_count("tools", tools.len(), findings);
    for function in tools.iter().filter_map(|tool| tool.function.as_ref()) {
        rules::name("tools", &function.name, findings);
    }
    let functions = request.functions.as_deref().unwrap_or_default();
    rules::tool_count("functions", functions.len(), findings);
    for function in functions {
        rules::name("functions", &function.name, findings);
    }
}

fn of_model(
    request: &ChatCompletionRequest,
    model: &ModelFacts,
    contents: &Contents,
    findings: &mut Findings,
) {
    model::converses(model, findings);
    model::tools(model, has_tools(request), findings);
    model::contents(model, contents, "messages", findings);
    if let Some(ResponseFormat::JsonSchema(format)) = &request.response_format {
        let strict = format.json_schema.strict == Some(true);
        model::schema(model, strict, "response_format", findings);
    }
    let asked = request.max_completion_tokens.or(request.max_tokens);
    model::output(model, asked, "max_completion_tokens", findings);
    if model::is_gpt_oss(model) {
        findings.refuse_if(
            request.reasoning_format.is_some(),
            "reasoning_format",
            "the gpt-oss models take include_reasoning instead",
        );
        let effort = request.reasoning_effort.as_ref();
        model::gpt_oss(
            effort,
            "reasoning_effort",
            request.parallel_tool_calls,
            findings,
        );
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

/// What stands in the messages; those that have to say something, and do not, are found out on the way.
fn contents(request: &ChatCompletionRequest, findings: &mut Findings) -> Contents {
    let mut contents = Contents::default();
    for message in &request.messages {
        let said = match message {
            Message::System(message) | Message::Developer(message) => {
                text_content(&message.content, &mut contents)
            }
            Message::User(message) => content(&message.content, &mut contents),
            Message::Assistant(message) => assistant(message, &mut contents),
            Message::Tool(message) => content(&message.content, &mut contents),
            _ => true,
        };
        findings.refuse_if(
            !said,
            "messages",
            "one has no content: an assistant's may lack it where it calls tools, and a list needs a part",
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

#[cfg(test)]
mod tests;
