//! What a reply is usually asked for.

use crate::{
    ChatCompletion, ChatCompletionChunk, CompletionMessage, CompletionUsage, Delta, FinishReason,
    ToolCall, UsageBreakdown,
};

impl ChatCompletion {
    /// The message of the first choice; Groq gives one.
    pub fn message(&self) -> Option<&CompletionMessage> {
        self.choices.first().map(|choice| &choice.message)
    }

    /// The message of the first choice, to keep or to send back.
    pub fn into_message(self) -> Option<CompletionMessage> {
        self.choices.into_iter().next().map(|choice| choice.message)
    }

    /// The text of the first choice. `None` on a turn that only calls tools.
    pub fn text(&self) -> Option<&str> {
        self.message()?.content.as_deref()
    }

    /// The tool calls of the first choice.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.message()
            .and_then(|message| message.tool_calls.as_deref())
            .unwrap_or_default()
    }

    /// Why the first choice ended.
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        self.choices.first()?.finish_reason.as_ref()
    }
}

impl ChatCompletionChunk {
    /// What the first choice gained.
    pub fn delta(&self) -> Option<&Delta> {
        self.choices.first().map(|choice| &choice.delta)
    }

    /// The text that the first choice gained; never empty.
    pub fn text(&self) -> Option<&str> {
        self.delta()?
            .content
            .as_deref()
            .filter(|text| !text.is_empty())
    }

    /// The usage, from either place that carries it: the top level (only when `stream_options.include_usage` asks) or
    /// `x_groq` (always, on the last chunk of a choice).
    pub fn usage(&self) -> Option<&CompletionUsage> {
        self.usage
            .as_ref()
            .or_else(|| self.x_groq.as_ref()?.usage.as_ref())
    }

    /// The usage by model, of systems that run several.
    pub fn usage_breakdown(&self) -> Option<&UsageBreakdown> {
        self.x_groq.as_ref()?.usage_breakdown.as_ref()
    }

    /// What the service says went wrong half-way.
    pub fn error(&self) -> Option<&str> {
        self.x_groq.as_ref()?.error.as_deref()
    }
}

impl CompletionUsage {
    /// Prompt tokens that came from the cache; 0 when the service does not say, as it does without a hit.
    pub fn cached_tokens(&self) -> u64 {
        self.prompt_tokens_details
            .as_ref()
            .and_then(|details| details.cached_tokens)
            .unwrap_or(0)
    }

    /// Completion tokens spent on reasoning; 0 when the service does not say.
    pub fn reasoning_tokens(&self) -> u64 {
        self.completion_tokens_details
            .as_ref()
            .and_then(|details| details.reasoning_tokens)
            .unwrap_or(0)
    }

    /// Tokens generated per second, by the service's own clock.
    pub fn tokens_per_second(&self) -> Option<f64> {
        let seconds = self.completion_time.filter(|seconds| *seconds > 0.0)?;
        #[expect(clippy::cast_precision_loss, reason = "no reply has 2^52 tokens")]
        Some(self.completion_tokens as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn chunk(value: &serde_json::Value) -> ChatCompletionChunk {
        let mut whole = json!({"id": "c", "created": 0, "model": "m", "choices": []});
        whole
            .as_object_mut()
            .unwrap()
            .extend(value.as_object().unwrap().clone());
        serde_json::from_value(whole).unwrap()
    }

    #[test]
    fn usage_is_found_in_both_places() {
        let usage = json!({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3, "completion_time": 0.5});
        let top = chunk(&json!({"usage": usage}));
        let nested = chunk(&json!({"x_groq": {"usage": usage}}));
        assert_eq!(top.usage(), nested.usage());
        assert_eq!(top.usage().unwrap().tokens_per_second(), Some(4.0));
        assert_eq!(top.usage().unwrap().cached_tokens(), 0);
        assert_eq!(
            chunk(&json!({"usage": null, "x_groq": {"id": "r"}})).usage(),
            None
        );
    }

    #[test]
    fn empty_text_is_no_text() {
        assert_eq!(
            chunk(&json!({"choices": [{"index": 0, "delta": {"content": ""}}]})).text(),
            None
        );
        assert_eq!(
            chunk(&json!({"choices": [{"index": 0, "delta": {"content": "a"}}]})).text(),
            Some("a")
        );
    }
}
