//! What makes a stream whole, over all ways to cut it and to spell that it is not finished.

use std::future::Future;
use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use groq_types::ChatCompletion;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::ChatStream;
use crate::client::Client;
use crate::error::Error;

/// It sends nothing, and only lends its limits.
static CLIENT: LazyLock<Client> = LazyLock::new(|| {
    let builder = Client::builder().api_key("gsk_unused");
    builder.build().expect("a client")
});

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("all of it is in memory"),
    }
}

fn read(body: &[u8]) -> Result<ChatCompletion, Error> {
    read_with(&CLIENT, body)
}

fn read_with(client: &Client, body: &[u8]) -> Result<ChatCompletion, Error> {
    now(async {
        ChatStream::recorded(client, [body.to_vec()])
            .await?
            .finish()
            .await
    })
}

fn body(events: &[Value]) -> String {
    let events = events.iter().map(|event| match event {
        Value::String(raw) => format!("data: {raw}\n\n"),
        event => format!("data: {event}\n\n"),
    });
    events.collect()
}

fn chunk(delta: Value, reason: Option<Value>) -> Value {
    let mut choice = json!({"index": 0, "delta": delta});
    if let Some(reason) = reason {
        choice["finish_reason"] = reason;
    }
    json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})
}

fn calls(reply: &ChatCompletion) -> Vec<(&str, &str)> {
    let calls = reply.tool_calls().iter();
    calls
        .map(|call| {
            (
                call.function.name.as_str(),
                call.function.arguments.as_str(),
            )
        })
        .collect()
}

/// How servers spell that a choice is not finished.
fn unfinished() -> impl Strategy<Value = Option<Value>> {
    prop::sample::select(vec![
        None,
        Some(json!(null)),
        Some(json!("")),
        Some(json!(" ")),
        Some(json!("\t\r\n")),
        Some(json!("\u{a0}")),
        Some(json!("null")),
        Some(json!("None")),
    ])
}

/// A text, split wherever it may be.
fn pieces(text: &'static str) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::btree_set(0..=text.len(), 0..5).prop_map(move |cuts| {
        let mut begin = 0;
        let mut pieces = Vec::new();
        for cut in cuts.into_iter().chain([text.len()]) {
            pieces.push(&text[begin..cut]);
            begin = cut;
        }
        pieces
    })
}

const TEXT: &str = "Hello to all of you";
const ARGUMENTS: &str = r#"{"path":"/tmp/x","all":[1,{}]}"#;

/// The deltas of a reply: its text, and calls of tools one after the other.
fn deltas() -> impl Strategy<Value = Vec<Value>> {
    let text = pieces(TEXT).prop_map(|pieces| {
        let pieces = pieces.into_iter().map(|piece| json!({"content": piece}));
        pieces.collect::<Vec<_>>()
    });
    let call = |index: u32| {
        pieces(ARGUMENTS).prop_map(move |pieces| {
            let begin = json!({"index": index, "id": format!("id{index}"), "type": "function", "function": {"name": "delete_files", "arguments": ""}});
            let rest = pieces
                .into_iter()
                .map(|piece| json!({"index": index, "function": {"arguments": piece}}));
            let all = [begin].into_iter().chain(rest);
            all.map(|piece| json!({"tool_calls": [piece]})).collect::<Vec<_>>()
        })
    };
    (any::<bool>(), text, 0..3u32, call(0), call(1)).prop_map(
        |(says, text, count, first, second)| {
            let mut all = vec![json!({"role": "assistant", "content": ""})];
            if says || count == 0 {
                all.extend(text);
            }
            all.extend(first.into_iter().filter(|_| count > 0));
            all.extend(second.into_iter().filter(|_| count > 1));
            all
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// A reply is whole only when its end has come, wherever it is cut and however the server spells that it has not.
    #[test]
    fn only_what_is_finished_is_whole(
        deltas in deltas(),
        spelled in prop::collection::vec(unfinished(), 1..4),
        usage in any::<bool>(),
        marker in any::<bool>(),
    ) {
        let mut spelled = spelled.into_iter().cycle();
        let tools = deltas.iter().any(|delta| delta.get("tool_calls").is_some());
        let chunks: Vec<_> = deltas
            .into_iter()
            .map(|delta| chunk(delta, spelled.next().expect("it goes round")))
            .collect();
        let begin = body(&chunks);
        let end = chunk(json!({}), Some(json!(if tools { "tool_calls" } else { "stop" })));
        let mut whole = begin.clone() + &body(&[end]);
        // The end of the connection is an end too: the blank line behind the last event may be missing.
        let finished = whole.len() - 2;
        if usage {
            let mut extra = chunk(json!({}), None);
            extra["choices"] = json!([]);
            extra["usage"] = json!({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2});
            whole += &body(&[extra]);
        }
        if marker {
            whole += "data: [DONE]\n\n";
        }
        let reply = read(whole.as_bytes()).expect("all of it is there");
        // Each place near the end, and some of the others.
        let last = finished.saturating_sub(40);
        for cut in (0..last).step_by(7).chain(last..=whole.len()) {
            match read(&whole.as_bytes()[..cut]) {
                Ok(cut_off) => {
                    prop_assert!(cut >= finished, "{}", &whole[..cut]);
                    prop_assert_eq!(cut_off.message(), reply.message());
                }
                Err(error) => {
                    prop_assert!(error.is_incomplete_stream(), "{}", error);
                    let all = calls(&reply);
                    let offered = error.partial().map(calls).unwrap_or_default();
                    prop_assert_eq!(&offered[..], &all[..offered.len()]);
                }
            }
        }
    }

    /// The marker ends a text that nobody finished, and no call that is still open.
    #[test]
    fn the_marker_finishes_no_call(
        cut in 0..ARGUMENTS.len(),
        spelled in unfinished(),
        id in prop::sample::select(vec!["", "a"]),
    ) {
        let call = json!({"tool_calls": [{"index": 0, "id": id, "function": {"name": "delete_files", "arguments": &ARGUMENTS[..cut]}}]});
        let open = body(&[chunk(call, spelled), json!("[DONE]")]);
        let error = read(open.as_bytes()).expect_err("the call is open");
        prop_assert!(error.is_incomplete_stream());
        prop_assert!(error.partial().is_some_and(|partial| partial.tool_calls().is_empty()));
    }
}

#[test]
fn an_empty_reason_is_none_in_the_chunks_too() {
    let events = body(&[
        chunk(json!({"role": "", "content": "Hel"}), Some(json!(""))),
        chunk(json!({"role": "", "content": "lo"}), Some(json!(" "))),
        chunk(json!({"content": "!"}), Some(json!("stop"))),
    ]);
    let reasons = now(async {
        let mut stream = ChatStream::recorded(&CLIENT, [events]).await?;
        let mut reasons = Vec::new();
        while let Some(chunk) = stream.next().await {
            reasons.push(chunk?.choices[0].finish_reason.is_some());
        }
        let role = stream
            .snapshot()
            .message()
            .and_then(|message| message.role.clone());
        assert_eq!(
            role.as_ref().map(groq_types::Role::as_str),
            Some("assistant")
        );
        Ok::<_, Error>(reasons)
    });
    assert_eq!(reasons.expect("a reply"), [false, false, true]);
}
