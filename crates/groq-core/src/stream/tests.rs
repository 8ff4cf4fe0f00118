//! What makes a stream whole, over all ways to cut it and to spell that it is not finished.

#![expect(
    clippy::needless_pass_by_value,
    reason = "JSON literals read better without borrowing"
)]

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
use crate::options::RequestOptions;

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

fn read_skipping(body: &[u8]) -> Result<ChatCompletion, Error> {
    let options = RequestOptions::new().skip_undecodable_events(true);
    read_with(&CLIENT.with_options(options), body)
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
        Some(json!(false)),
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

#[test]
fn what_comes_after_the_end_does_not_end_the_reply_in_an_error() {
    let usage = json!({"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3});
    for extra in [
        json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "usage": usage}),
        json!({"id": "c", "choices": null, "usage": usage}),
        json!({"choices": [], "usage": usage}),
        json!({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}),
        json!({"usage": usage}),
        json!({"choices": [], "usage": usage, "created": 1.5, "service_tier": 7, "x_groq": {"error": ""}}),
        json!({"choices": []}),
        json!({"choices": [], "usage": {}}),
        json!({"choices": [], "prompt_filter_results": [{"prompt_index": 0}]}),
        json!({"type": "ping"}),
        json!({}),
    ] {
        for marker in [None, Some(json!("[DONE]"))] {
            let mut events = vec![
                chunk(json!({"content": "hi"}), None),
                chunk(json!({}), Some(json!("stop"))),
                extra.clone(),
            ];
            events.extend(marker);
            let reply =
                read(body(&events).as_bytes()).unwrap_or_else(|error| panic!("{extra}: {error}"));
            assert_eq!(
                (reply.text(), reply.id.as_str()),
                (Some("hi"), "c"),
                "{extra}"
            );
            let told = extra["usage"]["prompt_tokens"].is_u64();
            assert_eq!(
                reply.usage.map(|usage| usage.total_tokens),
                told.then_some(3),
                "{extra}"
            );
        }
    }
}

/// Each row is one chunk, and what it adds to a text.
#[test]
fn a_chunk_with_one_reading_is_read() {
    let choice =
        |choice: Value| json!({"id": "c", "created": 1, "model": "m", "choices": [choice]});
    let delta = |delta: Value| choice(json!({"index": 0, "delta": delta}));
    let table = [
        (
            json!({"choices": [{"index": 0, "delta": {"content": "x"}}]}),
            "x",
        ),
        (
            json!({"id": null, "model": null, "created": null, "choices": [{"delta": {"content": "x"}}]}),
            "x",
        ),
        (
            json!({"id": 7, "created": "12", "choices": [{"index": "0", "delta": {"content": "x"}}]}),
            "x",
        ),
        (choice(json!({"index": 0, "delta": null})), ""),
        (choice(json!({"index": 0, "delta": []})), ""),
        (choice(json!({"index": 0})), ""),
        (
            choice(json!({"index": 0, "message": {"role": "assistant", "content": "a"}})),
            "",
        ),
        (
            delta(
                json!({"content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}]}),
            ),
            "xy",
        ),
        (delta(json!({"content": [{"text": "x"}, "y"]})), "xy"),
        (
            delta(json!({"content": {"type": "text", "text": "x"}})),
            "x",
        ),
        (
            delta(
                json!({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "x"}]}),
            ),
            "x",
        ),
        (delta(json!({"content": []})), ""),
        (json!({"id": "c", "object": "chat.completion.chunk"}), ""),
    ];
    for (event, text) in table {
        let events = [
            chunk(json!({"content": "a"}), None),
            event.clone(),
            chunk(json!({"content": "b"}), Some(json!("stop"))),
        ];
        let reply =
            read(body(&events).as_bytes()).unwrap_or_else(|error| panic!("{event}: {error}"));
        assert_eq!(reply.text(), Some(format!("a{text}b").as_str()), "{event}");
        // It may also be the first of all.
        let alone =
            read(body(&events[1..]).as_bytes()).unwrap_or_else(|error| panic!("{event}: {error}"));
        assert_eq!(
            (alone.id.is_empty(), alone.model.as_str()),
            (false, "m"),
            "{event}"
        );
    }
}

#[test]
fn a_chunk_with_two_readings_is_an_error() {
    let choice =
        |choice: Value| json!({"id": "c", "created": 1, "model": "m", "choices": [choice]});
    for event in [
        json!({"id": "c", "content": "x"}),
        json!({"type": "ping"}),
        choice(json!({"index": 0, "text": "x"})),
        choice(json!({"index": 0, "message": {"content": "x"}})),
        choice(
            json!({"index": 0, "delta": {"content": [{"type": "image_url", "image_url": {"url": "x"}}]}}),
        ),
        choice(json!({"index": 0, "delta": {"content": 7}})),
        json!(r#"{"choices":[{"index":0,"delta":{"content":"x","content":"y"}}]}"#),
    ] {
        let events = [
            chunk(json!({"content": "a"}), None),
            event.clone(),
            chunk(json!({}), Some(json!("stop"))),
        ];
        let error = read(body(&events).as_bytes()).expect_err("two readings");
        assert!(error.is_decode(), "{event}: {error}");
    }
}

/// The pieces of each event, none of which has an index, and the calls; none where there could be others.
#[test]
fn pieces_of_calls_without_an_index_go_by_id_or_order() {
    type Row<'a> = (Vec<Vec<Value>>, Option<&'a [&'a str]>);
    let begin = |id: &str, arguments: &str| json!({"id": id, "function": {"name": "f", "arguments": arguments}});
    let more = |arguments: &str| json!({"function": {"arguments": arguments}});
    let of = |id: &str, arguments: &str| json!({"id": id, "function": {"arguments": arguments}});
    let table: Vec<Row<'_>> = vec![
        (vec![vec![begin("a", "{}")]], Some(&["{}"])),
        (vec![vec![begin("a", "{")], vec![more("}")]], Some(&["{}"])),
        (vec![vec![begin("", "{")], vec![more("}")]], Some(&["{}"])),
        (
            vec![vec![begin("", "{")], vec![begin("", "}")]],
            Some(&["{}"]),
        ),
        (
            vec![vec![begin("a", "{}"), begin("b", "[]")]],
            Some(&["{}", "[]"]),
        ),
        (
            vec![vec![begin("", "{}"), begin("", "[]")]],
            Some(&["{}", "[]"]),
        ),
        (
            vec![
                vec![begin("a", ""), begin("b", "")],
                vec![more("{"), more("[")],
                vec![more("}"), more("]")],
            ],
            Some(&["{}", "[]"]),
        ),
        (
            vec![
                vec![begin("a", "{"), begin("b", "[")],
                vec![of("b", "]")],
                vec![of("a", "}")],
            ],
            Some(&["{}", "[]"]),
        ),
        (
            vec![
                vec![begin("a", "")],
                vec![more("{}")],
                vec![begin("b", "")],
                vec![more("[")],
                vec![more("]")],
            ],
            Some(&["{}", "[]"]),
        ),
        (
            vec![vec![begin("a", "")], vec![begin("b", "")], vec![more("[]")]],
            Some(&["", "[]"]),
        ),
        (
            vec![vec![
                json!({"index": -1, "id": "a", "function": {"name": "f", "arguments": {"x": 1}}}),
            ]],
            Some(&["{\"x\":1}"]),
        ),
        (
            vec![vec![begin("a", ""), begin("b", "")], vec![more("{}")]],
            None,
        ),
        (
            vec![vec![begin("a", "{"), begin("b", "[")], vec![more("}")]],
            None,
        ),
        (
            vec![
                vec![begin("a", "{")],
                vec![begin("b", "[")],
                vec![more("}")],
            ],
            None,
        ),
        (vec![vec![begin("", "")], vec![begin("", "{}")]], None),
        (vec![vec![more("{}")]], None),
    ];
    for (events, expected) in table {
        let mut all: Vec<_> = events
            .iter()
            .map(|pieces| chunk(json!({"tool_calls": pieces}), None))
            .collect();
        all.push(chunk(json!({}), Some(json!("tool_calls"))));
        let text = body(&all);
        for read in [read(text.as_bytes()), read_skipping(text.as_bytes())] {
            match (read, expected) {
                (Ok(reply), Some(expected)) => {
                    let calls: Vec<_> = calls(&reply)
                        .into_iter()
                        .map(|(_, arguments)| arguments)
                        .collect();
                    assert_eq!(calls, expected, "{text}");
                }
                (Err(_), None) => {}
                (read, _) => panic!("{text}: {read:?}"),
            }
        }
    }
}

/// Whatever happens to one event of a reply that calls tools: with or without skipping, it is never a success without the calls.
#[test]
fn a_lost_event_never_takes_a_call_with_it() {
    let call = |index: u32, arguments: &str| json!({"tool_calls": [{"index": index, "id": format!("c{index}"), "function": {"name": "f", "arguments": arguments}}]});
    let events = [
        chunk(json!({"role": "assistant", "content": ""}), None),
        chunk(call(0, "{\"x\""), None),
        chunk(
            json!({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}),
            None,
        ),
        chunk(call(1, "{}"), None),
        chunk(json!({}), Some(json!("tool_calls"))),
    ];
    let whole = [("f", "{\"x\":1}"), ("f", "{}")];
    for spoiled in 0..events.len() {
        let text = events[spoiled].to_string();
        let bad = [
            text.replace("\"index\":0,\"", "\"index\":{},\""),
            text.replace("\"created\":1", "\"created\":[]"),
            text.replace("\"delta\":", "\"delta\":7,\"other\":"),
        ];
        let cuts = (1..text.len()).map(|cut| text[..cut].to_owned());
        for bad in bad.into_iter().chain(cuts) {
            for end in [None, Some(json!("[DONE]"))] {
                let mut all = events.to_vec();
                all[spoiled] = json!(bad);
                all.extend(end);
                if let Ok(reply) = read_skipping(body(&all).as_bytes()) {
                    assert_eq!(calls(&reply), whole, "{bad}");
                }
            }
        }
    }
    // Of a text, what is spoiled is left out as before.
    let text = [
        chunk(json!({"content": "a"}), None),
        json!("{\"id\": "),
        json!("words"),
        chunk(json!({}), Some(json!("stop"))),
    ];
    assert_eq!(
        read_skipping(body(&text).as_bytes())
            .expect("a reply")
            .text(),
        Some("a")
    );
}

/// Errors after the beginning are told apart by what stands in them.
#[test]
fn an_error_in_the_middle_is_classified() {
    type Is = fn(&Error) -> bool;
    let table: [(Value, Is, bool); 9] = [
        (
            json!({"error": {"message": "told you so", "status_code": 429}}),
            Error::is_rate_limited,
            true,
        ),
        (
            json!({"error": {"message": "told you so", "status_code": 503}}),
            Error::is_server_error,
            true,
        ),
        (
            json!({"error": {"message": "told you so", "status_code": 400}}),
            Error::is_invalid_request,
            false,
        ),
        (
            json!({"error": {"error": {"message": "told you so", "code": "rate_limit_exceeded"}}}),
            Error::is_rate_limited,
            true,
        ),
        (
            json!({"error": "told you so", "status_code": 498}),
            Error::is_flex_capacity,
            true,
        ),
        (
            json!({"message": "told you so", "code": 503}),
            Error::is_server_error,
            true,
        ),
        (
            json!({"error": {"message": "told you so", "code": "model_terms_required"}}),
            Error::is_account_restricted,
            false,
        ),
        (
            json!({"x_groq": {"error": {"message": "told you so", "status_code": 503}}}),
            Error::is_server_error,
            true,
        ),
        (
            json!({"choices": [{"index": 0, "delta": {}, "error": {"message": "told you so", "code": 502}}], "id": "c", "created": 1, "model": "m"}),
            Error::is_server_error,
            true,
        ),
    ];
    for (event, is, retryable) in table {
        for error in [
            read(body(&[chunk(json!({"content": "a"}), None), event.clone()]).as_bytes()),
            read_skipping(body(&[chunk(json!({"content": "a"}), None), event.clone()]).as_bytes()),
        ] {
            let error = error.expect_err("an error");
            assert!(is(&error), "{event}: {error:?}");
            assert_eq!(error.message(), "told you so", "{event}");
            assert_eq!(error.is_retryable(), retryable, "{event}");
            assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
            assert_eq!(error.partial().and_then(ChatCompletion::text), Some("a"));
        }
    }
    let wait = json!({"error": {"message": "try again in 1.5s", "code": "rate_limit_exceeded"}});
    let error = read(body(&[wait]).as_bytes()).expect_err("a limit");
    assert_eq!(
        error.retry_after(),
        Some(std::time::Duration::from_millis(1500))
    );
}
