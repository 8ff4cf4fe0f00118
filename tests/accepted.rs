//! Requests of every operation, built by the client, and the replies of a server that was not made by us.
//!
//! Without more, that is the mock. `openapi/checks/run` sets `GROQ_PRISM_URL`, and then it is Stoplight Prism, which knows nothing
//! but our description.

use std::collections::BTreeSet;

use groq_core::types::{
    BatchEndpoint, BatchRequest, BrowserSearchTool, ChatCompletionRequest, CitationOptions,
    CodeInterpreterContainer, CodeInterpreterTool, ContentPart, Document, EasyInputMessage,
    EmbeddingEncoding, EmbeddingRequest, FilePurpose, FineTuningRequest, FineTuningType,
    FunctionCallItem, FunctionCallOutputItem, FunctionDefinition, FunctionTool, InputItem,
    InputRole, JsonSchemaFormat, JsonSchemaTextFormat, McpTool, Message, ReasoningEffort,
    ReasoningFormat, ReasoningOptions, RerankingRequest, ResponseFormat, ResponseRequest,
    ResponseServiceTier, ResponseTool, SearchSettings, ServiceTier, SpeechFormat, SpeechRequest,
    StreamOptions, TextDocument, TextFormat, TextOptions, TimestampGranularity, Tool, ToolChoice,
    ToolChoiceMode, TranscriptionRequest, TranslationRequest, TypedInputItem,
};
use groq_core::{AudioInput, Client, Error, Upload};
use groq_mock::Mock;
use groq_types::operations::ALL;
use serde_json::{Map, Value, json};

const MODEL: &str = "openai/gpt-oss-20b";

/// What is not a fault of the request: the operation, and the reply of the server.
const EXCEPTIONS: [(&str, u16); 1] = [
    // The mock's models are all of Groq, and cannot be deleted.
    ("deleteModel", 403),
];

#[tokio::test]
async fn every_operation_is_accepted() {
    let mock = Mock::start().await.unwrap();
    let url = std::env::var("GROQ_PRISM_URL").unwrap_or_else(|_| mock.url());
    let client = Client::builder()
        .api_key("gsk_check")
        .base_url(url)
        .max_retries(0);
    let mut seen = Seen {
        client: client.build().unwrap(),
        operations: BTreeSet::new(),
        refused: Vec::new(),
    };
    Box::pin(chat(&mut seen)).await;
    responses(&mut seen).await;
    audio(&mut seen).await;
    models(&mut seen).await;
    let file = files(&mut seen).await;
    batches(&mut seen, &file).await;
    others(&mut seen, &file).await;
    assert_eq!(seen.refused, [""; 0]);
    let all = ALL.iter().map(|operation| operation.id.to_owned());
    assert_eq!(seen.operations, all.collect(), "an operation is not called");
}

struct Seen {
    client: Client,
    operations: BTreeSet<String>,
    refused: Vec<String>,
}

