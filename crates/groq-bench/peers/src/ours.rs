//! groq-core.

use bytes::Bytes;
use groq_core::types::{ChatCompletionRequest, Message};
use groq_core::{ChatStream, Client};

use crate::latency::Latencies;
use crate::recording::{Cut, Kind};

pub(crate) async fn decode_chunks(frames: Vec<Bytes>) -> usize {
    chunks(recorded(frames).await).await
}

pub(crate) async fn decode_text(frames: Vec<Bytes>) -> usize {
    text(recorded(frames).await).await
}

pub(crate) async fn stream_chunks(server: &str, kind: Kind, cut: Cut, n: usize) -> usize {
    chunks(open(server, kind, cut, n).await).await
}

pub(crate) async fn stream_text(server: &str, kind: Kind, cut: Cut, n: usize) -> usize {
    text(open(server, kind, cut, n).await).await
}

pub(crate) async fn request(server: &str, n: usize) -> usize {
    let client = client(server);
    let mut length = 0;
    for _ in 0..n {
        let reply = client.chat().create(question()).await.expect("a reply");
        length += reply.text().unwrap_or_default().len();
    }
    length
}

pub(crate) async fn latencies(server: &str, n: usize) -> Latencies {
    let client = client(&format!("{server}/timed/{n}"));
    let answer = client.chat().stream(question()).await;
    let mut stream = answer.expect("a stream");
    let mut latencies = Latencies::default();
    while let Some(chunk) = stream.next().await {
        for choice in chunk.expect("a chunk").choices {
            latencies.came(choice.delta.content.as_deref());
        }
    }
    latencies
}

/// The request that all clients send.
pub(crate) fn question() -> ChatCompletionRequest {
    let system = Message::system("You answer in two sentences, without lists.");
    let user = Message::user("Explain to a child why the sky is blue, and why sunsets are not.");
    ChatCompletionRequest::new("openai/gpt-oss-20b", [system, user]).with_temperature(0.5)
}

async fn recorded(frames: Vec<Bytes>) -> ChatStream {
    let client = client("http://127.0.0.1:1");
    ChatStream::recorded(&client, frames)
        .await
        .expect("a stream")
}

async fn open(server: &str, kind: Kind, cut: Cut, n: usize) -> ChatStream {
    let client = client(&format!("{server}{}", kind.path(cut, n)));
    client.chat().stream(question()).await.expect("a stream")
}

async fn chunks(mut stream: ChatStream) -> usize {
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        for choice in chunk.expect("a chunk").choices {
            length += choice.delta.content.map_or(0, |text| text.len());
        }
    }
    length
}

async fn text(mut stream: ChatStream) -> usize {
    let mut length = 0;
    let mut text = stream.text();
    while let Some(piece) = text.next().await {
        length += piece.expect("a piece").len();
    }
    length
}

pub(crate) fn client(base_url: &str) -> Client {
    Client::builder()
        .api_key("gsk_unused")
        .base_url(base_url)
        .build()
        .expect("a client")
}
