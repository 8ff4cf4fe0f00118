//! A response request as the chat request that means the same.

use serde_json::{Map, Value, json};

use crate::models::Family;

/// Parameters with the same name and meaning.
const SHARED: &str = "model temperature top_p parallel_tool_calls tool_choice service_tier";

/// The body has been checked, so that what it must have is there.
pub(super) fn chat(body: &Map<String, Value>, family: Family) -> Map<String, Value> {
    let mut chat = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            chat.insert(name.to_owned(), value);
        }
    };
    for name in SHARED.split(' ') {
        set(name, body.get(name).cloned());
    }
    set(
        "max_completion_tokens",
        body.get("max_output_tokens").cloned(),
    );
    let effort = body.get("reasoning").map(|reasoning| &reasoning["effort"]);
    set("reasoning_effort", effort.cloned());
    if family == Family::Qwen {
        // Thoughts are an item of their own here.
        set("reasoning_format", Some(json!("parsed")));
    }
    set("response_format", format(body));
    let tools = body.get("tools").and_then(Value::as_array);
    set("tools", tools.map(|tools| tools.iter().map(tool).collect()));
    set("messages", Some(Value::Array(messages(body))));
    chat
}

fn format(body: &Map<String, Value>) -> Option<Value> {
    let format = body.get("text")?.get("format")?;
    if format["type"] != "json_schema" {
        return Some(format.clone());
    }
    let settings = json!({
        "name": format["name"],
        "schema": format["schema"],
        "strict": format["strict"].as_bool().unwrap_or(false),
    });
    Some(json!({"type": "json_schema", "json_schema": settings}))
}

/// A function is flat here and nested in chat.
fn tool(tool: &Value) -> Value {
    if tool["type"] != "function" {
        return tool.clone();
    }
    let mut function = tool.as_object().cloned().unwrap_or_default();
    function.remove("type");
    json!({"type": "function", "function": function})
}

fn messages(body: &Map<String, Value>) -> Vec<Value> {
    let mut messages = Vec::new();
    if let Some(instructions) = body.get("instructions").and_then(Value::as_str) {
        messages.push(json!({"role": "system", "content": instructions}));
    }
    match &body["input"] {
        Value::Array(items) => messages.extend(items.iter().filter_map(message)),
        text => messages.push(json!({"role": "user", "content": text})),
    }
    messages
}

/// The message that an item stands for; some items stand for none.
fn message(item: &Value) -> Option<Value> {
    match item["type"].as_str() {
        None | Some("message") => {
            let content = match &item["content"] {
                Value::Array(parts) => parts.iter().map(part).collect(),
                text => text.clone(),
            };
            Some(json!({"role": item["role"], "content": content}))
        }
        Some("function_call") => {
            let function = json!({"name": item["name"], "arguments": item["arguments"]});
            let call = json!({"id": item["call_id"], "type": "function", "function": function});
            Some(json!({"role": "assistant", "content": null, "tool_calls": [call]}))
        }
        Some("function_call_output") => Some(json!({
            "role": "tool",
            "tool_call_id": item["call_id"],
            "content": item["output"],
        })),
        Some(_) => None,
    }
}

fn part(part: &Value) -> Value {
    match part["type"].as_str() {
        Some("input_image") => {
            json!({"type": "image_url", "image_url": {"url": part["image_url"]}})
        }
        Some("refusal") => json!({"type": "text", "text": part["refusal"]}),
        _ => json!({"type": "text", "text": part["text"]}),
    }
}
