//! Spans for `tracing`: named by the conventions, without content.
#![cfg(feature = "tracing")]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::support::{Reply, Server, request, stop, text};

type Fields = Arc<Mutex<BTreeMap<String, String>>>;

/// Keeps the fields of all spans of this crate.
struct Collector(Fields);

impl Visit for Collector {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let value = format!("{value:?}");
        self.0
            .lock()
            .expect("fields")
            .insert(field.name().to_owned(), value);
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
    let expected = [
        ("otel.name", "\"chat m\""),
        ("gen_ai.operation.name", "\"chat\""),
        ("gen_ai.provider.name", "\"groq\""),
        ("gen_ai.request.model", "\"m\""),
        ("gen_ai.response.model", "\"m\""),
        ("gen_ai.usage.input_tokens", "7"),
        ("gen_ai.usage.output_tokens", "2"),
        ("gen_ai.response.finish_reasons", "[\"stop\"]"),
        ("groq.attempts", "2"),
        ("http.response.status_code", "200"),
    ];
    for (name, value) in expected {
        assert_eq!(
            fields.get(name).map(String::as_str),
            Some(value),
            "{name}: {fields:?}"
        );
    }
    assert!(fields.contains_key("gen_ai.response.time_to_first_chunk"));
    assert!(!format!("{fields:?}").contains("canary"));
}
