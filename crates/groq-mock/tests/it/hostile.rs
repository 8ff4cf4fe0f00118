//! Input that nobody sends on purpose: every answer is one, and none is a server error.

use groq_mock::Mock;
use serde_json::{Value, json};

use crate::client::{CHAT, Client};

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

fn rich() -> Value {
    json!({
        "model": "openai/gpt-oss-20b",
        "messages": [
            {"role": "system", "content": [{"type": "text", "text": "Be brief. Use JSON like {\"a\": 1}."}]},
            {"role": "user", "content": "Call f with x=7 and tell me about New York in two sentences."},
            {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": "done"},
            {"role": "user", "content": "Now call g, 日本 🙂."},
        ],
        "tools": [
            {"type": "function", "function": {"name": "f", "description": "Do f", "parameters": {"type": "object", "properties": {"x": {"type": "integer", "minimum": 1}}, "required": ["x"]}}},
            {"type": "function", "function": {"name": "g", "parameters": {"type": "object", "properties": {"y": {"anyOf": [{"type": "string", "pattern": "^[a-z]{2,4}$"}, {"$ref": "#"}]}}}}},
            {"type": "browser_search"},
        ],
        "tool_choice": "auto", "parallel_tool_calls": true, "temperature": 0.5, "stop": ["x"], "max_completion_tokens": 100,
        "response_format": {"type": "text"}, "stream_options": {"include_usage": true}, "reasoning_effort": "low", "seed": 3,
    })
}

/// Replaces one value somewhere in a document.
fn mutate(value: &mut Value, numbers: &mut Numbers) {
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}"),
        json!([]),
        json!({}),
        json!("json"),
        json!({"type": "object"}),
        json!(["a", 1]),
        json!({"$ref": "#/nowhere"}),
        json!("none"),
        json!("required"),
    ];
    let children = match value {
        Value::Array(items) => items.len(),
        Value::Object(entries) => entries.len(),
        _ => 0,
    };
    if children == 0 || numbers.below(5) == 0 {
        *value = odd[numbers.below(odd.len())].clone();
        return;
    }
    let chosen = numbers.below(children);
    let child = match value {
        Value::Array(items) => items.get_mut(chosen),
        Value::Object(entries) => entries.values_mut().nth(chosen),
        _ => None,
    };
    mutate(child.unwrap(), numbers);
}

#[tokio::test]
async fn mutated_requests_get_an_answer() {
    let mock = Mock::start().await.unwrap();
    let mut numbers = Numbers(1);
    let mut good = 0;
    let mut client = Client::connect(&mock).await;
    for _ in 0..4000 {
        let mut body = rich();
        for _ in 0..=numbers.below(2) {
            // The whole document is not replaced: that is tested elsewhere.
            let entries = body.as_object_mut().unwrap();
            let chosen = numbers.below(entries.len());
            mutate(entries.values_mut().nth(chosen).unwrap(), &mut numbers);
        }
        let text = body.to_string();
        let answer = client.request("POST", CHAT, text.as_bytes()).await;
        assert!(
            (200..500).contains(&answer.status),
            "{}: {text}",
            answer.status
        );
        good += usize::from(answer.status == 200);
    }
    assert!(good > 200, "only {good} requests got through the checks");
    assert_eq!(mock.connections(), 1);
}

/// A good request for every other operation that takes JSON.
fn others() -> Vec<(&'static str, Value)> {
    let tools = json!([
        {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {"x": {"enum": [1, "a"]}}}},
        {"type": "mcp", "server_label": "a", "server_url": "https://a.example", "allowed_tools": ["b"]},
        {"type": "code_interpreter", "container": {"type": "auto"}},
    ]);
    let input = json!([
        {"role": "user", "content": [{"type": "input_text", "text": "Compute, and call f with mcp"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "1"},
    ]);
    let format =
        json!({"format": {"type": "json_schema", "name": "s", "schema": {"type": "object"}}});
    let compound =
        json!({"models": {"reasoning_model": "a"}, "tools": {"enabled_tools": ["web_search"]}});
    vec![
        (
            "/openai/v1/chat/completions",
            json!({
                "model": "groq/compound", "messages": [{"role": "user", "content": "Search https://a.example"}],
                "compound_custom": compound, "search_settings": {"include_domains": ["a"]}, "stream": true,
                "documents": [{"id": "d", "source": {"type": "text", "text": "t"}}],
            }),
        ),
        (
            "/openai/v1/responses",
            json!({
                "model": "openai/gpt-oss-20b", "input": input, "tools": tools, "stream": true, "metadata": {"a": "b"},
                "reasoning": {"effort": "low"}, "instructions": "Be brief", "max_output_tokens": 50,
            }),
        ),
        (
            "/openai/v1/responses",
            json!({"model": "openai/gpt-oss-20b", "input": "JSON", "text": format}),
        ),
        (
            "/openai/v1/embeddings",
            json!({
                "model": "nomic-embed-text-v1_5", "input": ["a", "b"], "encoding_format": "base64", "user": "u",
            }),
        ),
        (
            "/openai/v1/reranking",
            json!({
                "model": "qwen3-reranker-4b", "query": "a", "docs": ["a", "b"], "instruction": "i",
            }),
        ),
        (
            "/openai/v1/audio/speech",
            json!({
                "model": "canopylabs/orpheus-v1-english", "input": "[sad] Hi", "voice": "troy", "response_format": "wav",
                "sample_rate": 8000, "speed": 2.5,
            }),
        ),
        (
            "/openai/v1/batches",
            json!({
                "input_file_id": "file_x", "endpoint": "/v1/chat/completions", "completion_window": "24h",
                "metadata": {"a": "b"},
            }),
        ),
        (
            "/v1/fine_tunings",
            json!({"base_model": "m", "input_file_id": "f", "name": "n", "type": "lora"}),
        ),
    ]
}

#[tokio::test]
async fn mutated_requests_of_every_operation_get_an_answer() {
    let mock = Mock::start().await.unwrap();
    let mut numbers = Numbers(3);
    let mut client = Client::connect(&mock).await;
    for (path, good) in others() {
        for _ in 0..300 {
            let mut body = good.clone();
            for _ in 0..=numbers.below(2) {
                mutate(&mut body, &mut numbers);
            }
            let text = body.to_string();
            let answer = client.request("POST", path, text.as_bytes()).await;
            let is_fine = (200..500).contains(&answer.status);
            assert!(is_fine, "{}: {path}: {text}", answer.status);
        }
    }
    assert_eq!(mock.connections(), 1);
}

#[tokio::test]
async fn cut_and_random_bytes_get_an_answer_or_an_end() {
    let mock = Mock::start().await.unwrap();
    let mut numbers = Numbers(2);
    let whole = format!(
        "{}{}",
        crate::client::head("POST", CHAT, rich().to_string().len()),
        rich()
    );
    for _ in 0..200 {
        let mut bytes = whole.clone().into_bytes();
        for _ in 0..=numbers.below(4) {
            let place = numbers.below(bytes.len());
            bytes[place] = u8::try_from(numbers.below(256)).unwrap();
        }
        let mut client = Client::connect(&mock).await;
        let _ = client.try_write(&bytes).await;
        client.finish().await;
        let rest = client.rest().await;
        assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 "));
        assert!(!rest.starts_with(b"HTTP/1.1 50") || rest.starts_with(b"HTTP/1.1 501"));
    }
    assert_eq!(
        crate::client::get(&mock, "/openai/v1/models").await.status,
        200
    );
}
