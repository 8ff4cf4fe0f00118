//! What one writes with reqwest and serde alone: owned structs, no limits, no retries, no typed errors.

use groq_core::types::{ChatCompletion, ChatCompletionChunk};

use crate::ours::question;
use crate::recording::{Cut, Kind};

pub(crate) async fn request(server: &str, n: usize) -> usize {
    let client = client();
    let url = format!("{server}/openai/v1/chat/completions");
    let mut length = 0;
    for _ in 0..n {
        let reply: ChatCompletion = client
            .post(&url)
            .bearer_auth("gsk_unused")
            .json(&question())
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("a reply");
        length += reply.text().unwrap_or_default().len();
    }
    length
}

pub(crate) async fn stream(server: &str, kind: Kind, cut: Cut, n: usize) -> usize {
    let url = format!("{server}{}/chat/completions", kind.path(cut, n));
    let mut answer = client()
        .post(&url)
        .bearer_auth("gsk_unused")
        .json(&question())
        .send()
        .await
        .expect("an answer");
    let mut length = 0;
    let mut rest = Vec::new();
    while let Some(frame) = answer.chunk().await.expect("a frame") {
        rest.extend_from_slice(&frame);
        let mut used = 0;
        while let Some(end) = memchr::memchr(b'\n', &rest[used..]) {
            length += event(&rest[used..used + end]);
            used += end + 1;
        }
        rest.drain(..used);
    }
    length
}

fn event(line: &[u8]) -> usize {
    match line.strip_prefix(b"data: ") {
        None | Some(b"[DONE]") => 0,
        Some(data) => {
            let chunk: ChatCompletionChunk = serde_json::from_slice(data).expect("a chunk");
            let choices = chunk.choices.into_iter();
            choices
                .filter_map(|choice| choice.delta.content)
                .map(|text| text.len())
                .sum()
        }
    }
}

fn client() -> reqwest::Client {
    crate::choose_cryptography();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}
