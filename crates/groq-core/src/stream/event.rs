//! What one event of a stream says.

use std::str;

use groq_types::{ChatCompletionChunk, ResponseStreamEvent, UnknownFields};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::{ApiError, explain_bytes, explain_error};
use crate::sse::Event;

/// An event, understood.
pub(super) enum Message<T> {
    /// It says nothing.
    Ignored,
    /// A piece of the reply.
    Item(T),
    /// The stream is over.
    Done,
    /// The server says that it failed.
    Error(ApiError),
    /// It does not decode, for this reason.
    Undecodable(String),
}

/// Reads an event of a chat stream.
///
/// Errors come with the name `error`, or with none (wire, sdk: both official clients know either).
pub(super) fn read(event: Event<'_>) -> Message<ChatCompletionChunk> {
    let read = read_as(event, |chunk: &ChatCompletionChunk| {
        has_error(chunk.unknown_fields())
            || chunk
                .choices
                .iter()
                .any(|choice| has_error(choice.unknown_fields()))
    });
    match read {
        Message::Item(mut chunk) => {
            clear_blanks(&mut chunk);
            Message::Item(chunk)
        }
        read => read,
    }
}

fn has_error(fields: &UnknownFields) -> bool {
    fields.get("error").is_some_and(ApiError::is_error)
}

/// Clears what some servers spell as an empty text, or as `null` in quotes, where others leave it out: the choice is not finished.
pub(super) fn clear_blanks(chunk: &mut ChatCompletionChunk) {
    for choice in &mut chunk.choices {
        clear_blank(&mut choice.finish_reason);
        clear_blank(&mut choice.delta.role);
    }
}

/// Clears a word that says nothing.
pub(crate) fn clear_blank(word: &mut Option<impl AsRef<str>>) {
    if word.as_ref().is_some_and(|word| is_none(word.as_ref())) {
        *word = None;
    }
}

fn is_none(value: &str) -> bool {
    let value = value.trim_matches(|char: char| {
        char.is_whitespace() || char.is_control() || matches!(char, '\u{200b}' | '\u{feff}')
    });
    value.is_empty() || value.eq_ignore_ascii_case("null") || value.eq_ignore_ascii_case("none")
}

/// Reads an event of a stream of a response.
///
/// An event that is an error by its `type` is one of the stream, as is one in Groq's own form.
#[inline]
pub(super) fn read_response(event: Event<'_>) -> Message<ResponseStreamEvent> {
    let data = event.data;
    let read = read_as(event, |event: &ResponseStreamEvent| match event {
        ResponseStreamEvent::Error(_) => true,
        ResponseStreamEvent::Other(event) => event.get("error").is_some_and(ApiError::is_error),
        _ => false,
    });
    match read {
        Message::Undecodable(why) => {
            announcement(data).map_or(Message::Undecodable(why), Message::Item)
        }
        read => read,
    }
}

/// A response that has only begun: some servers say no more of it than its id. What it will be comes later, so this is kept as it is.
#[inline]
fn announcement(data: &[u8]) -> Option<ResponseStreamEvent> {
    let event: Map<String, Value> = serde_json::from_slice(data).ok()?;
    let named = event.get("type").and_then(Value::as_str);
    let begins = matches!(named, Some("response.created" | "response.in_progress"));
    (begins && event.get("response").is_some_and(Value::is_object))
        .then_some(ResponseStreamEvent::Other(event))
}

fn read_as<T: DeserializeOwned>(event: Event<'_>, is_error: impl Fn(&T) -> bool) -> Message<T> {
    let data = event.data.trim_ascii();
    if data.is_empty() {
        return Message::Ignored;
    }
    // The official clients look only at how it begins.
    if data.starts_with(b"[DONE]") {
        return Message::Done;
    }
    if event.name == b"error" {
        return Message::Error(ApiError::from_error_event(data));
    }
    let text = match str::from_utf8(event.data) {
        Ok(text) => text,
        Err(error) => return Message::Undecodable(explain_bytes(error)),
    };
    match serde_json::from_str::<T>(text) {
        Ok(item) if !is_error(&item) => Message::Item(item),
        Ok(_) => {
            Message::Error(ApiError::from_event(data).unwrap_or_else(|| ApiError::from_body(data)))
        }
        Err(error) => match ApiError::from_event(data) {
            Some(error) => Message::Error(error),
            None => Message::Undecodable(explain_error(event.data, &error)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: &str =
        r#"{"id":"c","created":1,"model":"m","object":"chat.completion.chunk","choices":[]}"#;

    fn read(name: &str, data: &str) -> Message<ChatCompletionChunk> {
        super::read(Event {
            name: name.as_bytes(),
            data: data.as_bytes(),
        })
    }

    #[test]
    fn chunks_and_the_end_are_recognised() {
        assert!(matches!(read("", CHUNK), Message::Item(_)));
        assert!(matches!(read("message", CHUNK), Message::Item(_)));
        assert!(matches!(read("", "[DONE]"), Message::Done));
        assert!(matches!(read("", " [DONE] "), Message::Done));
        assert!(matches!(read("", ""), Message::Ignored));
    }

    #[test]
    fn an_error_is_one_with_and_without_a_name() {
        let body = r#"{"error":{"message":"m","code":"tool_use_failed"}}"#;
        for (name, data) in [
            ("", body),
            ("error", body),
            ("error", r#"{"message":"m","code":"tool_use_failed"}"#),
        ] {
            let Message::Error(error) = read(name, data) else {
                panic!("{data} is an error")
            };
            assert_eq!(error.code.as_deref(), Some("tool_use_failed"));
        }
        assert!(matches!(read("error", "plain words"), Message::Error(_)));
        let both = CHUNK.replacen('{', r#"{"error":{"message":"m"},"#, 1);
        assert!(matches!(read("", &both), Message::Error(_)));
    }

    #[test]
    fn what_is_no_chunk_is_explained() {
        for (data, expected) in [
            ("null", "invalid type: null"),
            ("{}", "missing field"),
            (r#"{"id":7}"#, "`id`"),
            ("{", "EOF"),
            ("[]", "invalid"),
            ("hello", "expected value"),
        ] {
            let Message::Undecodable(reason) = read("", data) else {
                panic!("{data} is no chunk")
            };
            assert!(reason.contains(expected), "{data}: {reason}");
        }
    }

    #[test]
    fn a_response_may_be_announced_by_its_id_alone_but_not_ended_so() {
        let read = |kind: &str| {
            let data = format!(r#"{{"type":"{kind}","response":{{"id":"resp_1"}}}}"#);
            read_response(Event {
                name: b"",
                data: data.as_bytes(),
            })
        };
        for kind in ["response.created", "response.in_progress"] {
            let Message::Item(ResponseStreamEvent::Other(event)) = read(kind) else {
                panic!("{kind} is kept as it is")
            };
            assert_eq!(event["response"]["id"], "resp_1");
        }
        assert!(matches!(
            read("response.completed"),
            Message::Undecodable(_)
        ));
    }

    #[test]
    fn invalid_utf8_is_placed() {
        let event = Event {
            name: b"",
            data: b"{\"id\":\"\xff\"}",
        };
        let Message::Undecodable(reason) = super::read(event) else {
            panic!("invalid UTF-8 is no chunk")
        };
        assert!(reason.contains("byte 7"), "{reason}");
    }
}
