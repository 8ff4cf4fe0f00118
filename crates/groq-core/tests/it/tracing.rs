//! Spans for `tracing`: named by the conventions, without content.
#![cfg(feature = "tracing")]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use groq_core::types::{EmbeddingRequest, SpeechRequest};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Reply, Server, request, stop, text};

/// What a field was recorded as.
#[derive(Clone, Debug, PartialEq)]
enum Recorded {
    Integer(i64),
    Double(f64),
    Text(String),
    /// Recorded as unsigned: exporters write such a number as text.
    Unsigned,
}

type Fields = Arc<Mutex<BTreeMap<String, Recorded>>>;

/// Keeps the fields of all spans of this crate.
struct Collector(Fields);

impl Collector {
    fn keep(&self, field: &Field, value: Recorded) {
        let mut fields = self.0.lock().expect("fields");
        fields.insert(field.name().to_owned(), value);
    }
}

impl Visit for Collector {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.keep(field, Recorded::Text(format!("{value:?}")));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, Recorded::Text(value.to_owned()));
    }
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.keep(field, Recorded::Integer(value));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.keep(field, Recorded::Double(value));
    }
    fn record_u64(&mut self, field: &Field, _value: u64) {
        self.keep(field, Recorded::Unsigned);
    }
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("groq_core")
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Self(Arc::clone(&self.0)));
        Id::from_u64(1)
    }
    fn record(&self, _span: &Id, values: &Record<'_>) {
        values.record(&mut Self(Arc::clone(&self.0)));
    }
    fn record_follows_from(&self, _span: &Id, _follows: &Id) {}
    fn event(&self, _event: &Event<'_>) {}
    fn enter(&self, _span: &Id) {}
    fn exit(&self, _span: &Id) {}
}

#[tokio::test]
async fn a_call_is_a_span_with_what_the_conventions_name() {
    let fields = Fields::default();
    let _guard = tracing::subscriber::set_default(Collector(Arc::clone(&fields)));
    let usage = r#"{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}"#;
    let server = Server::start([
        Reply::error(503, &[]),
        Reply::events(&[&text("canary"), &stop(), usage, "[DONE]"]),
    ])
    .await;
    let (client, _) = server.client();
    let stream = client.chat().stream(request()).await.expect("a stream");
    stream.finish().await.expect("a reply");
    let fields = fields.lock().expect("fields");
    let text = |text: &str| Recorded::Text(text.to_owned());
    let expected = [
        ("otel.name", text("chat m")),
        ("gen_ai.operation.name", text("chat")),
        ("gen_ai.provider.name", text("groq")),
        ("gen_ai.request.model", text("m")),
        ("gen_ai.response.model", text("m")),
        ("gen_ai.usage.input_tokens", Recorded::Integer(7)),
        ("gen_ai.usage.output_tokens", Recorded::Integer(2)),
        ("gen_ai.response.finish_reasons", text("[\"stop\"]")),
        ("server.address", text("127.0.0.1")),
        ("groq.attempts", Recorded::Integer(2)),
        ("http.response.status_code", Recorded::Integer(200)),
    ];
    for (name, value) in expected {
        assert_eq!(fields.get(name), Some(&value), "{name}: {fields:?}");
    }
    assert!(!fields.contains_key("otel.status_code"), "{fields:?}");
    check(&fields);
    assert!(!format!("{fields:?}").contains("canary"));
}

/// The attributes of the conventions (1.41) that a client may set, with their types; `s` is text, `i` an integer, `d` a double.
const REGISTRY: [(&str, char); 30] = [
    ("gen_ai.operation.name", 's'),
    ("gen_ai.provider.name", 's'),
    ("gen_ai.conversation.id", 's'),
    ("gen_ai.output.type", 's'),
    ("gen_ai.request.choice.count", 'i'),
    ("gen_ai.request.encoding_formats", 's'),
    ("gen_ai.request.frequency_penalty", 'd'),
    ("gen_ai.request.max_tokens", 'i'),
    ("gen_ai.request.model", 's'),
    ("gen_ai.request.presence_penalty", 'd'),
    ("gen_ai.request.seed", 'i'),
    ("gen_ai.request.stop_sequences", 's'),
    ("gen_ai.request.stream", 'b'),
    ("gen_ai.request.temperature", 'd'),
    ("gen_ai.request.top_k", 'd'),
    ("gen_ai.request.top_p", 'd'),
    ("gen_ai.response.finish_reasons", 's'),
    ("gen_ai.response.id", 's'),
    ("gen_ai.response.model", 's'),
    ("gen_ai.response.time_to_first_chunk", 'd'),
    ("gen_ai.usage.cache_creation.input_tokens", 'i'),
    ("gen_ai.usage.cache_read.input_tokens", 'i'),
    ("gen_ai.usage.input_tokens", 'i'),
    ("gen_ai.usage.output_tokens", 'i'),
    ("gen_ai.usage.reasoning.output_tokens", 'i'),
    ("error.type", 's'),
    ("http.response.status_code", 'i'),
    ("server.address", 's'),
    ("server.port", 'i'),
    ("user_agent.original", 's'),
];

