//! Responses.

use groq_types::{
    InputContent, InputContentPart, InputItem, ResponseInput, ResponseRequest, ResponseTool,
    TextFormat, Truncation, TypedInputItem,
};

use super::content::Contents;
use super::model;
use super::rules;
use super::{Findings, Preflight};
use crate::facts::{Catalogue, ModelFacts};

const MAX_METADATA: usize = 16;

impl Preflight for ResponseRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        let model = findings.model(catalogue, &self.model);
        unsupported(self, &mut findings);
        rules::sampling(self.temperature, self.top_p, &mut findings);
        tools(self, &mut findings);
        if let Some(TextFormat::JsonSchema(format)) = format(self) {
            rules::name("text", &format.name, &mut findings);
        }
        let contents = contents(self, &mut findings);
        contents.check("input", &mut findings);
        findings.refuse_if(
            matches!(format(self), Some(TextFormat::JsonObject(_))) && !contents.says_json,
            "input",
            "JSON mode asks for the word JSON in it, or in the instructions",
        );
        if let Some(model) = model {
            of_model(self, model, &contents, &mut findings);
        }
        findings
    }
}

fn unsupported(request: &ResponseRequest, findings: &mut Findings) {
    findings.refuse_if(request.store == Some(true), "store", "nothing is stored");
    let truncation = request.truncation.as_ref();
    findings.refuse_if(
        truncation.is_some_and(|truncation| *truncation != Truncation::Disabled),
        "truncation",
        "it is not supported: leave out old items yourself",
    );
    let metadata = request.metadata.as_ref();
    findings.refuse_if(
        metadata.is_some_and(|metadata| metadata.len() > MAX_METADATA),
        "metadata",
        "at most 16 entries are possible",
    );
}

fn tools(request: &ResponseRequest, findings: &mut Findings) {
    let tools: &[ResponseTool] = request.tools.as_deref().unwrap_or_default();
    rules::tool_count("tools", tools.len(), findings);
    for tool in tools {
        if let ResponseTool::Function(function) = tool {
            rules::name("tools", &function.name, findings);
        }
    }
    let json = matches!(
        format(request),
        Some(TextFormat::JsonObject(_) | TextFormat::JsonSchema(_))
    );
    findings.refuse_if(
        json && !tools.is_empty(),
        "tools",
        "they exclude JSON as the format of the reply",
    );
}

fn of_model(
    request: &ResponseRequest,
    model: &ModelFacts,
    contents: &Contents,
    findings: &mut Findings,
) {
    model::converses(model, findings);
    let given = request
        .tools
        .as_ref()
        .is_some_and(|tools| !tools.is_empty());
    model::tools(model, given, findings);
    model::contents(model, contents, "input", findings);
    if let Some(TextFormat::JsonSchema(format)) = format(request) {
        model::schema(model, format.strict == Some(true), "text", findings);
    }
    model::output(
        model,
        request.max_output_tokens,
        "max_output_tokens",
        findings,
    );
    if model::is_gpt_oss(model) {
        let reasoning = request.reasoning.as_ref();
        let effort = reasoning.and_then(|reasoning| reasoning.effort.as_ref());
        model::gpt_oss(effort, "reasoning", request.parallel_tool_calls, findings);
    }
}

fn format(request: &ResponseRequest) -> Option<&TextFormat> {
    request.text.as_ref()?.format.as_ref()
}

fn contents(request: &ResponseRequest, findings: &mut Findings) -> Contents {
    let mut contents = Contents::default();
    contents.text(request.instructions.as_deref().unwrap_or_default());
    match &request.input {
        ResponseInput::Text(text) => contents.text(text),
        ResponseInput::Items(items) => {
            findings.refuse_if(items.is_empty(), "input", "there is none");
            for item in items {
                input(item, &mut contents);
            }
        }
        _ => {}
    }
    contents
}

fn input(item: &InputItem, contents: &mut Contents) {
    match item {
        InputItem::Easy(message) => match &message.content {
            InputContent::Text(text) => contents.text(text),
            InputContent::Parts(all) => parts(all, contents),
            _ => {}
        },
        InputItem::Typed(TypedInputItem::Message(message)) => parts(&message.content, contents),
        InputItem::Typed(TypedInputItem::FunctionCallOutput(item)) => contents.text(&item.output),
        _ => {}
    }
}

fn parts(parts: &[InputContentPart], contents: &mut Contents) {
    for part in parts {
        match part {
            InputContentPart::InputText(part) => contents.text(&part.text),
            InputContentPart::OutputText(part) => contents.text(&part.text),
            InputContentPart::InputImage(part) => contents.image(&part.image_url),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groq_types::{
        EasyInputMessage, FunctionTool, InputImage, InputRole, JsonObjectTextFormat,
        JsonSchemaTextFormat, ReasoningEffort, ReasoningOptions, TextOptions,
    };

    fn request() -> ResponseRequest {
        ResponseRequest::new("openai/gpt-oss-20b", "answer in JSON")
    }

    fn fields(request: &ResponseRequest) -> Vec<&'static str> {
        let catalogue = Catalogue::shipped().on("2026-10-01");
        let findings = request.check(&catalogue);
        findings.iter().map(|finding| finding.field).collect()
    }

    #[test]
    fn each_finding_names_its_field() {
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
}
