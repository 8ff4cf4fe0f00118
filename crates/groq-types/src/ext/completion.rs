//! Accessors of replies: the first choice, and the usage.

use crate::{
    ChatCompletion, ChatCompletionChunk, CompletionMessage, CompletionUsage, Delta, FinishReason,
    ToolCall, UsageBreakdown,
};

impl ChatCompletion {
    /// Returns the message of the first choice; Groq sends one choice.
    pub fn message(&self) -> Option<&CompletionMessage> {
        self.choices.first().map(|choice| &choice.message)
    }

    /// Returns the message of the first choice by value, to keep or to send back.
    ///
    /// ```
    /// use groq_types::{ChatCompletion, Choice, CompletionMessage, Message};
    ///
    /// let choice = Choice::new(0, CompletionMessage::new().with_content("Hi"));
    /// let reply = ChatCompletion::new("c1", [choice], 0, "m");
    /// let history = vec![Message::user("Hello"), reply.into_message().unwrap().into()];
    /// # assert_eq!(history.len(), 2);
    /// ```
    pub fn into_message(self) -> Option<CompletionMessage> {
        self.choices.into_iter().next().map(|choice| choice.message)
    }

    /// Returns the text of the first choice: `None` on a turn that only calls tools.
    ///
    /// ```
    /// # let json = r#"{"id":"c1","created":1,"model":"m","choices":[{"index":0,"message":{"content":"Hi"}}]}"#;
    /// let reply: groq_types::ChatCompletion = serde_json::from_str(json)?;
    /// assert_eq!(reply.text(), Some("Hi"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn text(&self) -> Option<&str> {
        self.message()?.content.as_deref()
    }

    /// Returns the tool calls of the first choice.
    pub fn tool_calls(&self) -> &[ToolCall] {
        self.message()
            .and_then(|message| message.tool_calls.as_deref())
            .unwrap_or_default()
    }

    /// Returns why the first choice ended; `None` if the server wrote no reason, or an empty one.
    ///
    /// ```
    /// use groq_types::{ChatCompletion, Choice, CompletionMessage, FinishReason};
    ///
    /// let choice = Choice::new(0, CompletionMessage::new()).with_finish_reason(FinishReason::Length);
    /// let reply = ChatCompletion::new("c1", [choice], 0, "m");
    /// assert_eq!(reply.finish_reason(), Some(&FinishReason::Length));
    /// ```
    pub fn finish_reason(&self) -> Option<&FinishReason> {
        let reason = self.choices.first()?.finish_reason.as_ref();
        reason.filter(|reason| !reason.as_str().trim().is_empty())
    }
}

impl ChatCompletionChunk {
    /// Returns what was added to the first choice.
    pub fn delta(&self) -> Option<&Delta> {
        self.choices.first().map(|choice| &choice.delta)
    }

    /// Returns the text that was added to the first choice; never empty.
    ///
    /// ```
    /// # let json = r#"{"id":"c1","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}"#;
    /// let chunk: groq_types::ChatCompletionChunk = serde_json::from_str(json)?;
    /// assert_eq!(chunk.text(), Some("Hi"));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn text(&self) -> Option<&str> {
        self.delta()?
            .content
            .as_deref()
            .filter(|text| !text.is_empty())
    }

    /// Returns the usage from either place that carries it: the top level (only if `stream_options.include_usage` asks
    /// for it) or `x_groq` (on the last chunk of a choice).
    ///
    /// ```
    /// # let json = r#"{"id":"c1","created":1,"model":"m","choices":[],
    /// #     "x_groq":{"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}}"#;
    /// let chunk: groq_types::ChatCompletionChunk = serde_json::from_str(json)?;
    /// assert_eq!(chunk.usage().map(|usage| usage.total_tokens), Some(3));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn usage(&self) -> Option<&CompletionUsage> {
        self.usage
            .as_ref()
            .or_else(|| self.x_groq.as_ref()?.usage.as_ref())
    }

    /// Returns the usage by model, of systems that run several.
    pub fn usage_breakdown(&self) -> Option<&UsageBreakdown> {
        self.x_groq.as_ref()?.usage_breakdown.as_ref()
    }

    /// Returns the service's message about a failure in the middle of the stream.
    pub fn error(&self) -> Option<&str> {
        self.x_groq.as_ref()?.error.as_deref()
    }
}

impl CompletionUsage {
    /// Returns the number of prompt tokens that came from the cache; 0 if the service does not report it, as is the
    /// case without a hit.
    ///
    /// ```
    /// use groq_types::{CompletionUsage, PromptTokensDetails};
    ///
    /// let usage = CompletionUsage::new(1024, 20, 1044);
    /// assert_eq!(usage.cached_tokens(), 0);
    /// let details = PromptTokensDetails::new().with_cached_tokens(512);
    /// assert_eq!(usage.with_prompt_tokens_details(details).cached_tokens(), 512);
    /// ```
    pub fn cached_tokens(&self) -> u64 {
        let details = self.prompt_tokens_details.as_ref();
        details.and_then(|it| it.cached_tokens).unwrap_or(0)
    }

    /// Returns the number of completion tokens spent on reasoning; 0 if the service does not report it.
    pub fn reasoning_tokens(&self) -> u64 {
        let details = self.completion_tokens_details.as_ref();
        details.and_then(|it| it.reasoning_tokens).unwrap_or(0)
    }

    /// Returns the tokens generated per second, by the service's own clock.
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
    use crate::Choice;

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
    fn an_empty_reason_is_none() {
        for (reason, expected) in [("", None), (" ", None), ("stop", Some(FinishReason::Stop))] {
            let choice = Choice::new(0, CompletionMessage::new()).with_finish_reason(reason);
            let reply = ChatCompletion::new("c", [choice], 0, "m");
            assert_eq!(reply.finish_reason(), expected.as_ref(), "{reason:?}");
        }
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
