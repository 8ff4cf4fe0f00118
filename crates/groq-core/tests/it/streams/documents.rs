//! What comes in the place of a stream.

use std::time::Duration;

use groq_core::ErrorKind;
use groq_core::sse::StreamLimits;

use super::{failure, reply, so_far};
use crate::support::{COMPLETION, Reply, Server, request, text};

/// S28
#[tokio::test]
async fn a_reply_in_one_piece_is_an_error_that_has_it() {
    for reply in [
        Reply::json(200, COMPLETION),
        Reply::whole(200, &[], format!("\n {COMPLETION}")),
    ] {
        let error = failure(reply).await;
        assert!(error.is_unexpected_response(), "{error}");
        assert_eq!(so_far(&error), "canary reply");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
    let error = failure(Reply::stream().write(COMPLETION).close()).await;
    assert!(error.is_unexpected_response(), "{error}");
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
        (COMPLETION, ErrorKind::UnexpectedResponse),
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
    assert!(half.is_unexpected_response(), "{half}");
}

#[tokio::test]
async fn nothing_but_blank_space_comes_to_an_end() {
    for head in ["text/plain", "text/event-stream"] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {head}\r\n\r\n");
        let blank = (0..64).fold(Reply::raw(head), |reply, _| {
            reply.write(vec![b'\n'; 1 << 14])
        });
        let server = Server::start([blank.hang()]).await;
        let limits = StreamLimits::default().max_stream(1 << 18);
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
        assert!(error.is_unexpected_response(), "{error}");
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
