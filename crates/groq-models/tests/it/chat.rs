//! Chat completions.

use groq_models::types::{
    AssistantMessage, ChatCompletionRequest, ContentPart, FunctionDefinition, JsonSchemaFormat,
    LegacyFunction, Message, ReasoningEffort, ReasoningFormat, ResponseFormat, Tool, UserMessage,
};
use groq_models::{Catalog, Severity, Validate as _};

use crate::{catalog, day};

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("answer in JSON")])
}

fn fields(request: &ChatCompletionRequest) -> Vec<&'static str> {
    crate::fields(&request.validate(&catalog()))
}

#[test]
fn a_plain_request_has_no_diagnostics() {
    assert_eq!(fields(&request()), [""; 0]);
    assert_eq!(
        fields(&request().with_model("brand/new").with_temperature(0.6)),
        [""; 0]
    );
    // The service takes it, though the documentation says otherwise.
    assert_eq!(
        fields(&request().with_reasoning_format(ReasoningFormat::Parsed)),
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
fn each_diagnostic_names_its_field() {
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
            request()
                .with_model("llama-3.3-70b-versatile")
                .with_reasoning_format(ReasoningFormat::Parsed),
            &["model", "reasoning_format"],
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
    let catalog = catalog();
    let diagnostics = request().with_model("playai-tts").validate(&catalog);
    let error = diagnostics.into_result().expect_err("refused");
    assert!(
        error.to_string().contains("canopylabs/orpheus-v1-english"),
        "{error}"
    );
    let diagnostics = request()
        .with_model("llama-3.1-8b-instant")
        .validate(&catalog);
    assert!(
        diagnostics.errors().next().is_none(),
        "an enterprise may have it"
    );
    assert_eq!(diagnostics.iter().count(), 1);
    let diagnostics = request()
        .with_model("llama-3.1-8b-instant")
        .validate(&Catalog::shipped().on(day("2026-01-01")));
    assert!(diagnostics.is_empty());
}

#[test]
fn what_is_only_changed_is_no_error() {
    assert!(
        request()
            .with_temperature(0.0)
            .validate(&Catalog::shipped())
            .into_result()
            .is_ok()
    );
}

#[test]
fn efforts_that_a_model_may_take_are_not_refused() {
    let with = |model: &str, effort| request().with_model(model).with_reasoning_effort(effort);
    assert_eq!(
        fields(&with("qwen/qwen3.8-27b", ReasoningEffort::Low)),
        [""; 0]
    );
    assert_eq!(
        fields(&with(
            "openai/gpt-oss-20b",
            ReasoningEffort::from("extreme")
        )),
        [""; 0]
    );
    let refused = with("openai/gpt-oss-20b", ReasoningEffort::Default).validate(&catalog());
    let first = refused.iter().next().expect("one");
    assert_eq!(first.severity, Severity::Error);
    assert_eq!(
        first.to_string(),
        "reasoning_effort: openai/gpt-oss-20b takes low, medium, high"
    );
}
