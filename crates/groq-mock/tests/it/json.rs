//! JSON mode and structured outputs.

use groq_mock::Mock;
use serde_json::{Value, json};

use crate::chat::{ask, with};
use crate::client::chat;

fn schema_request(schema: &Value, strict: bool) -> Value {
    let format = json!({"type": "json_schema", "json_schema": {"name": "Thing", "strict": strict, "schema": schema}});
    let body = with(
        ask("Return lane=canary, risk=low, checks.compile=true, and checks.replay=true."),
        "response_format",
        format,
    );
    with(body, "model", json!("openai/gpt-oss-20b"))
}

fn plan() -> Value {
    json!({
        "$defs": {"Checks": {"type": "object", "properties": {"compile": {"type": "boolean"}, "replay": {"type": "boolean"}}, "required": ["compile", "replay"], "additionalProperties": false}},
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Plan",
        "type": "object",
        "properties": {"checks": {"$ref": "#/$defs/Checks"}, "lane": {"type": "string"}, "risk": {"type": "string"}},
        "required": ["lane", "checks", "risk"],
        "additionalProperties": false,
    })
}

async fn content(mock: &Mock, body: &Value) -> Value {
    let answer = chat(mock, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str(
        answer.json()["choices"][0]["message"]["content"]
            .as_str()
            .unwrap(),
    )
    .unwrap()
}

#[tokio::test]
async fn a_schema_is_met() {
    let mock = Mock::start().await.unwrap();
    let found = content(&mock, &schema_request(&plan(), true)).await;
    assert_eq!(
        found,
        json!({"lane": "canary", "risk": "low", "checks": {"compile": true, "replay": true}})
    );
}

#[tokio::test]
async fn best_effort_takes_schemas_that_strict_mode_does_not() {
    let mock = Mock::start().await.unwrap();
    let schema = json!({"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}, "minItems": 3}}, "required": ["tags"], "additionalProperties": false});
    let found = content(&mock, &schema_request(&schema, false)).await;
    assert!(jsonschema::is_valid(&schema, &found), "{found}");
    let refused = chat(&mock, &schema_request(&schema, true)).await;
    let error = refused.error();
    assert_eq!(refused.status, 400);
    assert_eq!(error["param"], "response_format");
    assert!(
        error["message"].as_str().unwrap().starts_with(
            "invalid JSON schema for response_format: 'Thing': /properties/tags/minItems"
        ),
        "{error}"
    );
    assert_eq!(error["schema_path"], "/properties/tags/minItems");
    assert_eq!(error["schema_kind"], "minItems");
}

#[tokio::test]
async fn requests_that_structured_outputs_refuse() {
    let mock = Mock::start().await.unwrap();
    let body = || schema_request(&plan(), true);
    let mut unnamed = body();
    unnamed["response_format"]["json_schema"]["name"] = json!("two words");
    let tool = json!([{"type": "function", "function": {"name": "f"}}]);
    for (body, expected) in [
        (
            with(body(), "model", json!("llama-3.3-70b-versatile")),
            "does not support response format `json_schema`",
        ),
        (
            with(body(), "model", json!("openai/gpt-oss-safeguard-20b")),
            "`strict`",
        ),
        (with(body(), "stream", json!(true)), "streaming"),
        (with(body(), "tools", tool), "tool/function calling"),
        (with(body(), "stop", json!(["x"])), "stop"),
        (unnamed, "letters, digits"),
        (
            schema_request(
                &json!({"type": "object", "properties": {"a": {}}, "required": [], "additionalProperties": false}),
                true,
            ),
            "/required",
        ),
    ] {
        let answer = chat(&mock, &body).await;
        let message = answer.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(answer.status, 400);
        assert!(message.contains(expected), "{message}");
    }
}

#[tokio::test]
async fn json_mode_gives_an_object_of_the_form_shown() {
    let mock = Mock::start().await.unwrap();
    let mode = |prompt: &str| {
        with(
            ask(prompt),
            "response_format",
            json!({"type": "json_object"}),
        )
    };
    let found = content(&mock, &mode("Judge the mood of this text. Answer as JSON like {\"mood\": \"positive|negative\", \"score\": \"number (0-1)\"}")).await;
    assert!(
        ["positive", "negative"].contains(&found["mood"].as_str().unwrap()),
        "{found}"
    );
    assert!(
        (0.0..=1.0).contains(&found["score"].as_f64().unwrap()),
        "{found}"
    );
    let found = content(&mock, &mode("Tell me about volcanoes as json")).await;
    assert!(found.is_object());
    let refused = chat(&mock, &mode("Tell me about volcanoes")).await;
    assert_eq!(refused.status, 400);
    assert!(
        refused.error()["message"]
            .as_str()
            .unwrap()
            .contains("must contain the word 'json'")
    );
}

#[tokio::test]
async fn a_schema_in_the_prompt_is_met_too() {
    let mock = Mock::start().await.unwrap();
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name", "age"]});
    let body = ask(&format!(
        "Answer with JSON only, valid under {schema}. Who is Ada Lovelace?"
    ));
    let found = content(&mock, &body).await;
    assert!(jsonschema::is_valid(&schema, &found), "{found}");
}

#[tokio::test]
async fn documents_that_do_not_fit_the_limit_fail() {
    let mock = Mock::start().await.unwrap();
    for most in [3, 20] {
        let answer = chat(
            &mock,
            &with(
                schema_request(&plan(), true),
                "max_completion_tokens",
                json!(most),
            ),
        )
        .await;
        let error = answer.error();
        assert_eq!(
            (answer.status, error["code"].as_str()),
            (400, Some("json_validate_failed")),
            "{most}"
        );
        assert_eq!(
            error["failed_generation"],
            "max completion tokens reached before generating a valid document"
        );
    }
}

#[tokio::test]
async fn schemas_without_a_finite_value_are_refused_and_answer_at_once() {
    let mock = Mock::start().await.unwrap();
    let endless = json!({"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"$ref": "#"}}, "required": ["a", "b"], "additionalProperties": false});
    let format = json!({"type": "json_schema", "json_schema": {"name": "x", "schema": endless, "strict": true}});
    let tool = json!({"type": "function", "function": {"name": "f", "parameters": endless}});
    let with = |key: &str, value: Value| {
        let mut body = json!({"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Call f, JSON"}]});
        body[key] = value;
        body
    };
    for body in [
        with("response_format", format),
        with("tools", json!([tool])),
    ] {
        let answer = chat(&mock, &body).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(
            answer.text().contains("no finite value"),
            "{}",
            answer.text()
        );
    }
}
