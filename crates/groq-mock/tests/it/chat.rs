//! A chat completion that is not streamed: its form, and that it follows from the request alone.

use groq_mock::Mock;
use groq_types::{ChatCompletion, FinishReason};
use serde_json::{Value, json};

use crate::client::{Answer, chat};

pub(crate) fn ask(prompt: &str) -> Value {
    json!({"model": "llama-3.3-70b-versatile", "messages": [{"role": "user", "content": prompt}]})
}

pub(crate) fn with(mut body: Value, key: &str, value: Value) -> Value {
    body[key] = value;
    body
}

fn content(answer: &Answer) -> String {
    answer.json()["choices"][0]["message"]["content"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_completion_has_groqs_form() {
    let mock = Mock::builder()
        .created(1_700_000_000)
        .start()
        .await
        .unwrap();
    let answer = chat(&mock, &ask("Explain TLS in one line")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let body = answer.json();
    let keys: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut expected = vec![
        "choices",
        "created",
        "id",
        "model",
        "object",
        "service_tier",
        "system_fingerprint",
        "usage",
        "usage_breakdown",
        "x_groq",
    ];
    expected.sort_unstable();
    let mut found = keys.clone();
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(body["object"], "chat.completion");
    assert_eq!(body["created"], 1_700_000_000);
    assert_eq!(body["model"], "llama-3.3-70b-versatile");
    assert_eq!(body["service_tier"], "on_demand");
    assert_eq!(body["usage_breakdown"], Value::Null);
    assert_eq!(body["choices"][0]["logprobs"], Value::Null);
    assert_eq!(body["choices"][0]["finish_reason"], "stop");
    assert_eq!(body["choices"][0]["message"]["role"], "assistant");
    assert!(content(&answer).contains("TLS"));
    assert_eq!(body["x_groq"]["id"].as_str(), answer.header("x-request-id"));
    assert!(body["x_groq"]["seed"].is_i64() || body["x_groq"]["seed"].is_u64());
}

#[tokio::test]
async fn a_completion_decodes_into_the_wire_types() {
    let mock = Mock::start().await.unwrap();
    let answer = chat(&mock, &ask("What is Rust?")).await;
    let completion: ChatCompletion = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(
        completion.choices[0].finish_reason,
        Some(FinishReason::Stop)
    );
    let usage = completion.usage.unwrap();
    assert_eq!(
        usage.total_tokens,
        usage.prompt_tokens + usage.completion_tokens
    );
    let sum = usage.prompt_time.unwrap() + usage.completion_time.unwrap();
    assert!((usage.total_time.unwrap() - sum).abs() < 1e-8);
    assert!(usage.queue_time.unwrap() > 0.0);
    assert!(usage.completion_tokens_details.is_none());
}

#[tokio::test]
async fn equal_requests_have_equal_texts_and_different_ids() {
    let mock = Mock::start().await.unwrap();
    let (one, two) = (
        chat(&mock, &ask("What is Rust?")).await,
        chat(&mock, &ask("What is Rust?")).await,
    );
    assert_eq!(content(&one), content(&two));
    assert_ne!(one.json()["id"], two.json()["id"]);
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    assert_eq!(one.json()["x_groq"]["seed"], two.json()["x_groq"]["seed"]);
    assert_eq!(
        one.json()["system_fingerprint"],
        two.json()["system_fingerprint"]
    );
}

#[tokio::test]
async fn two_mocks_agree_unless_their_seeds_differ() {
    let (one, two) = (
        Mock::builder().created(0).start().await.unwrap(),
        Mock::builder().created(0).start().await.unwrap(),
    );
    let other = Mock::builder().seed(9).start().await.unwrap();
    let body = ask("What is Rust?");
    let (first, second) = (chat(&one, &body).await, chat(&two, &body).await);
    assert_eq!(first.body, second.body);
    assert_ne!(content(&chat(&other, &body).await), content(&first));
}

#[tokio::test]
async fn a_seed_changes_the_text_and_comes_back() {
    let mock = Mock::start().await.unwrap();
    let seeded = |seed: i64| with(ask("What is Rust?"), "seed", json!(seed));
    let (one, two, again) = (
        chat(&mock, &seeded(1)).await,
        chat(&mock, &seeded(2)).await,
        chat(&mock, &seeded(1)).await,
    );
    assert_eq!(one.json()["x_groq"]["seed"], 1);
    assert_ne!(content(&one), content(&two));
    assert_eq!(content(&one), content(&again));
}

#[tokio::test]
async fn what_is_asked_for_word_for_word_is_said() {
    let mock = Mock::start().await.unwrap();
    assert_eq!(
        content(&chat(&mock, &ask("Reply with exactly: stream identity probe")).await),
        "stream identity probe"
    );
}

#[tokio::test]
async fn tokens_are_limited_and_counted() {
    let mock = Mock::start().await.unwrap();
    let whole = content(&chat(&mock, &ask("Write 50 words about the sea")).await);
    for key in ["max_tokens", "max_completion_tokens"] {
        let answer = chat(
            &mock,
            &with(ask("Write 50 words about the sea"), key, json!(7)),
        )
        .await;
        let body = answer.json();
        assert_eq!(body["choices"][0]["finish_reason"], "length");
        assert_eq!(body["usage"]["completion_tokens"], 7);
        assert!(whole.starts_with(&content(&answer)) && content(&answer).len() < whole.len());
    }
}

#[tokio::test]
async fn the_limit_is_exact_at_the_end() {
    let mock = Mock::start().await.unwrap();
    // "pong" is one token, and the end of the text another.
    for (most, finish, tokens) in [(1, "length", 1), (2, "stop", 2), (3, "stop", 2)] {
        let answer = chat(
            &mock,
            &with(ask("Reply with exactly: pong"), "max_tokens", json!(most)),
        )
        .await;
        let body = answer.json();
        assert_eq!(
            (
                content(&answer).as_str(),
                body["choices"][0]["finish_reason"].as_str().unwrap()
            ),
            ("pong", finish)
        );
        assert_eq!(body["usage"]["completion_tokens"], tokens);
    }
}

#[tokio::test]
async fn stop_sequences_end_the_text_before_them() {
    let mock = Mock::start().await.unwrap();
    let prompt = "Reply with exactly: one, two, three, four";
    for (stop, expected) in [
        (json!("three"), "one, two, "),
        (json!(["four", "two"]), "one, "),
        (json!([]), "one, two, three, four"),
        (json!(["never"]), "one, two, three, four"),
        (json!("one"), ""),
        (Value::Null, "one, two, three, four"),
    ] {
        let answer = chat(&mock, &with(ask(prompt), "stop", stop.clone())).await;
        assert_eq!(content(&answer), expected, "{stop}");
        assert_eq!(
            answer.json()["choices"][0]["finish_reason"],
            "stop",
            "{stop}"
        );
    }
}

#[tokio::test]
async fn a_stop_beyond_the_limit_is_not_reached() {
    let mock = Mock::start().await.unwrap();
    let body = with(
        with(
            ask("Reply with exactly: one, two, three"),
            "stop",
            json!("three"),
        ),
        "max_tokens",
        json!(2),
    );
    let answer = chat(&mock, &body).await;
    assert_eq!(
        (
            content(&answer).as_str(),
            answer.json()["choices"][0]["finish_reason"].as_str()
        ),
        ("one,", Some("length"))
    );
}

#[tokio::test]
async fn a_longer_prompt_has_more_tokens() {
    let mock = Mock::start().await.unwrap();
    let tokens = async |prompt: &str| {
        chat(&mock, &ask(prompt)).await.json()["usage"]["prompt_tokens"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(tokens("one two three").await - tokens("one").await, 2);
}

#[tokio::test]
async fn all_kinds_of_messages_and_parts_are_taken() {
    let mock = Mock::start().await.unwrap();
    let body = json!({
        "model": "qwen/qwen3.8-27b",
        "reasoning_format": "hidden",
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "Be brief."}]},
            {"role": "developer", "content": "Use plain words."},
            {"role": "user", "content": [
                {"type": "text", "text": "What is in this picture?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}},
                {"type": "document", "document": {"data": {"a": 1}}},
            ]},
            {"role": "assistant", "content": null, "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "null"}}]},
            {"role": "tool", "tool_call_id": "call_1", "name": "look", "content": "a cat"},
            {"role": "user", "content": "And now? Answer in one sentence.", "name": "ada"},
        ],
        "temperature": 0, "top_p": 1, "user": "u", "metadata": {"a": "b"}, "service_tier": "flex", "frequency_penalty": 0.5,
        "stream": false, "store": false, "logprobs": false, "n": 1, "logit_bias": null,
    });
    let answer = chat(&mock, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["service_tier"], "flex");
}

#[tokio::test]
async fn a_slow_model_takes_its_time() {
    let mock = Mock::builder()
        .tokens_per_second(100.0)
        .latency(std::time::Duration::from_millis(50))
        .start()
        .await
        .unwrap();
    let start = std::time::Instant::now();
    let answer = chat(
        &mock,
        &with(ask("Write 50 words about the sea"), "max_tokens", json!(10)),
    )
    .await;
    assert!(
        start.elapsed() >= std::time::Duration::from_millis(150),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(answer.json()["usage"]["completion_time"], 0.1);
}
