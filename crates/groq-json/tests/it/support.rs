//! A service that says what a test wants it to say.

use groq_core::Client;
use groq_mock::{Mock, Reply, When};
use serde_json::{Value, json};

pub(crate) const PATH: &str = "/openai/v1/chat/completions";

pub(crate) async fn mock(replies: impl IntoIterator<Item = Reply>) -> (Mock, Client) {
    let mock = Mock::start().await.unwrap();
    mock.script(When::post(PATH), replies);
    // Nothing unscripted: a call too many fails the test.
    mock.always(When::post(PATH), Reply::error(418, "not scripted"));
    let client = client(&mock);
    (mock, client)
}

pub(crate) fn client(mock: &Mock) -> Client {
    Client::builder()
        .api_key("gsk_test")
        .base_url(mock.base_url())
        .max_retries(0)
        .build()
        .unwrap()
}

pub(crate) fn completion(message: &Value, finish: &str) -> Reply {
    Reply::json(
        200,
        &json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        }),
    )
}

pub(crate) fn says(text: &str) -> Reply {
    completion(&json!({"role": "assistant", "content": text}), "stop")
}

pub(crate) fn calls(calls: &[(&str, &str, &str)]) -> Reply {
    let calls: Vec<Value> = calls
        .iter()
        .map(|(id, name, arguments)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}))
        .collect();
    completion(
        &json!({"role": "assistant", "tool_calls": calls}),
        "tool_calls",
    )
}

pub(crate) fn refuses(error: &Value) -> Reply {
    Reply::json(400, &json!({"error": error}))
}

/// A stream of these pieces of text.
pub(crate) fn streams(pieces: &[&str]) -> Reply {
    let chunk = |delta: Value, finish: Value| {
        json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        })
        .to_string()
    };
    let mut events: Vec<String> = pieces
        .iter()
        .map(|piece| chunk(json!({"content": piece}), Value::Null))
        .collect();
    events.push(chunk(json!({}), "stop".into()));
    events.push("[DONE]".to_owned());
    Reply::events(events)
}

pub(crate) fn bodies(mock: &Mock) -> Vec<Value> {
    mock.requests()
        .iter()
        .map(|request| request.json().cloned().unwrap_or_default())
        .collect()
}
