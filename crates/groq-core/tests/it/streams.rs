//! Streams: what counts as an event, as the end, and as a failure.

mod documents;
mod replies;

use std::time::Duration;

use groq_core::sse::StreamLimits;
use groq_core::types::ChatCompletion;
use groq_core::{Error, ErrorKind};

use crate::support::{Reply, Server, chunk, models, request, stop, text};

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

/// S11
#[tokio::test]
async fn an_answer_that_is_cut_anywhere_is_never_taken_for_whole() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
    let events = [text("one"), text(" two"), stop(), "[DONE]".to_owned()];
    let body = events.map(|event| format!("data: {event}\n\n")).concat();
    let finished = body.find("data: [DONE]").expect("it is there");
    let length = body.len();
    let counted = format!("{head}content-length: {length}\r\n\r\n{body}");
    let chunked =
        format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n");
    let closed = format!("{head}\r\n{body}");
    for (answer, needed) in [
        // The marker ends it, whatever follows.
        (counted, length - 1),
        (chunked, length - 1),
        // The end of the connection is an end, and then the finish reason is enough.
        (closed, finished - 2),
    ] {
        let begin = answer.find("data: ").expect("a body");
        let headed = answer.find("\r\n\r\n").expect("a head") + 4;
        let server = Server::start((0..answer.len()).map(|cut| Reply::raw(&answer[..cut]).close()));
        let server = server.await;
        let client = server.builder().max_retries(0).build().expect("a client");
        for cut in 0..answer.len() {
            let came = cut.saturating_sub(begin);
            let call = async { client.chat().stream(request()).await?.finish().await };
            match call.await {
                Ok(reply) => {
                    assert!(came >= needed, "{cut}: {reply:?}");
                    assert_eq!(reply.text(), Some("one two"));
                }
                Err(error) => {
                    let in_marker = (finished..length).contains(&came);
                    assert!(came < needed || in_marker, "{cut}: {error:?}");
                    assert!(
                        error.is_retryable() && error.status().is_some() == (cut >= headed),
                        "{cut}: {error:?}"
                    );
                    assert!("one two".starts_with(so_far(&error)), "{cut}");
                }
            }
        }
    }
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

/// S32
#[tokio::test]
async fn a_line_without_end_stops_at_the_cap() {
    for limits in [
        StreamLimits::default(),
        StreamLimits::default().max_line(1 << 20),
    ] {
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
