//! Messages of a conversation.

use crate::{
    AssistantMessage, CompletionMessage, Content, Message, SystemMessage, TextContent, ToolMessage,
    UserMessage,
};

impl Message {
    /// Instructions that the model follows throughout the conversation.
    pub fn system(content: impl Into<TextContent>) -> Self {
        Self::System(SystemMessage::new(content))
    }

    /// The same as [`system`](Self::system), under its newer name.
    pub fn developer(content: impl Into<TextContent>) -> Self {
        Self::Developer(SystemMessage::new(content))
    }

    /// What the user says: text, or parts with images and documents.
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

    /// What the model said earlier. A reply of the service becomes one by `Message::from(reply)`.
    pub fn assistant(content: impl Into<TextContent>) -> Self {
        Self::Assistant(AssistantMessage::new().with_content(content))
    }

    /// The result of the tool call with this id.
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
/// Reasoning, executed tools, annotations and unknown keys stay behind: the service refuses some of them with status 400,
/// and a conversation must not break by growing.
impl From<CompletionMessage> for AssistantMessage {
    fn from(reply: CompletionMessage) -> Self {
        Self {
            content: reply.content.map(TextContent::Text),
            tool_calls: reply.tool_calls.filter(|calls| !calls.is_empty()),
            function_call: reply.function_call,
            name: None,
            reasoning: None,
        }
    }
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
    fn tool_calls_go_back_as_they_came() {
        let call = json!({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "null"}, "index": 0});
        let reply: CompletionMessage =
            serde_json::from_value(json!({"tool_calls": [call]})).unwrap();
        let message = serde_json::to_value(Message::from(reply)).unwrap();
        assert_eq!(
            message["tool_calls"][0]["function"],
            json!({"name": "f", "arguments": "null"})
        );
        assert_eq!(message.get("content"), None);
    }
}
