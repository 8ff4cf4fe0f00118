//! Streams: what counts as an event, as the end, and as a failure.

use std::time::Duration;

use groq_core::sse::Limits;
use groq_core::types::{ChatCompletion, FinishReason};
use groq_core::{Error, ErrorKind};

use crate::support::{COMPLETION, Reply, Server, chunk, models, request, stop, text};

async fn finish(reply: Reply) -> Result<ChatCompletion, Error> {
    let server = Server::start([reply]).await;
    let (client, _) = server.client();
    client.chat().stream(request()).await?.finish().await
}

async fn reply(reply: Reply) -> String {
    let completion = finish(reply).await.expect("a reply");
    completion.text().unwrap_or_default().to_owned()
}

async fn failure(reply: Reply) -> Error {
    finish(reply).await.expect_err("a failure")
}

fn so_far(error: &Error) -> &str {
    error
        .partial()
        .and_then(ChatCompletion::text)
        .unwrap_or_default()
}

fn events(body: &str) -> Reply {
    Reply::stream().write(body).close()
}

/// S01, S02, S33
#[tokio::test]
async fn any_way_of_sending_the_bytes_gives_the_same_reply() {
    let body = format!(
        ": ping\r\n\r\ndata: {}\r\n\r\ndata: {}\n\ndata: [DONE]\n\n",
        text("Zoë 🦀"),
        stop()
    );
    let mut bytewise = Reply::stream();
    for byte in body.as_bytes() {
        bytewise = bytewise.write([*byte]);
    }
    assert_eq!(reply(bytewise.close()).await, "Zoë 🦀");
    assert_eq!(reply(events(&body)).await, "Zoë 🦀");
    let mut many = String::new();
    for _ in 0..10_000 {
        many.push_str(&format!("data: {}\n\n", text("x")));
    }
    assert_eq!(
        reply(events(&format!("{many}data: [DONE]\n\n")))
            .await
            .len(),
        10_000
    );
}

/// S03, S04, S05, S06, S07, S08, S16
#[tokio::test]
async fn the_rules_of_event_streams_hold() {
    let (a, b) = text("hi")
        .split_once("\"object\"")
        .map(|(a, b)| (a.to_owned(), format!("\"object\"{b}")))
        .expect("two halves");
    let whole = text("hi");
    for body in [
        format!("data: {whole}\r\rdata: [DONE]\r\r"),
        format!("\u{feff}data: {whole}\n\ndata: [DONE]\n\n"),
        format!(": c\n\n\n\n:\n\ndata: {whole}\n\n: c\n\ndata: [DONE]\n\n"),
        format!("id: 1\nretry: 5\nevent: message\nx: y\ndata: {whole}\n\ndata: [DONE]\n\n"),
        format!("data: {a}\ndata: {b}\n\ndata: [DONE]\n\n"),
        format!("data:{whole}\n\ndata:[DONE]\n\n"),
        format!("junk\n\0\ndata: {whole}\n\ndata:\n\ndata: [DONE]\n\n"),
    ] {
        assert_eq!(reply(events(&body)).await, "hi", "{body:?}");
    }
}

/// S09
#[tokio::test]
async fn a_finish_reason_completes_a_stream_without_its_marker() {
    let server = Server::start([
        Reply::events(&[&text("hi"), &stop()]),
        Reply::events(&[&text("hi"), "[DONE]"]),
    ])
    .await;
    let (client, _) = server.client();
    for marker in [false, true] {
        let mut stream = client.chat().stream(request()).await.expect("a stream");
        while let Some(chunk) = stream.next().await {
            chunk.expect("a chunk");
        }
        assert_eq!(
            (stream.done_marker(), stream.snapshot().text()),
            (marker, Some("hi"))
        );
        assert!(stream.next().await.is_none());
    }
}

