//! Models that think: where it shows and how it counts.

use groq_mock::Mock;
use serde_json::{Value, json};

use crate::chat::{ask, with};
use crate::client::chat;
use crate::stream::same_both_ways;

fn gpt_oss() -> Value {
    with(ask("What is Rust?"), "model", json!("openai/gpt-oss-20b"))
}

fn qwen() -> Value {
    with(ask("What is Rust?"), "model", json!("qwen/qwen3.8-27b"))
}

#[tokio::test]
async fn thoughts_have_a_field_and_a_channel() {
    let mock = Mock::start().await.unwrap();
    let (plain, events) = same_both_ways(&mock, &gpt_oss()).await;
    let message = &plain["choices"][0]["message"];
    assert!(!message["reasoning"].as_str().unwrap().is_empty());
    let tokens = plain["usage"]["completion_tokens_details"]["reasoning_tokens"]
        .as_u64()
        .unwrap();
    assert!(tokens > 0 && tokens < plain["usage"]["completion_tokens"].as_u64().unwrap());
    let deltas: Vec<&Value> = events
        .iter()
        .map(|event| &event["choices"][0]["delta"])
        .filter(|delta| delta.get("reasoning").is_some())
        .collect();
    assert!(deltas.len() > 3 && deltas.iter().all(|delta| delta["channel"] == "analysis"));
}

#[tokio::test]
async fn thoughts_are_shown_as_asked() {
    let mock = Mock::start().await.unwrap();
    // Whether there is reasoning, and whether the content begins with it.
    let table = [
        (gpt_oss(), true, false),
        (
            with(gpt_oss(), "include_reasoning", json!(false)),
            false,
            false,
        ),
        (qwen(), false, true),
        (with(qwen(), "reasoning_format", json!("raw")), false, true),
        (
            with(qwen(), "reasoning_format", json!("parsed")),
            true,
            false,
        ),
        (
            with(qwen(), "reasoning_format", json!("hidden")),
            false,
            false,
        ),
        (
            with(gpt_oss(), "reasoning_format", json!("parsed")),
            true,
            false,
        ),
        (
            with(gpt_oss(), "reasoning_format", json!("hidden")),
            false,
            false,
        ),
        (
            with(qwen(), "reasoning_effort", json!("none")),
            false,
            false,
        ),
        (
            with(
                with(qwen(), "response_format", json!({"type": "json_object"})),
                "messages",
                json!([{"role": "user", "content": "json please"}]),
            ),
            true,
            false,
        ),
    ];
    for (body, field, content) in table {
        let answer = chat(&mock, &body).await.json();
        let message = &answer["choices"][0]["message"];
        assert_eq!(message.get("reasoning").is_some(), field, "{body}");
        let text = message["content"].as_str().unwrap();
        assert_eq!(
            text.starts_with("<think>\n") && text.contains("\n</think>\n\n"),
            content,
            "{body}"
        );
    }
}

#[tokio::test]
async fn hidden_thoughts_are_counted() {
    let mock = Mock::start().await.unwrap();
    let shown = chat(&mock, &gpt_oss()).await.json();
    let hidden = chat(&mock, &with(gpt_oss(), "include_reasoning", json!(false)))
        .await
        .json();
    assert_eq!(
        shown["usage"]["completion_tokens"],
        hidden["usage"]["completion_tokens"]
    );
    assert_eq!(
        shown["usage"]["completion_tokens_details"],
        hidden["usage"]["completion_tokens_details"]
    );
}

#[tokio::test]
async fn more_effort_is_more_thought() {
    let mock = Mock::start().await.unwrap();
    let tokens = async |effort: &str| {
        let answer = chat(&mock, &with(gpt_oss(), "reasoning_effort", json!(effort)))
            .await
            .json();
        answer["usage"]["completion_tokens_details"]["reasoning_tokens"]
            .as_u64()
            .unwrap()
    };
    let (low, medium, high) = (
        tokens("low").await,
        tokens("medium").await,
        tokens("high").await,
    );
    assert!(low < medium && medium < high, "{low} {medium} {high}");
}

#[tokio::test]
async fn a_small_limit_goes_into_thinking() {
    let mock = Mock::start().await.unwrap();
    let (plain, _) =
        same_both_ways(&mock, &with(gpt_oss(), "max_completion_tokens", json!(6))).await;
    assert_eq!(plain["choices"][0]["message"]["content"], "");
    assert_eq!(plain["choices"][0]["finish_reason"], "length");
    assert_eq!(plain["usage"]["completion_tokens"], 6);
    assert_eq!(
        plain["usage"]["completion_tokens_details"]["reasoning_tokens"],
        4
    );
}

#[tokio::test]
async fn parameters_of_other_models_are_refused() {
    let mock = Mock::start().await.unwrap();
    for body in [
        with(gpt_oss(), "reasoning_effort", json!("none")),
        with(ask("x"), "reasoning_effort", json!("low")),
        with(ask("x"), "reasoning_format", json!("hidden")),
        with(
            with(qwen(), "reasoning_format", json!("parsed")),
            "include_reasoning",
            json!(true),
        ),
        with(
            with(qwen(), "reasoning_format", json!("raw")),
            "tools",
            json!([{"type": "function", "function": {"name": "f"}}]),
        ),
    ] {
        assert_eq!(chat(&mock, &body).await.status, 400, "{body}");
    }
}
