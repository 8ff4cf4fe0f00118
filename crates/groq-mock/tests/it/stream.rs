//! A chat completion as a stream: the sequence of its chunks, and that they spell the message of the plain call.

use std::time::{Duration, Instant};

use groq_mock::Mock;
use groq_types::ChatCompletionChunk;
use serde_json::{Value, json};

use crate::chat::{ask, with};
use crate::client::{CHAT, Client, End, chat, head};

/// The message that the chunks of a stream spell out, and its finish reason.
pub(crate) fn spelled(events: &[Value]) -> (Value, Value) {
    let mut message = json!({"role": "assistant"});
    let mut finish = Value::Null;
    for choice in events.iter().filter_map(|event| event["choices"].get(0)) {
        let delta = &choice["delta"];
        for key in ["content", "reasoning"] {
            if let Some(text) = delta[key].as_str() {
                message[key] = json!(message[key].as_str().unwrap_or_default().to_owned() + text);
            }
        }
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            if message["tool_calls"].is_null() {
                message["tool_calls"] = json!([]);
            }
            let calls = message["tool_calls"].as_array_mut().unwrap();
            if calls.len() == index {
                calls.push(
                    json!({"id": call["id"], "type": call["type"], "function": call["function"]}),
                );
            } else {
                let so_far = calls[index]["function"]["arguments"]
                    .as_str()
                    .unwrap()
                    .to_owned();
                calls[index]["function"]["arguments"] =
                    json!(so_far + call["function"]["arguments"].as_str().unwrap());
            }
        }
        for tool in delta["executed_tools"].as_array().into_iter().flatten() {
            if message["executed_tools"].is_null() {
                message["executed_tools"] = json!([]);
            }
            message["executed_tools"]
                .as_array_mut()
                .unwrap()
                .push(tool.clone());
        }
        if !choice["finish_reason"].is_null() {
            finish = choice["finish_reason"].clone();
        }
    }
    (without_nulls(message), finish)
}

fn without_nulls(mut message: Value) -> Value {
    message
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    message
}

/// Both ways of asking give the same message, the same end and the same counts. Ids of calls differ.
pub(crate) async fn same_both_ways(mock: &Mock, body: &Value) -> (Value, Vec<Value>) {
    let plain = chat(mock, &with(body.clone(), "stream", json!(false))).await;
    assert_eq!(plain.status, 200, "{}", plain.text());
    let plain = plain.json();
    let streamed = chat(mock, &with(body.clone(), "stream", json!(true))).await;
    assert_eq!(streamed.end, End::Complete);
    let events = streamed.events();
    let (message, finish) = spelled(&events);
    assert_eq!(message, plain["choices"][0]["message"]);
    assert_eq!(finish, plain["choices"][0]["finish_reason"]);
    let usage = events
        .iter()
        .find_map(|event| event["x_groq"].get("usage"))
        .unwrap();
    for key in [
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "completion_tokens_details",
    ] {
        assert_eq!(usage.get(key), plain["usage"].get(key), "{key}");
    }
    (plain, events)
}

#[tokio::test]
async fn a_stream_spells_the_plain_message() {
    let mock = Mock::start().await.unwrap();
    for body in [
        ask("Explain TLS in one line"),
        ask("Write a function that counts words"),
        ask("日本 🙂 naïve \"quotes\" \\ and \n lines"),
        with(ask("What is Rust?"), "max_tokens", json!(5)),
        with(ask("Reply with exactly: a, b, c"), "stop", json!(["c"])),
        with(ask("Reply with exactly: a"), "stop", json!("a")),
        with(ask("What is Rust?"), "seed", json!(-3)),
    ] {
        same_both_ways(&mock, &body).await;
    }
}

#[tokio::test]
async fn chunks_come_in_groqs_order() {
    let mock = Mock::start().await.unwrap();
    let body = with(
        ask("Reply with exactly: stream identity probe"),
        "stream",
        json!(true),
    );
    let answer = chat(&mock, &body).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let events = answer.events();
    let first = &events[0];
    assert_eq!(
        first["choices"][0]["delta"],
        json!({"role": "assistant", "content": ""})
    );
    assert_eq!(
        first["x_groq"]["id"].as_str(),
        answer.header("x-request-id")
    );
    assert!(first["x_groq"]["seed"].is_number());
    assert_eq!(
        events[1]["choices"][0],
        json!({"index": 0, "delta": {"content": "stream"}, "logprobs": null, "finish_reason": null})
    );
    assert_eq!(
        events[2]["choices"][0]["delta"],
        json!({"content": " identity"})
    );
    let last = events.last().unwrap();
    assert_eq!(last["choices"][0]["delta"], json!({}));
    assert_eq!(last["choices"][0]["finish_reason"], "stop");
    assert_eq!(last["x_groq"]["id"], first["x_groq"]["id"]);
    assert_eq!(last["x_groq"]["usage"]["completion_tokens"], 4);
    // Usage was not asked for, so it is in `x_groq` alone.
    assert!(events.iter().all(|event| event.get("usage").is_none()));
    assert!(
        events
            .iter()
            .all(|event| event["id"] == first["id"] && event["object"] == "chat.completion.chunk")
    );
    assert_eq!(events.len(), 5);
}

#[tokio::test]
async fn usage_comes_twice_more_when_asked_for() {
    let mock = Mock::start().await.unwrap();
    let body = with(
        with(ask("Reply with exactly: pong"), "stream", json!(true)),
        "stream_options",
        json!({"include_usage": true}),
    );
    let events = chat(&mock, &body).await.events();
    let [.., finish, usage] = events.as_slice() else {
        panic!("too few events")
    };
    assert_eq!(finish["usage"], finish["x_groq"]["usage"]);
    assert_eq!(usage["choices"], json!([]));
    assert_eq!(usage["usage"], finish["usage"]);
    assert_eq!(usage["service_tier"], "on_demand");
}

#[tokio::test]
async fn every_event_decodes_and_is_a_chunk_of_its_own() {
    let mock = Mock::start().await.unwrap();
    let answer = chat(&mock, &with(ask("What is Rust?"), "stream", json!(true))).await;
    assert!(
        answer
            .chunks
            .iter()
            .all(|chunk| chunk.starts_with(b"data: ") && chunk.ends_with(b"\n\n"))
    );
    assert_eq!(answer.chunks.len(), answer.data().len());
    for event in answer.events() {
        let chunk: ChatCompletionChunk = serde_json::from_value(event).unwrap();
        assert_eq!(chunk.model, "llama-3.3-70b-versatile");
    }
}

#[tokio::test]
async fn tokens_come_at_the_speed_that_was_set() {
    let mock = Mock::builder()
        .tokens_per_second(200.0)
        .start()
        .await
        .unwrap();
    let start = Instant::now();
    let body = with(
        with(ask("Write 80 words about the sea"), "stream", json!(true)),
        "max_tokens",
        json!(20),
    );
    let events = chat(&mock, &body).await.events();
    assert_eq!(events.len(), 22);
    assert!(
        start.elapsed() >= Duration::from_millis(105),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn a_stream_to_http_1_0_ends_with_the_connection() {
    let mock = Mock::start().await.unwrap();
    let body = with(ask("Reply with exactly: pong"), "stream", json!(true)).to_string();
    let mut client = Client::connect(&mock).await;
    client
        .write(head("POST", CHAT, body.len()).replace("HTTP/1.1", "HTTP/1.0"))
        .await;
    client.write(&body).await;
    let answer = client.answer().await;
    assert_eq!(answer.header("transfer-encoding"), None);
    assert_eq!(answer.events().len(), 3);
}
