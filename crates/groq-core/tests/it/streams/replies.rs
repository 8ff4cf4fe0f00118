//! Replies that are put together from their pieces.

use groq_core::types::FinishReason;

use super::{failure, finish};
use crate::support::{Reply, chunk, stop, text};

fn tool(index: u32, id: &str, arguments: &str) -> String {
    let arguments = serde_json::to_string(arguments).expect("JSON");
    let id = if id.is_empty() {
        String::new()
    } else {
        format!(r#""id":"{id}","type":"function","#)
    };
    let name = if id.is_empty() { "" } else { r#""name":"f","# };
    chunk(&format!(
        r#"{{"index":0,"delta":{{"tool_calls":[{{"index":{index},{id}"function":{{{name}"arguments":{arguments}}}}}]}}}}"#
    ))
}

/// S23
#[tokio::test]
async fn tool_calls_are_put_together_by_index() {
    let end = stop().replace("\"stop\"", "\"tool_calls\"");
    let pieces = [
        tool(0, "a", "{\"x\""),
        tool(1, "b", ""),
        tool(0, "", ":1}"),
        tool(1, "", "{}"),
        end,
    ];
    let pieces: Vec<_> = pieces.iter().map(String::as_str).collect();
    let completion = finish(Reply::events(&pieces)).await.expect("a reply");
    let calls: Vec<_> = completion
        .tool_calls()
        .iter()
        .map(|call| (call.id.as_str(), call.function.arguments.as_str()))
        .collect();
    assert_eq!(calls, [("a", "{\"x\":1}"), ("b", "{}")]);
}

/// S24
#[tokio::test]
async fn a_tool_call_that_was_cut_off_is_not_offered() {
    let error = failure(Reply::events(&[
        &tool(0, "a", "{}"),
        &tool(1, "b", "{\"x\":"),
    ]))
    .await;
    let calls = error.partial().expect("what came").tool_calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].id, "a");
}

/// S25
#[tokio::test]
async fn choices_are_kept_apart() {
    let two = |index, content: &str| {
        chunk(&format!(
            r#"{{"index":{index},"delta":{{"content":"{content}"}}}}"#
        ))
    };
    let end = |index| {
        chunk(&format!(
            r#"{{"index":{index},"delta":{{}},"finish_reason":"stop"}}"#
        ))
    };
    let events = [
        two(1, "b"),
        two(0, "a"),
        two(1, "B"),
        two(0, "A"),
        end(1),
        end(0),
    ];
    let events: Vec<_> = events.iter().map(String::as_str).collect();
    let completion = finish(Reply::events(&events)).await.expect("a reply");
    let texts: Vec<_> = completion
        .choices
        .iter()
        .map(|choice| choice.message.content.as_deref())
        .collect();
    assert_eq!(texts, [Some("aA"), Some("bB")]);
}

/// S26
#[tokio::test]
async fn what_comes_twice_is_delivered_twice() {
    let completion = finish(Reply::events(&[
        &text("a"),
        &text("a"),
        &stop(),
        &stop(),
        "[DONE]",
        "[DONE]",
    ]))
    .await;
    assert_eq!(completion.expect("a reply").text(), Some("aa"));
}

/// S27
#[tokio::test]
async fn unknown_values_and_fields_are_no_failure() {
    let odd =
        chunk(r#"{"index":0,"delta":{"content":"hi","mood":1},"finish_reason":"tired","x":{}}"#);
    let completion = finish(Reply::events(&[&odd])).await.expect("a reply");
    assert_eq!(
        completion.finish_reason().map(FinishReason::as_str),
        Some("tired")
    );
}
