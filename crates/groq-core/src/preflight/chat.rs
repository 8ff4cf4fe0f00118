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
mod tests {
    use super::*;
    use groq_types::{
        FunctionDefinition, JsonSchemaFormat, LegacyFunction, ReasoningEffort, UserMessage,
    };

    fn request() -> ChatCompletionRequest {
        ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("answer in JSON")])
    }

    fn fields(request: &ChatCompletionRequest) -> Vec<&'static str> {
        let catalogue = Catalogue::shipped().on("2026-10-01");
        request
            .check(&catalogue)
            .iter()
            .map(|finding| finding.field)
            .collect()
    }

    #[test]
    fn a_plain_request_has_no_findings() {
        assert_eq!(fields(&request()), [""; 0]);
        assert_eq!(
            fields(&request().with_model("brand/new").with_temperature(0.6)),
            [""; 0]
        );
    }

    fn tool(name: &str) -> Tool {
        Tool::function(FunctionDefinition::new(name))
    }

    fn schema() -> ResponseFormat {
        ResponseFormat::json_schema(JsonSchemaFormat::new("s"))
    }

    fn user(name: &str) -> Message {
        Message::User(UserMessage::new("JSON").with_name(name))
    }

    fn images(count: usize) -> Message {
        Message::user(vec![
            ContentPart::image_url("https://x.example/i.png");
            count
        ])
    }

    fn all_found(table: Vec<(ChatCompletionRequest, &[&str])>) {
        for (request, expected) in table {
            assert_eq!(fields(&request), expected, "{request:?}");
        }
    }

    #[test]
    fn each_finding_names_its_field() {
        let table: Vec<(ChatCompletionRequest, &[&str])> = vec![
            (request().with_n(2u32), &["n"]),
            (request().with_logprobs(false), &["logprobs"]),
            (request().with_top_logprobs(1u32), &["top_logprobs"]),
            (request().with_messages([user("me")]), &["messages"]),
            (request().with_temperature(0.0), &["temperature"]),
            (
                request().with_temperature(2.5).with_top_p(-1.0),
                &["temperature", "top_p"],
            ),
            (request().with_stop(["a", "b", "c", "d", "e"]), &["stop"]),
            (
                request()
                    .with_response_format(ResponseFormat::json_object())
                    .with_stop("x"),
                &["stop"],
            ),
            (
                request()
                    .with_response_format(ResponseFormat::json_object())
                    .with_messages([Message::user("x")]),
                &["messages"],
            ),
            (
                request()
                    .with_response_format(schema())
                    .with_tools([tool("f")]),
                &["tools"],
            ),
            (request().with_tools([tool("no name")]), &["tools"]),
            (request().with_tools(vec![tool("f"); 129]), &["tools"]),
        ];
        all_found(table);
    }

    #[test]
    fn what_the_model_and_other_settings_exclude_is_found() {
        let table: Vec<(ChatCompletionRequest, &[&str])> = vec![
            (
                request().with_functions([LegacyFunction::new("no name")]),
                &["functions"],
            ),
            (request().with_logit_bias([("1", 1)]), &["logit_bias"]),
            (request().with_store(true), &["store"]),
            (
                request().with_messages(Vec::<Message>::new()),
                &["messages"],
            ),
            (
                request().with_messages([
                    Message::user("JSON"),
                    Message::Assistant(AssistantMessage::new()),
                ]),
                &["messages"],
            ),
            (
                request().with_messages([Message::user(Vec::<ContentPart>::new())]),
                &["messages"],
            ),
            (
                request()
                    .with_response_format(ResponseFormat::json_object())
                    .with_stream(true),
                &["stream"],
            ),
            (
                request()
                    .with_model("new/model")
                    .with_reasoning_format(ReasoningFormat::Raw)
                    .with_tools([tool("f")]),
                &["reasoning_format"],
            ),
            (
                request().with_frequency_penalty(1.0),
                &["frequency_penalty, presence_penalty"],
            ),
            (
                request().with_parallel_tool_calls(true),
                &["parallel_tool_calls"],
            ),
            (
                request()
                    .with_model("qwen/qwen3.8-27b")
                    .with_messages([Message::user(vec![ContentPart::image_url("cat.png")])]),
                &["messages"],
            ),
            (
                request().with_reasoning_format(ReasoningFormat::Parsed),
                &["reasoning_format"],
            ),
            (
                request().with_reasoning_effort(ReasoningEffort::None),
                &["reasoning_effort"],
            ),
            (
                request().with_max_completion_tokens(70_000u32),
                &["max_completion_tokens"],
            ),
            (request().with_messages([images(1)]), &["messages"]),
            (
                request()
                    .with_model("qwen/qwen3.8-27b")
                    .with_messages([images(6)]),
                &["messages"],
            ),
            (
                request()
                    .with_model("qwen/qwen3.8-27b")
                    .with_response_format(schema()),
                &["response_format"],
            ),
            (request().with_model("gemma2-9b-it"), &["model"]),
            (request().with_model("whisper-large-v3"), &["model"]),
            (
                request()
                    .with_model("openai/gpt-oss-20b")
                    .with_messages([Message::user("a".repeat(600_000))]),
                &["messages"],
            ),
        ];
        all_found(table);
    }

    #[test]
    fn a_retired_model_comes_with_its_successor() {
        let catalogue = Catalogue::shipped().on("2026-10-01");
        let findings = request().with_model("playai-tts").check(&catalogue);
        let error = findings.into_result().expect_err("refused");
        assert!(
            error.to_string().contains("canopylabs/orpheus-v1-english"),
            "{error}"
        );
        let findings = request()
            .with_model("llama-3.1-8b-instant")
            .check(&catalogue);
        assert!(
            findings.refused().next().is_none(),
            "an enterprise may have it"
        );
        assert_eq!(findings.iter().count(), 1);
        let findings = request()
            .with_model("llama-3.1-8b-instant")
            .check(&Catalogue::shipped().on("2026-01-01"));
        assert!(findings.is_empty());
    }

    #[test]
    fn what_is_only_changed_is_no_error() {
        assert!(
            request()
                .with_temperature(0.0)
                .check(&Catalogue::shipped())
                .into_result()
                .is_ok()
        );
    }
}
