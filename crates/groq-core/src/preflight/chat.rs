//! Chat completions.

use groq_types::{
    ChatCompletionRequest, Content, ContentPart, Message, ReasoningEffort, ReasoningFormat,
    ResponseFormat, StopSequences, TextContent, Tool,
};

use super::{Findings, Preflight, Verdict};
use crate::facts::{Catalogue, JsonSchemaSupport, ModelFacts, ModelKind};

const MAX_STOPS: usize = 4;
const MAX_TOOLS: usize = 128;
const MAX_NAME: usize = 64;
const MAX_IMAGES: usize = 5;
/// Of a request with images in it (docs, of December 2025).
const MAX_IMAGE_REQUEST: usize = 4 << 20;

impl Preflight for ChatCompletionRequest {
    fn check(&self, catalogue: &Catalogue) -> Findings {
        let mut findings = Findings::default();
        let model = findings.model(catalogue, &self.model);
        unsupported(self, &mut findings);
        sampling(self, &mut findings);
        format(self, &mut findings);
        reasoning(self, &mut findings);
        tools(self, &mut findings);
        let content = Contents::of(self);
        content.check(self, &mut findings);
        if let Some(model) = model {
            of_model(self, model, &content, &mut findings);
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
    let within = |value: Option<f64>, from: f64, to: f64| {
        value.is_none_or(|value| (from..=to).contains(&value))
    };
    findings.refuse_if(
        !within(request.temperature, 0.0, 2.0),
        "temperature",
        "it goes from 0 to 2",
    );
    findings.refuse_if(
        !within(request.top_p, 0.0, 1.0),
        "top_p",
        "it goes from 0 to 1",
    );
    if request.temperature == Some(0.0) {
        findings.add("temperature", Verdict::Changed, "0 becomes 1e-8");
    }
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
    let has_tools = request
        .tools
        .as_ref()
        .is_some_and(|tools| !tools.is_empty());
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
            let name = &format.json_schema.name;
            findings.refuse_if(
                !is_name(name),
                "response_format",
                "the name of the schema must be of at most 64 letters, digits, _ and -",
            );
            findings.refuse_if(
                request.stream == Some(true),
                "stream",
                "a reply by a schema is not streamed",
            );
        }
        _ => return,
    }
    findings.refuse_if(
        has_tools,
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
    let has_tools = request
        .tools
        .as_ref()
        .is_some_and(|tools| !tools.is_empty());
    findings.refuse_if(
        raw && (has_tools || is_json(request)),
        "reasoning_format",
        "raw is not possible with tools or JSON",
    );
}

fn tools(request: &ChatCompletionRequest, findings: &mut Findings) {
    let tools: &[Tool] = request.tools.as_deref().unwrap_or_default();
    findings.refuse_if(tools.len() > MAX_TOOLS, "tools", "at most 128 are possible");
    for function in tools.iter().filter_map(|tool| tool.function.as_ref()) {
        if !is_name(&function.name) {
            findings.refuse(
                "tools",
                format!(
                    "{:?} is no name: it must be of at most 64 letters, digits, _ and -",
                    function.name
                ),
            );
        }
    }
}

fn of_model(
    request: &ChatCompletionRequest,
    model: &ModelFacts,
    content: &Contents,
    findings: &mut Findings,
) {
    let id = &model.id;
    if matches!(model.kind, ModelKind::Transcription | ModelKind::Speech) {
        findings.refuse("model", format!("{id} does not converse"));
    }
    let tools = request
        .tools
        .as_ref()
        .is_some_and(|tools| !tools.is_empty());
    if tools && model.tools == Some(false) {
        findings.refuse("tools", format!("{id} takes none"));
    }
    if content.images > 0 && model.images == Some(false) {
        findings.refuse("messages", format!("{id} takes no images"));
    }
    if let Some(ResponseFormat::JsonSchema(format)) = &request.response_format {
        let strict = format.json_schema.strict == Some(true);
        match model.json_schema {
            Some(JsonSchemaSupport::No) => findings.refuse(
                "response_format",
                format!("{id} knows JSON mode only, and no schemas"),
            ),
            Some(JsonSchemaSupport::BestEffort) if strict => findings.refuse(
                "response_format",
                format!("{id} cannot be held to a schema strictly"),
            ),
            _ => {}
        }
    }
    let asked = request
        .max_completion_tokens
        .or(request.max_tokens)
        .map(u64::from);
    if let (Some(asked), Some(most)) = (asked, model.max_completion_tokens)
        && asked > most
    {
        findings.refuse(
            "max_completion_tokens",
            format!("{id} writes at most {most} tokens"),
        );
    }
    if let Some(window) = model.context_window
        && content.tokens() > window
    {
        findings.add(
            "messages",
            Verdict::Doubtful,
            format!(
                "they are about {} tokens, and {id} takes {window}",
                content.tokens()
            ),
        );
    }
    gpt_oss(request, id, findings);
}

fn gpt_oss(request: &ChatCompletionRequest, id: &str, findings: &mut Findings) {
    if !id.starts_with("openai/gpt-oss") {
        return;
    }
    findings.refuse_if(
        request.reasoning_format.is_some(),
        "reasoning_format",
        "the gpt-oss models take include_reasoning instead",
    );
    let effort = request.reasoning_effort.as_ref();
    let other = effort
        .is_some_and(|effort| matches!(effort, ReasoningEffort::None | ReasoningEffort::Default));
    findings.refuse_if(
        other,
        "reasoning_effort",
        "the gpt-oss models take low, medium and high",
    );
    if request.parallel_tool_calls == Some(true) {
        findings.add(
            "parallel_tool_calls",
            Verdict::Changed,
            "the gpt-oss models call one tool at a time",
        );
    }
}

fn is_json(request: &ChatCompletionRequest) -> bool {
    matches!(
        request.response_format,
        Some(ResponseFormat::JsonObject(_) | ResponseFormat::JsonSchema(_))
    )
}

fn is_name(name: &str) -> bool {
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    (1..=MAX_NAME).contains(&name.len()) && name.chars().all(allowed)
}

/// What stands in the messages, counted.
#[derive(Default)]
struct Contents {
    text_bytes: usize,
    images: usize,
    image_bytes: usize,
    says_json: bool,
}

impl Contents {
    fn of(request: &ChatCompletionRequest) -> Self {
        let mut contents = Self::default();
        for message in &request.messages {
            match message {
                Message::System(message) | Message::Developer(message) => {
                    contents.text_content(&message.content);
                }
                Message::User(message) => contents.content(&message.content),
                Message::Assistant(message) => message
                    .content
                    .iter()
                    .for_each(|content| contents.text_content(content)),
                Message::Tool(message) => contents.content(&message.content),
                _ => {}
            }
        }
        contents
    }

