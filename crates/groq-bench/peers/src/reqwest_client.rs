//! What one writes with reqwest and serde alone: owned structs, no limits, no retries, no typed errors.

use groq_core::types::{ChatCompletion, ChatCompletionChunk};

use crate::ours::question;

pub(crate) async fn request(server: &str, n: usize, each: &mut impl FnMut(&str)) {
    let client = client();
    let base = format!("{server}/openai/v1");
    for _ in 0..n {
        let reply = answer(&client, &base).await.json::<ChatCompletion>().await;
        each(reply.expect("a reply").text().unwrap_or_default());
    }
}

pub(crate) async fn stream(base: &str, each: &mut impl FnMut(&str)) {
    let mut answer = answer(&client(), base).await;
    let mut rest = Vec::new();
    while let Some(frame) = answer.chunk().await.expect("a frame") {
        rest.extend_from_slice(&frame);
        let mut used = 0;
        while let Some(end) = memchr::memchr(b'\n', &rest[used..]) {
            event(&rest[used..used + end], each);
            used += end + 1;
        }
        rest.drain(..used);
    }
}

async fn answer(client: &reqwest::Client, base: &str) -> reqwest::Response {
    let request = client.post(format!("{base}/chat/completions"));
    let request = request.bearer_auth("gsk_unused").json(&question());
    request.send().await.expect("an answer")
}

fn event(line: &[u8], each: &mut impl FnMut(&str)) {
    let Some(data) = line
        .strip_prefix(b"data: ")
        .filter(|data| *data != b"[DONE]")
    else {
        return;
    };
    let chunk: ChatCompletionChunk = serde_json::from_slice(data).expect("a chunk");
    for choice in chunk.choices {
        each(choice.delta.content.as_deref().unwrap_or_default());
    }
}

fn client() -> reqwest::Client {
    crate::choose_cryptography();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}