/// The names of operations in the conventions.
const OPERATIONS: [&str; 9] = [
    "chat",
    "create_agent",
    "embeddings",
    "execute_tool",
    "generate_content",
    "invoke_agent",
    "invoke_workflow",
    "retrieval",
    "text_completion",
];

/// Each attribute is in the conventions, of the right type, and not empty. What `otel.` means is said by the bridge from
/// `tracing`; `groq.` is ours.
fn check(fields: &BTreeMap<String, Recorded>) {
    assert!(fields.contains_key("server.port"), "{fields:?}");
    for (name, value) in fields {
        let expected = REGISTRY.iter().find(|(known, _)| known == name);
        let expected = expected.map(|(_, expected)| *expected);
        match (expected, value) {
            (Some('s'), Recorded::Text(text)) => {
                assert!(!text.is_empty() && text != "[]", "{name}");
            }
            (Some('i'), Recorded::Integer(_)) | (Some('d'), Recorded::Double(_)) => {}
            (None, Recorded::Text(text)) if name.starts_with("otel.") => assert!(!text.is_empty()),
            (None, Recorded::Integer(_)) if name.starts_with("groq.") => {}
            other => unreachable!("{name}: {other:?}"),
        }
    }
    if let Some(Recorded::Text(name)) = fields.get("gen_ai.operation.name") {
        assert!(OPERATIONS.contains(&name.as_str()), "{name}");
    }
}

#[tokio::test]
async fn every_call_keeps_to_the_conventions_and_a_failed_one_says_so() {
    let speak = || SpeechRequest::new("s", "canary", "v");
    let embed = || EmbeddingRequest::new("e", "canary");
    for (row, expected) in [
        None,
        None,
        Some("chat"),
        Some("embeddings"),
        Some("generate_content"),
    ]
    .into_iter()
    .enumerate()
    {
        let fields = Fields::default();
        let _guard = tracing::subscriber::set_default(Collector(Arc::clone(&fields)));
        let server = Server::start([Reply::error(400, &[])]).await;
        let (client, _) = server.client();
        let error = match row {
            0 => client.models().list().await.map(drop),
            1 => client.files().get("canary").await.map(drop),
            2 => client.chat().create(request()).await.map(drop),
            3 => client.embeddings().create(embed()).await.map(drop),
            _ => client.audio().speak(speak()).await.map(drop),
        };
        assert!(error.is_err());
        let fields = fields.lock().expect("fields").clone();
        let text = |name: &str| match fields.get(name) {
            Some(Recorded::Text(text)) => Some(text.clone()),
            _ => None,
        };
        check(&fields);
        assert_eq!(
            text("otel.status_code").as_deref(),
            Some("ERROR"),
            "{fields:?}"
        );
        assert_eq!(text("error.type").as_deref(), Some("Api"), "{fields:?}");
        assert_eq!(
            text("gen_ai.operation.name").as_deref(),
            expected,
            "{fields:?}"
        );
        assert!(!format!("{fields:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_stream_that_breaks_is_a_failed_call() {
    let fields = Fields::default();
    let _guard = tracing::subscriber::set_default(Collector(Arc::clone(&fields)));
    let server = Server::start([Reply::events(&[&text("half")])]).await;
    let (client, _) = server.client();
    let stream = client.chat().stream(request()).await.expect("a stream");
    stream.finish().await.expect_err("it is cut");
    let fields = fields.lock().expect("fields");
    let error = Recorded::Text("ERROR".to_owned());
    assert_eq!(fields.get("otel.status_code"), Some(&error), "{fields:?}");
    check(&fields);
}
