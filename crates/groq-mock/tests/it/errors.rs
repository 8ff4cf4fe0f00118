//! What the service refuses, with which status, type and code.

use groq_mock::{Mock, Reply};
use groq_types::ErrorResponse;
use serde_json::{Value, json};

use crate::chat::{ask, with};
use crate::client::{CHAT, Client, chat, get, post};

fn user(content: &Value) -> Value {
    json!([{"role": "user", "content": content}])
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table")]
async fn bad_requests_are_told_what_is_wrong() {
    let mock = Mock::start().await.unwrap();
    let body = || ask("Hello");
    let function = |name: &str| json!({"type": "function", "function": {"name": name}});
    let table = [
        (json!([]), "must be a JSON object"),
        (json!({"messages": []}), "property 'model' is missing"),
        (
            with(body(), "messages", json!([])),
            "'messages' : minimum number of items is 1",
        ),
        (
            with(body(), "messages", json!("x")),
            "'messages' : value must be an array",
        ),
        (
            with(
                body(),
                "messages",
                json!([{"role": "robot", "content": "x"}]),
            ),
            "discriminator property 'role'",
        ),
        (
            with(body(), "messages", user(&Value::Null)),
            "'messages.0.content' : value must be a string or an array",
        ),
        (
            with(body(), "messages", user(&json!([]))),
            "'messages.0.content' : minimum number of items is 1",
        ),
        (
            with(body(), "messages", user(&json!([{"type": "video"}]))),
            "discriminator property 'type'",
        ),
        (
            with(body(), "messages", json!([{"role": "assistant"}])),
            "property 'content' is missing",
        ),
        (
            with(
                body(),
                "messages",
                json!([{"role": "assistant", "content": "x", "refusal": null}]),
            ),
            "property 'refusal' is unsupported",
        ),
        (
            with(
                body(),
                "messages",
                json!([{"role": "tool", "content": "x", "tool_call_id": "a"}]),
            ),
            "`tool_call_id` `a` answers no tool call",
        ),
        (
            with(
                body(),
                "messages",
                json!([{"role": "tool", "content": "x"}]),
            ),
            "property 'tool_call_id' is missing",
        ),
        (
            with(
                body(),
                "messages",
                user(
                    &json!([{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]),
                ),
            ),
            "text only",
        ),
        (
            with(body(), "surprise", json!(1)),
            "property 'surprise' is unsupported",
        ),
        (
            with(body(), "temperature", json!(2.5)),
            "'temperature' : number must be at most 2",
        ),
        (
            with(body(), "temperature", json!("hot")),
            "'temperature' : value must be a number",
        ),
        (
            with(body(), "top_p", json!(-0.1)),
            "'top_p' : number must be at least 0",
        ),
        (
            with(body(), "n", json!(2)),
            "'n' : number must be at most 1",
        ),
        (
            with(body(), "max_tokens", json!(0)),
            "'max_tokens' : number must be at least 1",
        ),
        (
            with(body(), "max_completion_tokens", json!(1_000_000)),
            "`max_completion_tokens` must be less than or equal to `32768`",
        ),
        (
            with(body(), "logprobs", json!(true)),
            "`logprobs` is not supported with this model",
        ),
        (
            with(body(), "top_logprobs", json!(2)),
            "`top_logprobs` is not supported",
        ),
        (
            with(body(), "logit_bias", json!({"50": 1})),
            "`logit_bias` is not supported",
        ),
        (
            with(body(), "stop", json!(["a", "b", "c", "d", "e"])),
            "'stop' : maximum number of items is 4",
        ),
        (
            with(body(), "stop", json!(7)),
            "'stop' : value must be a string or an array",
        ),
        (
            with(body(), "stream", json!("yes")),
            "'stream' : value must be a boolean",
        ),
        (
            with(body(), "stream_options", json!({"usage": true})),
            "property 'usage' is unsupported",
        ),
        (
            with(body(), "service_tier", json!("gold")),
            "not one of the allowed values",
        ),
        (
            with(body(), "response_format", json!({"type": "xml"})),
            "discriminator property 'type'",
        ),
        (
            with(body(), "tool_choice", json!("required")),
            "Tool choice is required",
        ),
        (
            with(body(), "tools", Value::Array(vec![function("f"); 129])),
            "'tools' : maximum number of items is 128",
        ),
        (
            with(body(), "tools", json!([function("two words")])),
            "'tools.0.function.name'",
        ),
        (
            with(body(), "tools", json!([function("f"), function("f")])),
            "given to two tools",
        ),
        (
            with(body(), "tools", json!([{"type": "function"}])),
            "property 'function' is missing",
        ),
        (
            with(
                body(),
                "tools",
                json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "string"}}}]),
            ),
            "invalid JSON schema for tool f, tools[0].function.parameters",
        ),
        (
            with(
                with(body(), "tools", json!([function("f")])),
                "tool_choice",
                json!({"type": "function", "function": {"name": "g"}}),
            ),
            "`g`, which is not among the tools",
        ),
        (
            with(
                with(body(), "tools", json!([function("f")])),
                "model",
                json!("allam-2-7b"),
            ),
            "`tool calling` is not supported with this model",
        ),
        (
            with(body(), "model", json!("whisper-large-v3")),
            "does not support chat completions",
        ),
    ];
    for (body, expected) in table {
        let answer = chat(&mock, &body).await;
        let error: ErrorResponse = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status, 400, "{expected}: {}", answer.text());
        assert!(
            error.error.message.contains(expected),
            "{expected}: {}",
            answer.text()
        );
        assert_eq!(answer.error()["type"], "invalid_request_error");
        assert!(answer.header("x-request-id").is_some());
    }
}

