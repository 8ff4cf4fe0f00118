//! Messages of a conversation.

use crate::{
    AssistantMessage, CompletionMessage, Content, FunctionCall, Message, SystemMessage,
    TextContent, ToolCall, ToolMessage, UserMessage,
};

impl Message {
    /// Creates a message with instructions that the model follows throughout the conversation.
    ///
    /// ```
    /// use groq_types::Message;
    ///
    /// let message = Message::system("Answer in one word.");
    /// assert_eq!(serde_json::to_string(&message)?, r#"{"role":"system","content":"Answer in one word."}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn system(content: impl Into<TextContent>) -> Self {
        Self::System(SystemMessage::new(content))
    }

    /// Creates the same as [`system`](Self::system), under its newer name.
    pub fn developer(content: impl Into<TextContent>) -> Self {
        Self::Developer(SystemMessage::new(content))
    }

    /// Creates a message of the user: text, or parts with images and documents.
    ///
    /// ```
    /// use groq_types::{ContentPart, Message};
    ///
    /// let plain = Message::user("What is the capital of Chad?");
    /// let with_image = Message::user([
    ///     ContentPart::text("What is on this picture?"),
    ///     ContentPart::image_url("https://example.com/cat.png"),
    /// ]);
    /// # assert_ne!(plain, with_image);
    /// ```
    pub fn user(content: impl Into<Content>) -> Self {
        Self::User(UserMessage::new(content))
    }

    /// Creates a message of the model. A reply becomes one with `Message::from(reply)`.
    ///
    /// ```
    /// use groq_types::Message;
    ///
    /// let history = [Message::user("2 + 2?"), Message::assistant("4"), Message::user("Times 3?")];
    /// # assert_eq!(history.len(), 3);
    /// ```
    pub fn assistant(content: impl Into<TextContent>) -> Self {
        Self::Assistant(AssistantMessage::new().with_content(content))
    }

    /// Creates the result of the tool call with this id.
    pub fn tool(tool_call_id: impl Into<String>, content: impl Into<Content>) -> Self {
        Self::Tool(ToolMessage::new(tool_call_id, content))
    }
}

impl From<&str> for UserMessage {
    fn from(content: &str) -> Self {
        Self::new(content)
    }
}

impl From<String> for UserMessage {
    fn from(content: String) -> Self {
        Self::new(content)
    }
}

/// Keeps what a request accepts: text, tool calls and the deprecated function call.
///
/// Reasoning, executed tools, annotations and unknown keys are left out, because the service refuses some of them with
/// status 400. For the same reason a reply without text, whose tokens went into reasoning, gets an empty text.
impl From<CompletionMessage> for AssistantMessage {
    fn from(reply: CompletionMessage) -> Self {
        let calls = reply.tool_calls.filter(|calls| !calls.is_empty());
        let must_speak = calls.is_none() && reply.function_call.is_none();
        let content = reply.content.or(must_speak.then(String::new));
        Self {
            content: content.map(TextContent::Text),
            tool_calls: calls.map(|calls| calls.into_iter().map(declared).collect()),
            function_call: reply.function_call.map(declared_function),
            name: None,
            reasoning: None,
        }
    }
}

fn declared(call: ToolCall) -> ToolCall {
    ToolCall::new(call.id, call.type_, declared_function(call.function))
}

fn declared_function(function: FunctionCall) -> FunctionCall {
    FunctionCall::new(function.name, function.arguments)
}

/// Keeps what a request accepts, as [`AssistantMessage`] does.
impl From<CompletionMessage> for Message {
    fn from(reply: CompletionMessage) -> Self {
        Self::Assistant(reply.into())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reply_becomes_a_message_with_only_what_requests_accept() {
        let reply: CompletionMessage = serde_json::from_value(json!({
            "role": "assistant",
            "content": "It is 3.",
            "reasoning": "1 and 2",
            "channel": "final",
            "executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}],
            "annotations": [],
            "tool_calls": [],
        }))
        .unwrap();
        let message = serde_json::to_value(Message::from(reply)).unwrap();
        assert_eq!(message, json!({"role": "assistant", "content": "It is 3."}));
    }

    #[test]
    fn a_reply_that_says_nothing_is_still_a_message() {
        for reply in [
            json!({"reasoning": "Hm"}),
            json!({"content": null, "tool_calls": []}),
        ] {
            let reply: CompletionMessage = serde_json::from_value(reply).unwrap();
            let message = serde_json::to_value(Message::from(reply)).unwrap();
            assert_eq!(message, json!({"role": "assistant", "content": ""}));
        }
    }

    #[test]
    fn tool_calls_go_back_without_what_nobody_declared() {
        let function = json!({"name": "f", "arguments": "null", "new": 1});
        let call = json!({"id": "c1", "type": "function", "function": function, "index": 0});
        let reply: CompletionMessage =
            serde_json::from_value(json!({"tool_calls": [call]})).unwrap();
        let message = serde_json::to_value(Message::from(reply)).unwrap();
        assert_eq!(
            message["tool_calls"],
            json!([{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "null"}}])
        );
        assert_eq!(message.get("content"), None);
    }
}