/// S10
#[tokio::test]
async fn a_stream_that_just_ends_is_incomplete() {
    let error = failure(Reply::events(&[&text("so "), &text("far")])).await;
    assert_eq!(error.kind(), ErrorKind::IncompleteStream);
    assert!(error.is_incomplete_stream() && error.is_retryable());
    assert_eq!(so_far(&error), "so far");
    assert_eq!(error.request_id(), Some("req_stream"));
    assert_eq!(error.attempts().len(), 1);
    assert!(
        error
            .to_string()
            .contains("stream chat completion: the stream ended before"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("so far\""));

    // One of two choices is finished.
    let two = chunk(
        r#"{"index":0,"delta":{},"finish_reason":"stop"},{"index":1,"delta":{"content":"x"}}"#,
    );
    assert!(failure(Reply::events(&[&two])).await.is_incomplete_stream());
}

/// S11
#[tokio::test]
async fn a_stream_cut_within_an_event_is_incomplete_and_no_decode_error() {
    let event = text("more");
    for cut in 1..event.len() {
        let error = failure(
            Reply::stream()
                .event(&text("far"))
                .write(format!("data: {}", &event[..cut]))
                .close(),
        )
        .await;
        assert_eq!(
            (error.kind(), so_far(&error)),
            (ErrorKind::IncompleteStream, "far"),
            "{cut}"
        );
    }
    let mut reply = Reply::raw(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 9999\r\n\r\n",
    );
    reply = reply.event(&text("far")).close();
    let error = failure(reply).await;
    assert!(error.is_incomplete_stream() && error.kind() == ErrorKind::Transport);
    assert_eq!(so_far(&error), "far");
}

/// S12
#[tokio::test]
async fn the_last_blank_line_may_be_missing() {
    for end in ["data: [DONE]", "data: [DONE]\n"] {
        assert_eq!(
            reply(events(&format!("data: {}\n\n{end}", text("hi")))).await,
            "hi"
        );
    }
    assert_eq!(
        reply(events(&format!("data: {}\n\ndata: {}", text("hi"), stop()))).await,
        "hi"
    );
}

/// S13
#[tokio::test]
async fn nothing_counts_after_the_end() {
    assert_eq!(
        reply(Reply::events(&[
            &text("hi"),
            "[DONE]",
            &text("more"),
            "junk"
        ]))
        .await,
        "hi"
    );
}

/// S14
#[tokio::test]
async fn the_end_ends_it_though_the_connection_stays_open() {
    let server = Server::start([
        Reply::stream().event(&text("hi")).event("[DONE]").hang(),
        models(),
    ])
    .await;
    let (client, _) = server.client();
    let call = async { client.chat().stream(request()).await?.finish().await };
    let reply = tokio::time::timeout(Duration::from_secs(5), call)
        .await
        .expect("at once")
        .expect("a reply");
    assert_eq!(reply.text(), Some("hi"));
    assert!(server.all_closed().await, "the connection is retired");
    client.models().list().await.expect("another connection");
}

#[tokio::test]
async fn a_stream_that_ends_properly_leaves_its_connection_to_the_next_call() {
    let body = format!("data: {}\n\ndata: [DONE]\n\n", text("hi"));
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = Reply::raw(format!("{head}{:x}\r\n{body}\r\n0\r\n\r\n", body.len()));
    let server = Server::start([chunked.clone(), chunked]).await;
    let (client, _) = server.client();
    for _ in 0..2 {
        let reply = client
            .chat()
            .stream(request())
            .await
            .expect("a stream")
            .finish()
            .await
            .expect("a reply");
        assert_eq!(reply.text(), Some("hi"));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(server.connections(), 1);
}

/// S15, S21
#[tokio::test]
async fn an_event_that_does_not_decode_is_an_error_with_the_event() {
    for (event, reason) in [
        ("{\"x\": }", "expected value"),
        ("null", "null"),
        ("{}", "missing field"),
        ("words", "expected value"),
    ] {
        let error = failure(Reply::events(&[&text("far"), event, &stop()])).await;
        assert!(error.is_decode(), "{error}");
        assert_eq!(error.body().map(AsRef::as_ref), Some(event.as_bytes()));
        assert_eq!(so_far(&error), "far");
        assert!(
            error.to_string().contains("event 2") && error.to_string().contains(reason),
            "{error}"
        );
    }
    let secret = failure(Reply::events(&[r#"{"id": 7, "choices": "canary reply"}"#])).await;
    assert!(!format!("{secret} {secret:?}").contains("canary"));
}

/// S17, S18
#[tokio::test]
async fn an_error_in_the_stream_is_the_servers() {
    let error = r#"{"error":{"message":"no","type":"invalid_request_error","code":"tool_use_failed","failed_generation":"<f>"}}"#;
    let named = Reply::stream()
        .event(&text("far"))
        .write(format!("event: error\ndata: {error}\n\n"))
        .close();
    for reply in [Reply::events(&[&text("far"), error, &stop()]), named] {
        let error = failure(reply).await;
        assert_eq!(error.kind(), ErrorKind::Api);
        assert!(error.is_failed_generation() && !error.is_retryable());
        assert_eq!(
            (error.code(), error.message()),
            (Some("tool_use_failed"), "no")
        );
        assert_eq!(error.failed_generation(), Some("<f>"));
        assert_eq!(
            (so_far(&error), error.status().map(|status| status.as_u16())),
            ("far", Some(200))
        );
    }
    let stopped = stop().replacen(
        '{',
        r#"{"x_groq":{"id":"req_1","error":"over capacity"},"#,
        1,
    );
    let error = failure(Reply::events(&[&text("far"), &stopped])).await;
    assert_eq!(
        (error.kind(), error.message(), so_far(&error)),
        (ErrorKind::Api, "over capacity", "far")
    );
}

/// S19
#[tokio::test]
async fn an_empty_stream_is_an_error_and_a_lone_marker_an_empty_reply() {
    let error = failure(events("")).await;
    assert!(
        error.is_incomplete_stream() && error.to_string().contains("before it began"),
        "{error}"
    );
    assert!(failure(events(": ping\n\n")).await.is_incomplete_stream());
    let empty = finish(Reply::events(&["[DONE]"]))
        .await
        .expect("an empty reply");
    assert!(empty.choices.is_empty());
}

/// S20
#[tokio::test]
async fn a_chunk_without_choices_brings_usage() {
    let usage = chunk("").replacen(
        '{',
        r#"{"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"#,
        1,
    );
    let completion = finish(Reply::events(&[&text("hi"), &stop(), &usage, "[DONE]"]))
        .await
        .expect("a reply");
    assert_eq!(completion.usage.map(|usage| usage.total_tokens), Some(3));
}

/// S22
#[tokio::test]
async fn invalid_utf8_is_an_error_with_its_place() {
    let event = text("x").replace('x', "X");
    let (before, after) = event.split_once('X').expect("a place");
    let reply = Reply::stream()
        .event(&text("far"))
        .write("data: ")
        .write(before)
        .write([0xff])
        .write(after)
        .write("\n\n");
    let error = failure(reply.close()).await;
    assert!(error.is_decode());
    assert!(
        error
            .to_string()
            .contains(&format!("byte {}", before.len())),
        "{error}"
    );
    assert_eq!(so_far(&error), "far");
}

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

/// S28
#[tokio::test]
async fn a_reply_in_one_piece_is_an_error_that_has_it() {
    for reply in [
        Reply::json(200, COMPLETION),
        Reply::whole(200, &[], format!("\n {COMPLETION}")),
    ] {
        let error = failure(reply).await;
        assert!(error.is_unexpected_answer(), "{error}");
        assert_eq!(so_far(&error), "canary reply");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    let error = failure(Reply::stream().write(COMPLETION).close()).await;
    assert!(error.is_unexpected_answer(), "{error}");
    let error = failure(Reply::json(200, r#"{"error":{"message":"no","code":"x"}}"#)).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Api, Some("x")));
}

/// S28
#[tokio::test]
async fn a_document_is_known_wherever_it_is_cut_and_whatever_it_is_called() {
    let error = r#"{"error":{"message":"no","code":"x"}}"#;
    let (stream, text) = (
        Reply::stream(),
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n",
    );
    let heads = [stream.clone(), Reply::raw(text)];
    for (number, body) in [format!("\n{error}\n"), format!("\u{feff}{error}")]
        .iter()
        .enumerate()
    {
        for cut in 0..body.len() {
            let (begin, end) = body.as_bytes().split_at(cut);
            let head = heads[(cut + number) % 2].clone();
            let pause = Duration::from_millis(1);
            let error = failure(head.wait(pause).write(begin).wait(pause).write(end).close()).await;
            assert_eq!(
                (error.kind(), error.code()),
                (ErrorKind::Api, Some("x")),
                "{cut}: {error}"
            );
        }
    }
    // A whole one ends the call though the connection stays open.
    for (body, expected) in [
        (error, ErrorKind::Api),
        (COMPLETION, ErrorKind::UnexpectedAnswer),
    ] {
        let (begin, end) = body.split_at(20);
        let reply = stream
            .clone()
            .write(begin)
            .wait(Duration::from_millis(20))
            .write(end);
        let call = tokio::time::timeout(Duration::from_secs(30), failure(reply.hang()));
        let error = call.await.expect("long before that");
        assert_eq!(error.kind(), expected, "{error}");
        let came = if expected == ErrorKind::Api {
            ""
        } else {
            "canary reply"
        };
        assert_eq!(so_far(&error), came);
    }
    let half = failure(stream.write(&COMPLETION[..40]).close()).await;
    assert!(half.is_unexpected_answer(), "{half}");
}

#[tokio::test]
async fn nothing_but_blank_space_comes_to_an_end() {
    for head in ["text/plain", "text/event-stream"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {head}\r\n\r\n");
        let blank = (0..64).fold(Reply::raw(head), |reply, _| {
            reply.write(vec![b'\n'; 1 << 14])
        });
        let server = Server::start([blank.hang()]).await;
        let limits = Limits::default().with_max_stream(1 << 18);
        let client = server
            .builder()
            .stream_limits(limits)
            .build()
            .expect("a client");
        let call = async { client.chat().stream(request()).await?.finish().await };
        let error = call.await.expect_err("too much");
        assert!(
            error.is_limit_exceeded() && error.to_string().contains("max_stream"),
            "{error}"
        );
    }
}

/// S29
#[tokio::test]
async fn html_is_not_a_stream() {
    for content_type in ["text/html", "text/event-stream"] {
        let error = failure(Reply::whole(
            200,
            &[("content-type", content_type)],
            "<html>canary</html>",
        ))
        .await;
        assert!(error.is_unexpected_answer(), "{error}");
        assert_eq!(
            error.body().map(AsRef::as_ref),
            Some(&b"<html>canary</html>"[..])
        );
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

/// S30
#[tokio::test]
async fn the_body_decides_and_not_its_type() {
    let body = format!("\n: ping\n\ndata: {}\n\ndata: [DONE]\n\n", text("hi"));
    for headers in [
        &[][..],
        &[("content-type", "text/plain")],
        &[("content-type", "application/json")],
        &[("content-type", "Text/Event-Stream;charset=utf-8")],
    ] {
        assert_eq!(reply(Reply::whole(200, headers, &body)).await, "hi");
    }
}

/// S32
#[tokio::test]
async fn a_line_without_end_stops_at_the_cap() {
    for limits in [Limits::default(), Limits::default().with_max_line(1 << 20)] {
        let head = Reply::stream().write("data: ");
        let endless = (0..64).fold(head, |reply, _| reply.write(vec![b'x'; 1 << 20]));
        let server = Server::start([endless]).await;
        let builder = server.builder().stream_limits(limits);
        let client = builder.build().expect("a client");
        let stream = client.chat().stream(request()).await.expect("a stream");
        let error = stream.finish().await.expect_err("too long");
        let told = format!("{} bytes (max_line)", limits.max_line);
        assert!(
            error.is_limit_exceeded() && error.to_string().contains(&told),
            "{error}"
        );
        assert!(server.all_closed().await);
    }
}

/// S34
#[tokio::test]
async fn broken_chunking_is_a_transport_error() {
    for size in ["zz", "fffffffffffffffff", "-1"] {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        let event = format!("data: {}\n\n", text("far"));
        let reply = Reply::raw(format!(
            "{head}{:x}\r\n{event}\r\n{size}\r\nxxxx",
            event.len()
        ))
        .close();
        let error = failure(reply).await;
        assert_eq!(
            (error.kind(), so_far(&error)),
            (ErrorKind::Transport, "far"),
            "{error}"
        );
    }
}

/// S35
#[tokio::test]
async fn a_dropped_stream_leaves_nothing_to_the_next_call() {
    let server = Server::start([
        Reply::stream()
            .event(&text("stale"))
            .event(&text("stale"))
            .hang(),
        models(),
    ])
    .await;
    let (client, _) = server.client();
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    stream.next().await.expect("a chunk").expect("a chunk");
    drop(stream);
    assert_eq!(client.models().list().await.expect("a list").data.len(), 0);
}

#[tokio::test]
async fn text_leaves_out_what_is_none_and_loses_nothing() {
    let reasoning = chunk(r#"{"index":0,"delta":{"reasoning":"hm"}}"#);
    let server = Server::start([Reply::events(&[
        &text(""),
        &reasoning,
        &text("a"),
        &text("b"),
        &stop(),
        "[DONE]",
    ])])
    .await;
    let (client, _) = server.client();
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    let mut pieces = Vec::new();
    let mut text = stream.text();
    while let Some(piece) = text.next().await {
        pieces.push(piece.expect("text"));
    }
    assert_eq!(pieces, ["a", "b"]);
    let reply = stream.finish().await.expect("a reply");
    assert_eq!(
        reply
            .message()
            .and_then(|message| message.reasoning.as_deref()),
        Some("hm")
    );
}

#[tokio::test]
async fn after_a_failure_there_is_nothing_more() {
    let server = Server::start([Reply::events(&[&text("far")])]).await;
    let (client, _) = server.client();
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    assert!(stream.next().await.expect("a chunk").is_ok());
    assert!(stream.next().await.expect("the failure").is_err());
    assert!(stream.next().await.is_none());
    assert_eq!(stream.snapshot().text(), Some("far"));
    let error = stream.finish().await.expect_err("it failed before");
    assert!(error.is_incomplete_stream());
}
