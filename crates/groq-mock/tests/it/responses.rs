//! Responses: the object and the events.

use groq_mock::Mock;
use groq_types::{ResponseObject, ResponseStreamEvent};
use serde_json::{Value, json};

use crate::client::{Answer, Client, post};

const RESPONSES: &str = "/openai/v1/responses";
const MODEL: &str = "openai/gpt-oss-20b";

async fn ask(mock: &Mock, more: &Value) -> Answer {
    let mut body = json!({"model": MODEL, "input": "Explain TLS in one line"});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    post(mock, RESPONSES, &body).await
}

fn item<'a>(response: &'a Value, kind: &str) -> &'a Value {
    let output = response["output"].as_array().unwrap();
    output.iter().find(|item| item["type"] == kind).unwrap()
}

fn weather() -> Value {
    json!([{"type": "function", "name": "weather", "parameters": {
        "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}])
}

#[tokio::test]
async fn a_response_has_thoughts_and_a_message() {
    let mock = Mock::start().await.unwrap();
    let more = json!({"instructions": "Be brief.", "metadata": {"a": "b"}, "reasoning": {"effort": "low"}});
    let answer = ask(&mock, &more).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let _: ResponseObject = serde_json::from_slice(&answer.body).unwrap();
    let response = answer.json();
    assert!(response["id"].as_str().unwrap().starts_with("resp_"));
    assert_eq!(response["status"], "completed");
    assert_eq!(response["metadata"], json!({"a": "b"}));
    assert_eq!(response["error"], Value::Null);
    assert_eq!(
        item(&response, "reasoning")["content"][0]["type"],
        "reasoning_text"
    );
    let part = &item(&response, "message")["content"][0];
    assert_eq!(part["type"], "output_text");
    assert_eq!(part["annotations"], json!([]));
    let usage = &response["usage"];
    let count = |name: &str| usage[name].as_u64().unwrap();
    assert_eq!(
        count("input_tokens") + count("output_tokens"),
        count("total_tokens")
    );
}

#[tokio::test]
async fn calls_and_their_results() {
    let mock = Mock::start().await.unwrap();
    let call = json!({"tools": weather(), "tool_choice": {"type": "function", "name": "weather"}});
    let response = ask(&mock, &call).await.json();
    let call = item(&response, "function_call").clone();
    assert_eq!(call["name"], "weather");
    let arguments: Value = serde_json::from_str(call["arguments"].as_str().unwrap()).unwrap();
    assert!(arguments["city"].is_string());
    let mut input = vec![json!({"role": "user", "content": "How is the weather?"})];
    input.extend(response["output"].as_array().unwrap().iter().cloned());
    input.push(
        json!({"type": "function_call_output", "call_id": call["call_id"], "output": "sunny"}),
    );
    let response = ask(&mock, &json!({"input": input, "tools": weather()})).await;
    assert_eq!(response.status, 200, "{}", response.text());
    let response = response.json();
    let text = item(&response, "message")["content"][0]["text"].as_str();
    assert!(text.unwrap().contains("sunny"));
}

#[tokio::test]
async fn json_is_valid_under_its_schema() {
    let mock = Mock::start().await.unwrap();
    let schema = json!({"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": false});
    let format = json!({"type": "json_schema", "name": "x", "schema": schema, "strict": true});
    let response = ask(&mock, &json!({"text": {"format": format}}))
        .await
        .json();
    let text = item(&response, "message")["content"][0]["text"].as_str();
    let value: Value = serde_json::from_str(text.unwrap()).unwrap();
    assert!(value["n"].is_i64());
    assert_eq!(response["text"]["format"], format);
}

#[tokio::test]
async fn a_short_limit_makes_it_incomplete() {
    let mock = Mock::start().await.unwrap();
    let response = ask(&mock, &json!({"max_output_tokens": 8})).await.json();
    assert_eq!(response["status"], "incomplete");
    assert_eq!(
        response["incomplete_details"],
        json!({"reason": "max_output_tokens"})
    );
}

#[tokio::test]
async fn events_add_up_to_the_response() {
    let mock = Mock::start().await.unwrap();
    for more in [
        json!({}),
        json!({"tools": weather(), "tool_choice": "required"}),
    ] {
        let whole = ask(&mock, &more).await.json();
        let mut streamed = more.clone();
        streamed["stream"] = json!(true);
        let answer = ask(&mock, &streamed).await;
        let events: Vec<Value> = answer
            .data()
            .iter()
            .map(|data| serde_json::from_str(data).unwrap())
            .collect();
        for (number, event) in events.iter().enumerate() {
            assert_eq!(event["sequence_number"], number);
            let typed: ResponseStreamEvent = serde_json::from_value(event.clone()).unwrap();
            assert!(!matches!(typed, ResponseStreamEvent::Other(_)));
        }
        let kinds: Vec<&str> = events
            .iter()
            .map(|event| event["type"].as_str().unwrap())
            .collect();
        assert_eq!(kinds[..2], ["response.created", "response.in_progress"]);
        assert_eq!(kinds.last(), Some(&"response.completed"));
        let last = &events[events.len() - 1]["response"];
        assert_eq!(last["usage"], whole["usage"]);
        for (index, item) in last["output"].as_array().unwrap().iter().enumerate() {
            let deltas: String = events
                .iter()
                .filter(|event| event["output_index"] == index)
                .filter_map(|event| event["delta"].as_str())
                .collect();
            let text = item["arguments"]
                .as_str()
                .or_else(|| item["content"][0]["text"].as_str());
            assert_eq!(Some(deltas.as_str()), text);
        }
    }
}

#[tokio::test]
async fn responses_that_are_refused() {
    let mock = Mock::start().await.unwrap();
    for (more, status) in [
        (json!({"input": []}), 400),
        (json!({"input": 1}), 400),
        (json!({"input": [{"role": "robot", "content": "x"}]}), 400),
        (json!({"input": [{"role": "user"}]}), 400),
        (json!({"input": [{"content": "x"}]}), 400),
        (
            json!({"input": [{"role": "user", "content": [{"type": "video"}]}]}),
            400,
        ),
        (
            json!({"input": [{"type": "function_call", "name": "x"}]}),
            400,
        ),
        (json!({"store": true}), 400),
        (json!({"truncation": "auto"}), 400),
        (json!({"previous_response_id": "resp_1"}), 400),
        (json!({"temperature": 3}), 400),
        (json!({"tools": [{"type": "function"}]}), 400),
        (json!({"service_tier": "performance"}), 400),
        (json!({"model": "none"}), 404),
        (json!({"model": "whisper-large-v3"}), 400),
    ] {
        let answer = ask(&mock, &more).await;
        assert_eq!(answer.status, status, "{more}: {}", answer.text());
        assert!(answer.error()["message"].is_string());
    }
}

#[tokio::test]
async fn tools_of_the_service_are_items() {
    let mock = Mock::start().await.unwrap();
    let tools = json!([
        {"type": "browser_search"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "mcp", "server_label": "wiki", "server_url": "https://example.com/mcp", "allowed_tools": ["find"]},
    ]);
    let more = json!({"input": "Search the wiki, and compute 2+2", "tools": tools, "stream": true});
    let answer = ask(&mock, &more).await;
    let events: Vec<Value> = answer
        .text()
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect();
    for event in &events {
        let _: ResponseStreamEvent = serde_json::from_value(event.clone()).unwrap();
    }
    let response = &events[events.len() - 1]["response"];
    let _: ResponseObject = serde_json::from_value(response.clone()).unwrap();
    assert_eq!(
        item(response, "code_interpreter_call")["status"],
        "completed"
    );
    assert_eq!(
        item(response, "web_search_call")["action"]["type"],
        "search"
    );
    let happened = |kind: &str| events.iter().any(|event| event["type"] == kind);
    assert!(happened("response.code_interpreter_call.interpreting"));
}

#[tokio::test]
async fn metrics_are_texts_where_the_header_asks_for_them() {
    let mock = Mock::start().await.unwrap();
    let body = json!({"model": MODEL, "input": "Hi"}).to_string();
    let request = format!(
        "POST {RESPONSES} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\ngroq-beta: inference-metrics\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut client = Client::connect(&mock).await;
    client.write(request).await;
    let metadata = client.answer().await.json()["metadata"].clone();
    let seconds: f64 = metadata["total_time"].as_str().unwrap().parse().unwrap();
    assert!(seconds > 0.0, "{metadata}");
}
