//! A response as events: it begins, its items grow token by token, it ends.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::text::tokens;

/// All events of a response, which is as long as an answer can be and no longer.
pub(super) fn events(response: &Value) -> Vec<Bytes> {
    let mut events = Events::default();
    let begun = begun(response);
    events.push("response.created", json!({"response": begun}));
    events.push("response.in_progress", json!({"response": begun}));
    let output = response["output"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, item) in output.iter().enumerate() {
        events.item(index, item);
    }
    let end = match response["status"].as_str() {
        Some("failed") => "response.failed",
        Some("incomplete") => "response.incomplete",
        _ => "response.completed",
    };
    events.push(end, json!({"response": response}));
    events.list
}

/// The response before anything has been generated.
fn begun(response: &Value) -> Value {
    let mut begun = response.clone();
    begun["status"] = json!("in_progress");
    begun["output"] = json!([]);
    for name in ["usage", "error", "incomplete_details"] {
        begun[name] = Value::Null;
    }
    begun
}

#[derive(Default)]
struct Events {
    list: Vec<Bytes>,
}

impl Events {
    fn push(&mut self, kind: &str, mut data: Value) {
        data["type"] = json!(kind);
        data["sequence_number"] = json!(self.list.len());
        self.list
            .push(Bytes::from(format!("event: {kind}\ndata: {data}\n\n")));
    }

    fn item(&mut self, index: usize, item: &Value) {
        let mut added = item.clone();
        if item.get("status").is_some() {
            added["status"] = json!("in_progress");
        }
        let kind = item["type"].as_str().unwrap_or_default();
        match kind {
            "function_call" => added["arguments"] = json!(""),
            "reasoning" | "message" => added["content"] = json!([]),
            _ => {}
        }
        self.push_item("response.output_item.added", index, &added);
        match kind {
            "function_call" => self.arguments("response.function_call_arguments", index, item),
            "reasoning" => self.part("reasoning_text", index, item),
            "message" => self.part("output_text", index, item),
            "code_interpreter_call" => {
                for state in ["in_progress", "interpreting", "completed"] {
                    self.progress(kind, state, index, item);
                }
            }
            _ => {}
        }
        self.push_item("response.output_item.done", index, item);
    }

    fn progress(&mut self, kind: &str, state: &str, index: usize, item: &Value) {
        let place = json!({"item_id": item["id"], "output_index": index});
        self.push(&format!("response.{kind}.{state}"), place);
    }

    fn push_item(&mut self, kind: &str, index: usize, item: &Value) {
        self.push(kind, json!({"output_index": index, "item": item}));
    }

    fn arguments(&mut self, name: &str, index: usize, item: &Value) {
        let arguments = item["arguments"].as_str().unwrap_or_default();
        let place = |key: &str, value: &str| json!({"item_id": item["id"], "output_index": index, key: value});
        for token in tokens::tokens(arguments) {
            self.push(&format!("{name}.delta"), place("delta", token));
        }
        self.push(&format!("{name}.done"), place("arguments", arguments));
    }

    /// The one part of an item that has parts.
    fn part(&mut self, name: &str, index: usize, item: &Value) {
        let part = &item["content"][0];
        let text = part["text"].as_str().unwrap_or_default();
        let place = |key: &str, value: Value| json!({"item_id": item["id"], "output_index": index, "content_index": 0, key: value});
        let mut empty = part.clone();
        empty["text"] = json!("");
        self.push("response.content_part.added", place("part", empty));
        for token in tokens::tokens(text) {
            self.push(
                &format!("response.{name}.delta"),
                place("delta", json!(token)),
            );
        }
        self.push(&format!("response.{name}.done"), place("text", json!(text)));
        self.push("response.content_part.done", place("part", part.clone()));
    }
}