    fn text_content(&mut self, content: &TextContent) {
        match content {
            TextContent::Text(text) => self.text(text),
            TextContent::Parts(parts) => parts.iter().for_each(|part| self.text(&part.text)),
            _ => {}
        }
    }

    fn content(&mut self, content: &Content) {
        match content {
            Content::Text(text) => self.text(text),
            Content::Parts(parts) => {
                for part in parts {
                    match part {
                        ContentPart::Text(part) => self.text(&part.text),
                        ContentPart::ImageUrl(part) => self.image(&part.image_url.url),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        self.text_bytes += text.len();
        self.says_json |= text
            .as_bytes()
            .windows(4)
            .any(|word| word.eq_ignore_ascii_case(b"json"));
    }

    fn image(&mut self, url: &str) {
        self.images += 1;
        if url.starts_with("data:") {
            self.image_bytes += url.len();
        }
    }

    fn check(&self, request: &ChatCompletionRequest, findings: &mut Findings) {
        findings.refuse_if(
            self.images > MAX_IMAGES,
            "messages",
            "at most 5 images are possible",
        );
        if self.image_bytes > MAX_IMAGE_REQUEST {
            findings.add(
                "messages",
                Verdict::Doubtful,
                "images of more than 4 MB in the request may be too large; give their URLs",
            );
        }
        let json_mode = matches!(request.response_format, Some(ResponseFormat::JsonObject(_)));
        findings.refuse_if(
            json_mode && !self.says_json,
            "messages",
            "JSON mode asks for the word JSON in them",
        );
    }

    /// About four bytes make a token of English.
    fn tokens(&self) -> u64 {
        self.text_bytes as u64 / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use groq_types::{FunctionDefinition, JsonSchemaFormat, UserMessage};

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

    #[test]
    fn each_finding_names_its_field() {
        let tool = |name: &str| Tool::function(FunctionDefinition::new(name));
        let schema = || ResponseFormat::json_schema(JsonSchemaFormat::new("s"));
        let user = |name: &str| Message::User(UserMessage::new("JSON").with_name(name));
        let images = |count| {
            let parts: Vec<_> = (0..count)
                .map(|_| ContentPart::image_url("https://x.example/i.png"))
                .collect();
            Message::user(parts)
        };
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
        for (request, expected) in table {
            assert_eq!(fields(&request), expected, "{request:?}");
        }
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
