//! genai, as its documentation says to use it.

use futures_util::StreamExt;
use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest, ChatStreamEvent};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{Client, ModelIden, ServiceTarget};

use crate::latency::Latencies;
use crate::recording::{Cut, Kind};

const MODEL: &str = "openai/gpt-oss-20b";

pub(crate) async fn request(server: &str, n: usize) -> usize {
    let client = client(format!("{server}/openai/v1/"));
    let mut length = 0;
    for _ in 0..n {
        let reply = client.exec_chat(MODEL, question(), Some(&options())).await;
        length += reply.expect("a reply").first_text().map_or(0, str::len);
    }
    length
}

pub(crate) async fn stream(server: &str, kind: Kind, cut: Cut, n: usize) -> usize {
    let client = client(format!("{server}{}/", kind.path(cut, n)));
    let mut length = 0;
    let answer = client
        .exec_chat_stream(MODEL, question(), Some(&options()))
        .await;
    let mut stream = answer.expect("a stream").stream;
    while let Some(event) = stream.next().await {
        if let ChatStreamEvent::Chunk(chunk) = event.expect("an event") {
            length += chunk.content.len();
        }
    }
    length
}

pub(crate) async fn latencies(server: &str, n: usize) -> Latencies {
    let client = client(format!("{server}/timed/{n}/"));
    let answer = client
        .exec_chat_stream(MODEL, question(), Some(&options()))
        .await;
    let mut stream = answer.expect("a stream").stream;
    let mut latencies = Latencies::default();
    while let Some(event) = stream.next().await {
        if let ChatStreamEvent::Chunk(chunk) = event.expect("an event") {
            latencies.came(Some(&chunk.content));
        }
    }
    latencies
}

fn question() -> ChatRequest {
    ChatRequest::new(vec![
        ChatMessage::system("You answer in two sentences, without lists."),
        ChatMessage::user("Explain to a child why the sky is blue, and why sunsets are not."),
    ])
}

fn options() -> ChatOptions {
    ChatOptions::default().with_temperature(0.5)
}

fn client(base: String) -> Client {
    crate::choose_cryptography();
    let resolver = ServiceTargetResolver::from_resolver_fn(
        move |target: ServiceTarget| -> Result<ServiceTarget, genai::resolver::Error> {
            Ok(ServiceTarget {
                endpoint: Endpoint::from_owned(base.clone()),
                auth: AuthData::from_single("gsk_unused"),
                model: ModelIden::new(AdapterKind::Groq, target.model.model_name),
            })
        },
    );
    Client::builder()
        .with_service_target_resolver(resolver)
        .build()
        .expect("a client")
}
