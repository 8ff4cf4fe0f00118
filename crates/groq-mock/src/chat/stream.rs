//! An answer as server-sent events of `chat.completion.chunk`.

use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::Answer;
use super::complete::Frame;
use super::request::ChatRequest;
use crate::models::Family;
use crate::text::tokens;

/// The events of an answer.
///
/// The role comes first, then executed tools, reasoning, content and calls, then the finish reason. Usage is in the
/// last choice's `x_groq`; if requested, also beside it and in a chunk of its own.
pub(crate) fn events(answer: &Answer, frame: &Frame, request: &ChatRequest<'_>) -> Vec<Bytes> {
    let mut events = Vec::new();
    let mut delta = |delta: Value, extra: Value| {
        let choice = json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": null});
        events.push(frame.chunk(&json!([choice]), extra));
    };
    let content = answer.calls.is_empty().then_some("");
    delta(
        json!({"role": "assistant", "content": content}),
        json!({"x_groq": {"id": frame.request_id, "seed": frame.seed}}),
    );
    let mut delta = |value: Value| delta(value, json!({}));
    for tool in &answer.executed {
        delta(json!({"executed_tools": [tool]}));
    }
    for token in tokens::tokens(answer.reasoning.as_deref().unwrap_or_default()) {
        let mut reasoning = json!({"reasoning": token});
        if request.model.family == Family::GptOss {
            reasoning["channel"] = json!("analysis");
        }
        delta(reasoning);
    }
    for token in tokens::tokens(answer.content.as_deref().unwrap_or_default()) {
        delta(json!({"content": token}));
    }
    for (index, call) in answer.calls.iter().enumerate() {
        let function = &call.function;
        delta(json!({"tool_calls": [
            {"index": index, "id": call.id, "type": "function", "function": function},
        ]}));
    }
    finish(answer, frame, request.includes_usage(), &mut events);
    events
}

fn finish(answer: &Answer, frame: &Frame, include_usage: bool, events: &mut Vec<Bytes>) {
    if let Some(failure) = &answer.failure {
        // After the status has been sent, a failure can only be an event.
        let error = failure.body();
        events.push(format!("event: error\ndata: {error}\n\n").into());
    } else {
        let mut extra = json!({"x_groq": {"id": frame.request_id, "usage": frame.usage}});
        if let Some(breakdown) = &frame.breakdown {
            extra["x_groq"]["usage_breakdown"] = json!(breakdown);
        }
        if include_usage {
            extra["usage"] = json!(frame.usage);
        }
        let choice =
            json!({"index": 0, "delta": {}, "logprobs": null, "finish_reason": answer.finish});
        events.push(frame.chunk(&json!([choice]), extra));
        if include_usage {
            let extra = json!({"service_tier": frame.tier, "usage": frame.usage});
            events.push(frame.chunk(&json!([]), extra));
        }
    }
    events.push(Bytes::from_static(b"data: [DONE]\n\n"));
}

impl Frame {
    /// One event: the fields of every chunk, and what stands beside them in some.
    fn chunk(&self, choices: &Value, mut chunk: Value) -> Bytes {
        chunk["id"] = json!(self.id);
        chunk["object"] = json!("chat.completion.chunk");
        chunk["created"] = json!(self.created);
        chunk["model"] = json!(self.model);
        chunk["system_fingerprint"] = json!(self.fingerprint);
        chunk["choices"] = choices.clone();
        Bytes::from(format!("data: {chunk}\n\n"))
    }
}