#[tokio::test]
async fn errors_with_codes() {
    let mock = Mock::start().await.unwrap();
    let long = "word ".repeat(5_000);
    let table = [
        (
            with(ask("x"), "model", json!("groq-nonexistent")),
            404,
            "model_not_found",
        ),
        (
            with(ask("x"), "model", json!("gemma2-9b-it")),
            400,
            "model_decommissioned",
        ),
        (
            with(ask(&long), "model", json!("allam-2-7b")),
            400,
            "context_length_exceeded",
        ),
    ];
    for (body, status, code) in table {
        let answer = chat(&mock, &body).await;
        assert_eq!(
            (answer.status, answer.error()["code"].as_str()),
            (status, Some(code))
        );
    }
    let unknown = chat(&mock, &with(ask("x"), "model", json!("groq-nonexistent"))).await;
    assert_eq!(
        unknown.json(),
        json!({"error": {
            "message": "The model `groq-nonexistent` does not exist or you do not have access to it.",
            "type": "invalid_request_error",
            "code": "model_not_found",
        }})
    );
}

#[tokio::test]
async fn what_is_not_json_is_said_to_be_none() {
    let mock = Mock::start().await.unwrap();
    let deep = "[".repeat(200_000);
    for body in [
        "",
        "{",
        "{\"model\": }",
        "null x",
        deep.as_str(),
        "\u{feff}{}",
        "{\"a\":\"\\ud800\"}",
    ] {
        let answer = Client::connect(&mock)
            .await
            .request("POST", CHAT, body.as_bytes())
            .await;
        assert_eq!(answer.status, 400);
        assert!(
            answer.error()["message"]
                .as_str()
                .unwrap()
                .contains("could not parse"),
            "{}",
            answer.text()
        );
    }
    let answer = Client::connect(&mock)
        .await
        .request("POST", CHAT, b"{\"model\": \"\xff\"}")
        .await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_told_apart_from_nothing_else() {
    let mock = Mock::start().await.unwrap();
    for path in [
        "/",
        "/x",
        "/openai/v1",
        "/openai/v1/chat",
        "/v1/chat/completions",
        "/openai/v1/chat/completions/",
    ] {
        let answer = post(&mock, path, &ask("x")).await;
        assert_eq!(
            (answer.status, answer.error()["code"].as_str()),
            (404, Some("unknown_url")),
            "{path}"
        );
        assert!(
            answer.error()["message"]
                .as_str()
                .unwrap()
                .contains(&format!("POST {path}"))
        );
    }
    assert_eq!(get(&mock, CHAT).await.status, 404);
}

#[tokio::test]
async fn keys_are_checked() {
    let open = Mock::start().await.unwrap();
    let closed = Mock::builder().api_key("gsk_right").start().await.unwrap();
    let status = async |mock: &Mock, authorization: &str| {
        let mut client = Client::connect(mock).await;
        client
            .write(format!(
                "GET /openai/v1/models HTTP/1.1\r\nhost: localhost\r\n{authorization}\r\n"
            ))
            .await;
        let answer = client.answer().await;
        if answer.status == 401 {
            assert_eq!(
                answer.json(),
                json!({"error": {"message": "Invalid API Key", "type": "invalid_request_error", "code": "invalid_api_key"}})
            );
        }
        answer.status
    };
    for (authorization, in_open, in_closed) in [
        ("", 401, 401),
        ("authorization: Bearer \r\n", 401, 401),
        ("authorization: Basic abc\r\n", 401, 401),
        ("authorization: Bearer gsk_wrong\r\n", 200, 401),
        ("authorization: bearer gsk_right\r\n", 200, 200),
    ] {
        assert_eq!(
            (
                status(&open, authorization).await,
                status(&closed, authorization).await
            ),
            (in_open, in_closed),
            "{authorization}"
        );
    }
}

#[tokio::test]
async fn accounts_are_refused_on_request() {
    let mock = Mock::start().await.unwrap();
    for code in [
        "model_terms_required",
        "model_permission_blocked_org",
        "model_permission_blocked_project",
        "organization_restricted",
        "blocked_api_access",
    ] {
        mock.enqueue(Reply::account_error(code).unwrap());
        let answer = get(&mock, "/openai/v1/models").await;
        assert!(matches!(answer.status, 400 | 403), "{code}");
        assert_eq!(answer.error()["code"], code);
    }
    assert!(Reply::account_error("invalid_api_key").is_none());
}
