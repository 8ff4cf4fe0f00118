//! An answer as `chat.completion`, whole.

use groq_types::{CompletionUsage, UsageBreakdown};
use serde_json::json;

use super::answer::Answer;

/// What surrounds an answer, whole or streamed.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) id: String,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) fingerprint: String,
    pub(crate) request_id: String,
    pub(crate) seed: i64,
    pub(crate) tier: &'static str,
    pub(crate) usage: CompletionUsage,
    /// By model, for systems of several.
    pub(crate) breakdown: Option<UsageBreakdown>,
}

pub(crate) fn write(answer: &Answer, frame: &Frame) -> String {
    let mut message = json!({"role": "assistant"});
    if let Some(content) = &answer.content {
        message["content"] = json!(content);
    }
    if let Some(reasoning) = &answer.reasoning {
        message["reasoning"] = json!(reasoning);
    }
    if !answer.calls.is_empty() {
        message["tool_calls"] = json!(answer.calls);
    }
    if !answer.executed.is_empty() {
        message["executed_tools"] = json!(answer.executed);
    }
    let choice = json!({
        "index": 0, "message": message, "logprobs": null, "finish_reason": answer.finish,
    });
    let completion = json!({
        "id": frame.id,
        "object": "chat.completion",
        "created": frame.created,
        "model": frame.model,
        "choices": [choice],
        "usage": frame.usage,
        "usage_breakdown": frame.breakdown,
        "system_fingerprint": frame.fingerprint,
        "x_groq": {"id": frame.request_id, "seed": frame.seed},
        "service_tier": frame.tier,
    });
    completion.to_string()
}
