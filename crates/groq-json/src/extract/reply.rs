//! The text of a reply.

use groq_types::{ChatCompletion, FinishReason};

use crate::error::Failure;
use crate::format::Finish;
use crate::mode::Mode;
use crate::schema::tool_name;

/// Returns the text of a reply, and how it ended.
pub(super) fn text(
    completion: &ChatCompletion,
    mode: Mode,
    name: &str,
) -> Result<(String, Finish), Failure> {
    let message = completion.message();
    let refusal = message.and_then(|message| message.unknown_fields().get("refusal")?.as_str());
    if refusal.is_some_and(|refusal| !refusal.is_empty())
        || matches!(
            completion.finish_reason(),
            Some(FinishReason::ContentFilter)
        )
    {
        return Err(Failure::Refusal);
    }
    let finish = Finish::from(completion.finish_reason());
    let calls: Vec<_> = completion
        .tool_calls()
        .iter()
        .filter(|call| tool_name(&call.function.name) == name)
        .collect();
    let text = match (mode, calls.as_slice()) {
        (Mode::Tool, [call]) => call.function.arguments.clone(),
        // Several calls are several values, which the decoder reports.
        (Mode::Tool, [_, _, ..]) => calls
            .iter()
            .map(|call| call.function.arguments.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
        _ => completion.text().unwrap_or_default().to_owned(),
    };
    if text.trim().is_empty() && finish == Finish::Length {
        return Err(Failure::Truncated(Box::default()));
    }
    Ok((text, finish))
}

/// Returns what the model said when it refused.
pub(super) fn refusal(completion: &ChatCompletion) -> String {
    let said = completion
        .message()
        .and_then(|message| message.unknown_fields().get("refusal")?.as_str());
    said.or(completion.text()).unwrap_or_default().to_owned()
}
