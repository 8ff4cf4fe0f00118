//! What is done with the output of a response: reading it, and sending it back.

use groq_types::{
    FunctionCallItem, InputItem, OutputContentPart, OutputItem, ResponseObject, TypedInputItem,
};
use serde_json::{Value, json};

/// Reads the output of a response, and turns it into input.
///
/// ```
/// use groq_core::ResponseExt as _;
/// use groq_core::types::{EasyInputMessage, InputItem, InputRole, ResponseObject, ResponseRequest};
///
/// fn go_on(response: ResponseObject) -> ResponseRequest {
///     let mut input = response.into_input();
///     input.push(EasyInputMessage::new(InputRole::User, "And in two lines?").into());
///     ResponseRequest::new("openai/gpt-oss-20b", input)
/// }
/// ```
pub trait ResponseExt {
    /// Returns the text of all messages.
    fn output_text(&self) -> String;

    /// Returns the function calls.
    fn function_calls(&self) -> Vec<&FunctionCallItem>;

    /// Returns the output as items of the next input. The service keeps no responses, so a conversation sends all of it again.
    fn into_input(self) -> Vec<InputItem>;
}

impl ResponseExt for ResponseObject {
    fn output_text(&self) -> String {
        let messages = self.output.iter().filter_map(|item| match item {
            OutputItem::Message(message) => Some(message),
            _ => None,
        });
        messages
            .flat_map(|message| &message.content)
            .filter_map(|part| match part {
                OutputContentPart::OutputText(part) => Some(part.text.as_str()),
                _ => None,
            })
            .collect()
    }

    fn function_calls(&self) -> Vec<&FunctionCallItem> {
        let calls = self.output.iter().filter_map(|item| match item {
            OutputItem::FunctionCall(call) => Some(call),
            _ => None,
        });
        calls.collect()
    }

    fn into_input(self) -> Vec<InputItem> {
        self.output.iter().map(input).collect()
    }
}

/// A message goes back with its parts as they came: an input message has no assistant, and no text that was put out.
fn input(item: &OutputItem) -> InputItem {
    let mut value = serde_json::to_value(item).unwrap_or_default();
    if matches!(item, OutputItem::Message(_)) {
        complete(&mut value);
    } else if let Ok(item) = serde_json::from_value(value.clone()) {
        return item;
    }
    let item = value.as_object_mut().map(std::mem::take);
    TypedInputItem::Other(item.unwrap_or_default()).into()
}

/// Adds what a message must have, and may come without.
fn complete(message: &mut Value) {
    message["role"] = json!("assistant");
    let parts = message["content"].as_array_mut().into_iter().flatten();
    for part in parts.filter(|part| part["type"] == "output_text") {
        // The list must be there, be it empty.
        if part["annotations"].is_null() {
            part["annotations"] = json!([]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(output: &Value) -> ResponseObject {
        serde_json::from_value(json!({"id": "resp_1", "created_at": 1, "model": "m", "status": "completed", "output": output}))
            .expect("a response")
    }

    #[test]
    fn the_text_is_that_of_all_messages() {
        let response = response(&json!([
            {"type": "reasoning", "id": "r", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": "a"}, {"type": "refusal", "refusal": "no"}]},
            {"type": "message", "content": [{"type": "output_text", "text": "b"}]},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
        ]));
        assert_eq!(response.output_text(), "ab");
        assert_eq!(response.function_calls()[0].call_id, "c1");
    }

    #[test]
    fn output_goes_back_as_it_came() {
        let output = json!([
            {"type": "reasoning", "id": "r", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
            {"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "a", "annotations": []}]},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "mcp_call", "id": "x", "server_label": "l", "name": "n", "arguments": "{}", "output": "o"},
            {"type": "new_item", "data": [1]},
        ]);
        let input = response(&output).into_input();
        assert_eq!(serde_json::to_value(&input).expect("JSON"), output);
    }

    #[test]
    fn what_a_message_lacks_is_added() {
        let input = response(
            &json!([{"type": "message", "content": [{"type": "output_text", "text": "a"}]}]),
        )
        .into_input();
        assert_eq!(
            serde_json::to_value(&input).expect("JSON"),
            json!([{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "a", "annotations": []}]}])
        );
    }
}