impl Seen {
    /// Notes what came of a request. An answer that does not decode is an answer: Prism makes its own up.
    fn note<T>(&mut self, operation: &str, result: Result<T, Error>) -> Option<T> {
        self.operations.insert(operation.to_owned());
        let error = match result {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let status = error.status().map(|status| status.as_u16());
        let is_excepted = status.is_some_and(|status| EXCEPTIONS.contains(&(operation, status)));
        if !is_excepted && !status.is_some_and(|status| (200..300).contains(&status)) {
            let body = error
                .body()
                .map(|body| String::from_utf8_lossy(body).into_owned());
            self.refused.push(format!("{operation}: {error} {body:?}"));
        }
        None
    }
}

fn parameters() -> Map<String, Value> {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": false});
    schema.as_object().cloned().unwrap()
}

async fn chat(seen: &mut Seen) {
    let plain = || ChatCompletionRequest::new(MODEL, [Message::user("Answer in JSON")]);
    let function = FunctionDefinition::new("weather").with_description("d");
    let tools = [
        Tool::function(function.with_parameters(parameters()).with_strict(true)),
        Tool::browser_search(),
        Tool::code_interpreter(),
    ];
    let call = json!({"role": "assistant", "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "null"}}]});
    let image = "https://example.com/i.png";
    let history = [
        Message::system("s"),
        Message::developer("d"),
        Message::user(vec![ContentPart::text("t")]),
        serde_json::from_value(call).unwrap(),
        Message::tool("c1", "19"),
        Message::assistant("a"),
        Message::user("u"),
    ];
    let schema = JsonSchemaFormat::new("s")
        .with_schema(parameters())
        .with_strict(true);
    let requests = [
        plain(),
        plain()
            .with_temperature(0.5)
            .with_top_p(0.9)
            .with_max_completion_tokens(20_u32)
            .with_seed(-7_i64)
            .with_stop(["a", "b"])
            .with_user("u")
            .with_n(1_u32)
            .with_service_tier(ServiceTier::Auto)
            .with_metadata([("a", "b")])
            .with_include_reasoning(false)
            .with_reasoning_effort(ReasoningEffort::Low),
        plain().with_stop("x").with_max_tokens(20_u32),
        plain().with_messages(history).with_tools(tools.clone()),
        plain()
            .with_tools(tools)
            .with_tool_choice(ToolChoice::function("weather"))
            .with_disable_tool_validation(true)
            .with_parallel_tool_calls(false),
        plain().with_response_format(ResponseFormat::json_object()),
        plain().with_response_format(ResponseFormat::json_schema(schema)),
        plain()
            .with_documents([Document::new(TextDocument::new("t")).with_id("1")])
            .with_citation_options(CitationOptions::Enabled),
        plain()
            .with_model("qwen/qwen3.8-27b")
            .with_reasoning_format(ReasoningFormat::Hidden),
        plain()
            .with_model("qwen/qwen3.8-27b")
            .with_messages([Message::user(vec![
                ContentPart::text("t"),
                ContentPart::image_url(image),
            ])]),
        plain().with_model("groq/compound").with_search_settings(
            SearchSettings::new()
                .with_country("germany")
                .with_include_domains(["example.com"]),
        ),
    ];
    for request in requests {
        let result = seen.client.chat().create(request).await;
        seen.note("createChatCompletion", result);
    }
    let options = StreamOptions::new().with_include_usage(true);
    let result = seen
        .client
        .chat()
        .stream(plain().with_stream_options(options))
        .await;
    seen.note("createChatCompletion", result);
}

async fn responses(seen: &mut Seen) {
    let plain = || ResponseRequest::new(MODEL, "hi");
    let history = vec![
        InputItem::from(EasyInputMessage::new(InputRole::User, "u")),
        TypedInputItem::from(FunctionCallItem::new("c1", "weather", "{}")).into(),
        TypedInputItem::from(FunctionCallOutputItem::new("c1", "19")).into(),
    ];
    let interpreter = CodeInterpreterContainer::new("auto");
    let tools = [
        ResponseTool::from(FunctionTool::new("weather").with_parameters(parameters())),
        BrowserSearchTool::new().into(),
        CodeInterpreterTool::new()
            .with_container(interpreter)
            .into(),
        McpTool::new("label")
            .with_server_url("https://example.com/mcp")
            .with_headers([("a", "b")])
            .with_require_approval("never")
            .into(),
    ];
    let schema = JsonSchemaTextFormat::new("s", parameters()).with_strict(true);
    let requests = [
        plain(),
        plain()
            .with_instructions("i")
            .with_max_output_tokens(50_u32)
            .with_temperature(0.5)
            .with_top_p(0.9)
            .with_metadata([("a", "b")])
            .with_reasoning(ReasoningOptions::new().with_effort(ReasoningEffort::Low))
            .with_service_tier(ResponseServiceTier::Auto)
            .with_store(false)
            .with_user("u"),
        plain()
            .with_input(history)
            .with_tools(tools)
            .with_tool_choice(ToolChoiceMode::Auto),
        plain().with_text(TextOptions::new().with_format(TextFormat::from(schema))),
    ];
    for request in requests {
        let result = seen.client.responses().create(request).await;
        seen.note("createResponse", result);
    }
    let result = seen.client.responses().stream(plain()).await;
    seen.note("createResponse", result);
}

/// A fifth of a second of nothing.
fn wav() -> Vec<u8> {
    // Prism reads forms as text and spoils what is not UTF-8, so every byte of this recording is ASCII: eight bits a
    // sample, 8,000 samples a second.
    const BYTES: u32 = 0x640;
    let mut wav = [b"RIFF".as_slice(), &(BYTES + 36).to_le_bytes(), b"WAVEfmt "].concat();
    wav.extend(16_u32.to_le_bytes());
    wav.extend([1, 0, 1, 0]);
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend(8_000_u32.to_le_bytes());
    wav.extend([1, 0, 8, 0]);
    wav.extend([b"data".as_slice(), &BYTES.to_le_bytes()].concat());
    wav.resize(wav.len() + BYTES as usize, 0x7F);
    assert!(wav.is_ascii());
    wav
}

async fn audio(seen: &mut Seen) {
    let client = seen.client.clone();
    let audio = client.audio();
    let file = || AudioInput::file(Upload::bytes(wav()).name("a.wav"));
    let request = || TranscriptionRequest::new("whisper-large-v3");
    let full = || {
        request()
            .with_language("en")
            .with_prompt("p")
            .with_temperature(0.5)
    };
    let words = [TimestampGranularity::Word, TimestampGranularity::Segment];
    let times = full().with_timestamp_granularities(words);
    let operation = "createTranscription";
    seen.note(operation, audio.transcribe(file(), request()).await);
    seen.note(
        operation,
        audio
            .transcribe(AudioInput::base64url(wav()), request())
            .await,
    );
    seen.note(operation, audio.transcribe_text(file(), full()).await);
    seen.note(operation, audio.transcribe_verbose(file(), times).await);
    let request = || TranslationRequest::new("whisper-large-v3");
    let full = || {
        request()
            .with_language("en")
            .with_prompt("p")
            .with_temperature(0.5)
    };
    let operation = "createTranslation";
    seen.note(operation, audio.translate(file(), request()).await);
    seen.note(
        operation,
        audio
            .translate(AudioInput::base64url(wav()), request())
            .await,
    );
    seen.note(operation, audio.translate_text(file(), full()).await);
    seen.note(operation, audio.translate_verbose(file(), full()).await);
    let speech = SpeechRequest::new("canopylabs/orpheus-v1-english", "t", "hannah")
        .with_response_format(SpeechFormat::Wav)
        .with_sample_rate(24_000_u32)
        .with_speed(1.5);
    seen.note("createSpeech", audio.speak(speech).await);
}

async fn models(seen: &mut Seen) {
    let client = seen.client.clone();
    let models = client.models();
    seen.note("listModels", models.list().await);
    seen.note("retrieveModel", models.get(MODEL).await);
    seen.note("deleteModel", models.delete(MODEL).await);
}

/// The id of a file that is there.
async fn files(seen: &mut Seen) -> String {
    let client = seen.client.clone();
    let files = client.files();
    let line = json!({"custom_id": "1", "method": "POST", "url": "/v1/chat/completions",
        "body": {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}});
    let mut ids = ["f".to_owned(), "g".to_owned()];
    for id in &mut ids {
        let file = Upload::bytes(line.to_string()).name("a.jsonl");
        let uploaded = files.upload(file, FilePurpose::Batch).await;
        if let Some(uploaded) = seen.note("uploadFile", uploaded) {
            *id = uploaded.into_inner().id;
        }
    }
    let [kept, deleted] = ids;
    seen.note("listFiles", files.list().await);
    seen.note("retrieveFile", files.get(&kept).await);
    seen.note("downloadFile", files.content(&kept).await);
    seen.note("deleteFile", files.delete(&deleted).await);
    kept
}

async fn batches(seen: &mut Seen, file: &str) {
    let client = seen.client.clone();
    let batches = client.batches();
    let request =
        BatchRequest::new(file, BatchEndpoint::V1ChatCompletions, "7d").with_metadata([("a", "b")]);
    let batch = seen.note("createBatch", batches.create(request).await);
    let id = batch.map_or_else(|| "b".to_owned(), |batch| batch.into_inner().id);
    seen.note("listBatches", batches.list().await);
    seen.note("retrieveBatch", batches.get(&id).await);
    seen.note("cancelBatch", batches.cancel(&id).await);
}

async fn others(seen: &mut Seen, file: &str) {
    let client = seen.client.clone();
    let embedding = || EmbeddingRequest::new("nomic-embed-text-v1_5", "a");
    let many = embedding()
        .with_input(["a", "b"])
        .with_encoding_format(EmbeddingEncoding::Base64)
        .with_user("u");
    for request in [embedding(), many] {
        seen.note("createEmbedding", client.embeddings().create(request).await);
    }
    let request = RerankingRequest::new("qwen3-reranker-4b", "q", ["a", "b"]).with_instruction("i");
    seen.note("createReranking", client.reranking().create(request).await);
    let tunings = client.fine_tunings();
    let request = FineTuningRequest::new()
        .with_base_model(MODEL)
        .with_input_file_id(file)
        .with_name("n")
        .with_type(FineTuningType::Lora);
    let created = seen.note("createFineTuning", tunings.create(request).await);
    let id = created
        .and_then(|tuning| tuning.into_inner().id)
        .unwrap_or_else(|| "t".to_owned());
    seen.note("listFineTunings", tunings.list().await);
    seen.note("getFineTuning", tunings.get(&id).await);
    seen.note("deleteFineTuning", tunings.delete(&id).await);
}
