//! A response request as the chat request that means the same.

use serde_json::{Map, Value, json};

use crate::api_error::{ApiError, Outcome};
use crate::models::Family;

/// What is called the same and means the same.
const SHARED: &[&str] = &[
    "model",
    "temperature",
    "top_p",
    "parallel_tool_calls",
    "tool_choice",
    "service_tier",
];

pub(super) fn chat(body: &Map<String, Value>, family: Family) -> Outcome<Map<String, Value>> {
    let mut chat = Map::new();
    for name in SHARED {
        set(&mut chat, name, body.get(*name).cloned());
    }
    set(
        &mut chat,
        "max_completion_tokens",
        body.get("max_output_tokens").cloned(),
    );
    let effort = body.get("reasoning").map(|reasoning| &reasoning["effort"]);
    set(&mut chat, "reasoning_effort", effort.cloned());
    if family == Family::Qwen {
        // Thoughts are an item of their own here.
        set(&mut chat, "reasoning_format", Some(json!("parsed")));
    }
    set(&mut chat, "response_format", format(body));
    if let Some(tools) = body.get("tools").and_then(Value::as_array) {
        let tools = tools.iter().enumerate().map(tool).collect::<Outcome<_>>()?;
        set(&mut chat, "tools", Some(Value::Array(tools)));
    }
    set(&mut chat, "messages", Some(Value::Array(messages(body)?)));
    Ok(chat)
}

fn set(chat: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !value.is_null()) {
        chat.insert(name.to_owned(), value);
    }
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
fn tool((index, tool): (usize, &Value)) -> Outcome<Value> {
    if tool["type"] != "function" {
        return Ok(tool.clone());
    }
    if tool.get("name").is_none_or(Value::is_null) {
        return Err(ApiError::invalid(format!(
            "'tools.{index}' : property 'name' is missing"
        )));
    }
    let mut function = tool.as_object().cloned().unwrap_or_default();
    function.remove("type");
    Ok(json!({"type": "function", "function": function}))
}

fn messages(body: &Map<String, Value>) -> Outcome<Vec<Value>> {
    let mut messages = Vec::new();
    if let Some(instructions) = body.get("instructions").and_then(Value::as_str) {
        messages.push(json!({"role": "system", "content": instructions}));
    }
    match &body["input"] {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                messages.extend(message(index, item)?);
            }
        }
        text => messages.push(json!({"role": "user", "content": text})),
    }
    Ok(messages)
}

/// The message that an item stands for; some items stand for none.
fn message(index: usize, item: &Value) -> Outcome<Option<Value>> {
    let required = |name: &str| match item.get(name) {
        Some(value) if !value.is_null() => Ok(value),
        _ => Err(ApiError::invalid(format!(
            "'input.{index}' : property '{name}' is missing"
        ))),
    };
    let text = |name: &str| match required(name)? {
        Value::String(text) => Ok(text.as_str()),
        _ => Err(ApiError::invalid(format!(
            "'input.{index}.{name}' : value must be a string"
        ))),
    };
    match item["type"].as_str() {
        None | Some("message") => {
            let content = content(index, required("content")?)?;
            Ok(Some(json!({"role": required("role")?, "content": content})))
        }
        Some("function_call") => {
            let function = json!({"name": text("name")?, "arguments": text("arguments")?});
            let call = json!({"id": text("call_id")?, "type": "function", "function": function});
            Ok(Some(
                json!({"role": "assistant", "content": null, "tool_calls": [call]}),
            ))
        }
        Some("function_call_output") => Ok(Some(json!({
            "role": "tool",
            "tool_call_id": text("call_id")?,
            "content": text("output")?,
        }))),
        Some(_) => Ok(None),
    }
}

fn content(index: usize, content: &Value) -> Outcome<Value> {
    match content {
        Value::String(_) => Ok(content.clone()),
        Value::Array(parts) => {
            let parts = parts.iter().enumerate().map(|(at, part)| {
                self::part(part).ok_or_else(|| {
                    ApiError::invalid(format!(
                        "'input.{index}.content.{at}' : discriminator property 'type' has invalid value"
                    ))
                })
            });
            Ok(Value::Array(parts.collect::<Outcome<_>>()?))
        }
        _ => Err(ApiError::invalid(format!(
            "'input.{index}.content' : value must be a string or an array"
        ))),
    }
}

fn part(part: &Value) -> Option<Value> {
    match part["type"].as_str()? {
        "input_text" | "output_text" => {
            Some(json!({"type": "text", "text": part["text"].as_str()?}))
        }
        "refusal" => Some(json!({"type": "text", "text": part["refusal"].as_str()?})),
        "input_image" => {
            let url = part["image_url"].as_str()?;
            Some(json!({"type": "image_url", "image_url": {"url": url}}))
        }
        _ => None,
    }
}
