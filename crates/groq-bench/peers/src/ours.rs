//! groq-core.

use bytes::Bytes;
use groq_core::types::{ChatCompletionRequest, Message};
use groq_core::{ChatStream, Client};

use crate::recording::Kind;

pub(crate) async fn request(server: &str, n: usize, each: &mut impl FnMut(&str)) {
    let client = client(server);
    for _ in 0..n {
        let reply = client.chat().create(question()).await.expect("a reply");
        each(reply.text().unwrap_or_default());
    }
}

/// Reads typed chunks, or text alone, which tools have none of.
pub(crate) async fn read(
    client: &str,
    kind: Kind,
    mut stream: ChatStream,
    each: &mut impl FnMut(&str),
) -> Option<()> {
    if client == "core-text" {
        let mut text = (kind == Kind::Text).then(|| stream.text())?;
        while let Some(piece) = text.next().await {
            each(&piece.expect("a piece"));
        }
        return Some(());
    }
    while let Some(chunk) = stream.next().await {
        for choice in chunk.expect("a chunk").choices {
            each(choice.delta.content.as_deref().unwrap_or_default());
        }
    }
    Some(())
}

/// The request that all clients send.
pub(crate) fn question() -> ChatCompletionRequest {
    let system = Message::system("You answer in two sentences, without lists.");
    let user = Message::user("Explain to a child why the sky is blue, and why sunsets are not.");
    ChatCompletionRequest::new("openai/gpt-oss-20b", [system, user]).with_temperature(0.5)
}

pub(crate) async fn recorded(frames: Vec<Bytes>) -> ChatStream {
    let client = client("http://127.0.0.1:1");
    let stream = ChatStream::recorded(&client, frames).await;
    stream.expect("a stream")
}

pub(crate) async fn open(base: &str) -> ChatStream {
    let stream = client(base).chat().stream(question()).await;
    stream.expect("a stream")
}

pub(crate) fn client(base_url: &str) -> Client {
    Client::builder()
        .api_key("gsk_unused")
        .base_url(base_url)
        .build()
        .expect("a client")
}
