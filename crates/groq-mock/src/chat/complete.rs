//! An answer as `chat.completion`, whole.

use groq_types::{CompletionUsage, ExecutedTool, ToolCall, UsageBreakdown};
use serde::Serialize;

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

// The wire has keys that are null, which the types leave out: the frame is written here, its parts by the types.
#[derive(Serialize)]
struct Completion<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: [Choice<'a>; 1],
    usage: &'a CompletionUsage,
    usage_breakdown: Option<&'a UsageBreakdown>,
    system_fingerprint: &'a str,
    x_groq: XGroq<'a>,
    service_tier: &'static str,
}

#[derive(Serialize)]
struct Choice<'a> {
    index: u32,
    message: Message<'a>,
    logprobs: (),
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tool_calls: &'a [ToolCall],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    executed_tools: &'a [ExecutedTool],
}

#[derive(Serialize)]
struct XGroq<'a> {
    id: &'a str,
    seed: i64,
}

pub(crate) fn write(answer: &Answer, frame: &Frame) -> Vec<u8> {
    let message = Message {
        role: "assistant",
        content: answer.content.as_deref(),
        reasoning: answer.reasoning.as_deref(),
        tool_calls: &answer.calls,
        executed_tools: &answer.executed,
    };
    let completion = Completion {
        id: &frame.id,
        object: "chat.completion",
        created: frame.created,
        model: &frame.model,
        choices: [Choice {
            index: 0,
            message,
            logprobs: (),
            finish_reason: answer.finish,
        }],
        usage: &frame.usage,
        usage_breakdown: frame.breakdown.as_ref(),
        system_fingerprint: &frame.fingerprint,
        x_groq: XGroq {
            id: &frame.request_id,
            seed: frame.seed,
        },
        service_tier: frame.tier,
    };
    let mut body = Vec::with_capacity(1024);
    // Writing to memory what consists of texts and numbers does not fail.
    let _ = serde_json::to_writer(&mut body, &completion);
    body
}
