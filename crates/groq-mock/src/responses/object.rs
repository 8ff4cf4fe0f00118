//! An answer as `response`, whole.

use groq_types::{CompletionUsage, ExecutedTool};
use serde_json::{Map, Value, json};

use crate::chat::answer::Answer;
use crate::ids;
use crate::random::Random;

/// What the object says beside the answer.
pub(super) struct Settings<'a> {
    pub(super) request: &'a Map<String, Value>,
    pub(super) created: u64,
    /// Times for the metadata, if requested.
    pub(super) metrics: Option<&'a CompletionUsage>,
}

pub(super) fn object(answer: &Answer, settings: &Settings<'_>, random: &mut Random) -> Value {
    let request = settings.request;
    let given = |name: &str, default: Value| match request.get(name) {
        Some(value) if !value.is_null() => value.clone(),
        _ => default,
    };
    let effort = given("reasoning", Value::Null)["effort"].clone();
    let incomplete = answer.finish == "length";
    json!({
        "id": ids::prefixed("resp_01", random),
        "object": "response",
        "status": status(answer),
        "created_at": settings.created,
        "output": output(answer, random),
        "previous_response_id": null,
        "model": given("model", Value::Null),
        "reasoning": {"effort": effort, "summary": null},
        "max_output_tokens": given("max_output_tokens", Value::Null),
        "instructions": given("instructions", Value::Null),
        "text": {"format": given("text", Value::Null).get("format").cloned().unwrap_or_else(|| json!({"type": "text"}))},
        "tools": given("tools", json!([])),
        "tool_choice": given("tool_choice", json!("auto")),
        "truncation": "disabled",
        "metadata": metadata(given("metadata", json!({})), settings.metrics),
        "temperature": given("temperature", json!(1)),
        "top_p": given("top_p", json!(1)),
        "user": given("user", Value::Null),
        "service_tier": given("service_tier", json!("default")),
        "background": false,
        "error": error(answer),
        "incomplete_details": incomplete.then(|| json!({"reason": "max_output_tokens"})),
        "usage": usage(answer),
        "parallel_tool_calls": given("parallel_tool_calls", json!(true)),
        "store": false,
        "top_logprobs": 0,
        "max_tool_calls": null,
    })
}

fn status(answer: &Answer) -> &'static str {
    if answer.failure.is_some() {
        "failed"
    } else if answer.finish == "length" {
        "incomplete"
    } else {
        "completed"
    }
}

fn error(answer: &Answer) -> Option<Value> {
    let failure = answer.failure.as_ref()?;
    Some(json!({"code": failure.code.unwrap_or("server_error"), "message": failure.message}))
}

fn usage(answer: &Answer) -> Value {
    json!({
        "input_tokens": answer.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0, "reasoning_tokens": 0},
        "output_tokens": answer.completion_tokens,
        "output_tokens_details": {"cached_tokens": 0, "reasoning_tokens": answer.reasoning_tokens.unwrap_or(0)},
        "total_tokens": answer.prompt_tokens + answer.completion_tokens,
    })
}

/// The times that the header `Groq-Beta: inference-metrics` asks for are texts.
fn metadata(mut metadata: Value, metrics: Option<&CompletionUsage>) -> Value {
    let Some(usage) = metrics else {
        return metadata;
    };
    for (name, seconds) in [
        ("completion_time", usage.completion_time),
        ("prompt_time", usage.prompt_time),
        ("queue_time", usage.queue_time),
        ("total_time", usage.total_time),
    ] {
        metadata[name] = json!(seconds.unwrap_or_default().to_string());
    }
    metadata
}

/// What the service ran.
fn run(tool: &ExecutedTool, random: &mut Random) -> Value {
    let arguments: Value = tool
        .arguments
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default();
    if tool.type_ == "python" {
        return json!({
            "type": "code_interpreter_call",
            "id": ids::prefixed("ci_01", random),
            "status": "completed",
            "code": arguments["code"],
            "outputs": [{"type": "logs", "logs": tool.output}],
        });
    }
    json!({
        "type": "web_search_call",
        "id": ids::prefixed("ws_01", random),
        "status": "completed",
        "action": {"type": "search", "query": arguments["query"]},
    })
}

/// Executed tools, reasoning, the message, and calls.
fn output(answer: &Answer, random: &mut Random) -> Vec<Value> {
    let mut output: Vec<Value> = answer
        .executed
        .iter()
        .map(|tool| run(tool, random))
        .collect();
    if let Some(reasoning) = &answer.reasoning {
        output.push(json!({
            "type": "reasoning",
            "id": ids::prefixed("rs_01", random),
            "status": "completed",
            "content": [{"type": "reasoning_text", "text": reasoning}],
            "summary": [],
        }));
    }
    if let Some(content) = &answer.content {
        let part =
            json!({"type": "output_text", "text": content, "annotations": [], "logprobs": null});
        output.push(json!({
            "type": "message",
            "id": ids::prefixed("msg_01", random),
            "status": if answer.finish == "length" { "incomplete" } else { "completed" },
            "role": "assistant",
            "content": [part],
        }));
    }
    for call in &answer.calls {
        output.push(json!({
            "type": "function_call",
            "id": ids::prefixed("fc_01", random),
            "status": "completed",
            "call_id": call.id,
            "name": call.function.name,
            "arguments": call.function.arguments,
        }));
    }
    output
}
