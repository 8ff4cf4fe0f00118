//! Responses.

use groq_models::Validate as _;
use groq_models::types::{
    EasyInputMessage, FunctionTool, InputContentPart, InputImage, InputItem, InputRole,
    JsonObjectTextFormat, JsonSchemaTextFormat, ReasoningEffort, ReasoningOptions, ResponseRequest,
    ResponseTool, TextFormat, TextOptions, Truncation,
};

use crate::catalog;

fn request() -> ResponseRequest {
    ResponseRequest::new("openai/gpt-oss-20b", "answer in JSON")
}

fn fields(request: &ResponseRequest) -> Vec<&'static str> {
    crate::fields(&request.validate(&catalog()))
}

#[test]
fn each_diagnostic_names_its_field() {
    let tool = |name: &str| ResponseTool::Function(FunctionTool::new(name));
    let format = |format: TextFormat| TextOptions::new().with_format(format);
    let schema = |name: &str| {
        let schema = JsonSchemaTextFormat::new(name, serde_json::Map::new());
        format(TextFormat::JsonSchema(schema.with_strict(true)))
    };
    let json_object = || format(TextFormat::JsonObject(JsonObjectTextFormat::new()));
    let images = |count: usize, url: &str| {
        let image = InputContentPart::InputImage(InputImage::new(url));
        let message = EasyInputMessage::new(InputRole::User, vec![image; count]);
        request()
            .with_model("qwen/qwen3.8-27b")
            .with_input(vec![InputItem::from(message)])
    };
    let effort = |effort| ReasoningOptions::new().with_effort(effort);
    let metadata = (0..17).map(|number| (number.to_string(), String::new()));
    let table: Vec<(ResponseRequest, &[&str])> = vec![
        (request(), &[]),
        (request().with_model("new/model"), &[]),
        (images(5, "https://x.example/i.png"), &[]),
        (request().with_store(false), &[]),
        (request().with_truncation(Truncation::Disabled), &[]),
        (request().with_text(json_object()), &[]),
        (request().with_temperature(0.0), &["temperature"]),
        (
            request().with_temperature(2.1).with_top_p(1.1),
            &["temperature", "top_p"],
        ),
        (request().with_store(true), &["store"]),
        (request().with_truncation(Truncation::Auto), &["truncation"]),
        (
            request().with_metadata(metadata.collect::<Vec<_>>()),
            &["metadata"],
        ),
        (request().with_tools([tool("no name")]), &["tools"]),
        (request().with_tools(vec![tool("f"); 129]), &["tools"]),
        (
            request().with_tools([tool("f")]).with_text(schema("s")),
            &["tools"],
        ),
        (request().with_text(schema("no name")), &["text"]),
        (
            request()
                .with_text(schema("s"))
                .with_model("openai/gpt-oss-safeguard-20b"),
            &["text"],
        ),
        (
            request().with_text(json_object()).with_input("x"),
            &["input"],
        ),
        (request().with_input(Vec::<InputItem>::new()), &["input"]),
        (request().with_input("a".repeat(600_000)), &["input"]),
        (images(6, "https://x.example/i.png"), &["input"]),
        (images(1, "i.png"), &["input"]),
        (
            images(1, "https://x.example/i.png").with_model("openai/gpt-oss-20b"),
            &["input"],
        ),
        (
            request().with_max_output_tokens(70_000_u32),
            &["max_output_tokens"],
        ),
        (
            request().with_reasoning(effort(ReasoningEffort::None)),
            &["reasoning"],
        ),
        (
            request().with_parallel_tool_calls(true),
            &["parallel_tool_calls"],
        ),
        (request().with_model("gemma2-9b-it"), &["model"]),
        (request().with_model("whisper-large-v3"), &["model"]),
    ];
    for (request, expected) in table {
        assert_eq!(fields(&request), expected, "{request:?}");
    }
}
