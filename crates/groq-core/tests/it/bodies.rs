//! Answers that are read whole, and are not what they should be.

use bytes::Bytes;
use groq_core::types::ModelList;
use groq_core::{Error, ErrorKind, Response};

use crate::support::{COMPLETION, MODELS, Reply, Server, models, request};

async fn list(reply: Reply) -> Result<Response<ModelList>, Error> {
    let server = Server::start([reply]).await;
    let client = server.builder().max_retries(0).build().expect("a client");
    client.models().list().await
}

async fn failure(reply: Reply) -> Error {
    list(reply).await.expect_err("a failure")
}

/// B01, B04
#[tokio::test]
async fn json_is_taken_whatever_it_is_called() {
    for headers in [
        &[][..],
        &[("content-type", "text/html")],
        &[("content-type", "garbage")],
        &[("content-type", "")],
    ] {
        assert!(list(Reply::whole(200, headers, MODELS)).await.is_ok());
    }
    let list = list(Reply::json(200, format!("\u{feff}{MODELS}")))
        .await
        .expect("a byte order mark does no harm");
    assert!(list.raw_body().starts_with(b"\xef\xbb\xbf"));
}

/// B02, B03, B04, B05, B08, B10
#[tokio::test]
async fn what_does_not_decode_says_where_and_keeps_the_body() {
    let utf16: Vec<u8> = [0xfeff_u16]
        .into_iter()
        .chain(MODELS.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let nested = format!(
        r#"{{"object":"list","data":[],"new":{}"#,
        "[".repeat(200_000)
    );
    let table: [(&[u8], &str); 12] = [
        (b"<html>canary</html>", "HTML"),
        (b"", "empty"),
        (b"null", "null"),
        (b"[]", "invalid"),
        (br#""ok""#, "invalid type"),
        (br#"{"object":"list","data":["#, "EOF"),
        (br#"{"object":"list","data":[]} x"#, "trailing characters"),
        (&utf16, "UTF-16"),
        (
            b"{\"object\":\"\xff\",\"data\":[]}",
            "invalid UTF-8 at byte 11",
        ),
        (br#"{"object":"\ud800","data":[]}"#, "column"),
        (
            br#"{"object":"list","data":[{"id":"canary","created":1,"owned_by":"x"},{"id":7}]}"#,
            "`data[1].id`",
        ),
        (nested.as_bytes(), "recursion limit"),
    ];
    for (body, expected) in table {
        let error = failure(Reply::json(200, body)).await;
        assert!(error.is_decode(), "{error}");
        assert!(
            error.to_string().contains(expected),
            "{error} should contain {expected}"
        );
        assert!(
            error
                .to_string()
                .starts_with("list models: the response does not decode: "),
            "{error}"
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(200));
        let kept = error.body().expect("the body");
        assert_eq!(kept, &body[..body.len().min(64 << 10)]);
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

/// B06
#[tokio::test]
async fn numbers_are_strict_but_whole_numbers_may_have_a_point() {
    let model = |created: &str| {
        format!(r#"{{"object":"list","data":[{{"id":"x","created":{created},"owned_by":"o"}}]}}"#)
    };
    assert_eq!(
        list(Reply::json(200, model("7.0")))
            .await
            .expect("seven")
            .data[0]
            .created,
        Some(7)
    );
    for created in ["NaN", "-1", "7.5", "\"7\"", &"9".repeat(400)] {
        let error = failure(Reply::json(200, model(created))).await;
        assert!(
            error.to_string().contains("`data[0].created`"),
            "{created}: {error}"
        );
    }
}

/// B05, B07, B09
#[tokio::test]
async fn nul_is_kept_and_what_is_unknown_does_no_harm() {
    let body = r#"{"object":"a\u0000b","data":[],"new":{"x":[1]}}"#;
    let list = list(Reply::json(200, body)).await.expect("a list");
    assert_eq!(list.object.as_deref(), Some("a\0b"));
    assert!(list.unknown_fields().get("new").is_some());
    let twice = failure(Reply::json(200, r#"{"object":"a","object":"b","data":[]}"#)).await;
    assert!(
        twice.is_decode() && twice.to_string().contains("duplicate"),
        "{twice}"
    );
}

/// B11, B12
#[tokio::test]
async fn errors_are_known_in_every_envelope() {
    let error = failure(Reply::json(200, r#"{"error":{"message":"no","code":"x"}}"#)).await;
    assert_eq!(
        (error.kind(), error.code(), error.message()),
        (ErrorKind::Api, Some("x"), "no")
    );
    for body in [
        r#"{"error":{"message":"no","code":7}}"#,
        r#"{"error":{"message":"no","code":"7"}}"#,
        r#"{"error":"no","code":"7"}"#,
        r#"{"message":"no","code":7}"#,
    ] {
        let error = failure(Reply::json(404, body)).await;
        assert!(error.is_not_found());
        assert_eq!((error.code(), error.message()), (Some("7"), "no"), "{body}");
    }
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "<html>",
        r#"{"error":null}"#,
        r#"{"error":{"code":null}}"#,
    ] {
        let error = failure(Reply::json(404, body)).await;
        assert!(error.is_not_found() && error.code().is_none(), "{body}");
        assert_eq!(error.message(), "not found");
    }
}

/// B13, B14
#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_an_error() {
    for encoding in ["deflate", "br", "rot13"] {
        let error = failure(Reply::whole(200, &[("content-encoding", encoding)], MODELS)).await;
        assert!(
            error.is_unexpected_response() && error.to_string().contains(encoding),
            "{error}"
        );
    }
    assert!(
        list(Reply::whole(
            200,
            &[("content-encoding", "identity")],
            MODELS
        ))
        .await
        .is_ok()
    );
}

/// B16
#[tokio::test]
async fn endless_bodies_are_cut_off() {
    let endless = |status: u16| {
        let head = format!("HTTP/1.1 {status} X\r\n\r\n");
        (0..64).fold(Reply::raw(head), |reply, _| {
            reply.write(vec![b' '; 1 << 16])
        })
    };
    let server = Server::start([endless(200), endless(400)]).await;
    let client = server
        .builder()
        .max_response_bytes(1 << 20)
        .build()
        .expect("a client");
    let error = client.models().list().await.expect_err("too large");
    assert!(
        error.is_limit_exceeded() && error.to_string().contains("max_response_bytes"),
        "{error}"
    );
    let error = client.models().list().await.expect_err("refused");
    assert!(error.is_invalid_request());
    assert_eq!(error.body().map(Bytes::len), Some(64 << 10));

    let announced = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n").hang();
    assert!(failure(announced).await.is_limit_exceeded());
}

/// B17
#[tokio::test]
async fn statuses_without_a_body_are_errors_of_their_own() {
    for status in [204, 205, 206, 226, 300, 304, 999] {
        let reply = if status == 999 {
            Reply::json(status, MODELS)
        } else {
            Reply::raw(format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n"))
        };
        let error = failure(reply).await;
        assert!(error.is_unexpected_response(), "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert!(error.to_string().contains(&status.to_string()), "{error}");
    }
    assert!(list(Reply::json(201, MODELS)).await.is_ok());
}

#[tokio::test]
async fn a_body_that_is_cut_is_tried_again() {
    let cut = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"object\"").close();
    let server = Server::start([cut.clone(), models(), cut.clone(), cut.clone(), cut]).await;
    let (client, _) = server.client();
    assert_eq!(
        client
            .models()
            .list()
            .await
            .expect("the second attempt")
            .attempts()
            .len(),
        2
    );
    let error = client.models().list().await.expect_err("cut each time");
    assert_eq!(
        (error.kind(), error.attempts().len()),
        (ErrorKind::Transport, 3)
    );
    assert!(
        error.to_string().contains("in the middle of the answer"),
        "{error}"
    );
}

/// B03
#[tokio::test]
async fn an_answer_that_is_cut_anywhere_is_an_error() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let length = COMPLETION.len();
    for answer in [
        format!("{head}content-length: {length}\r\n\r\n{COMPLETION}"),
        format!("{head}transfer-encoding: chunked\r\n\r\n{length:x}\r\n{COMPLETION}\r\n0\r\n\r\n"),
        format!("{head}\r\n{COMPLETION}"),
    ] {
        let server = Server::start((0..answer.len()).map(|cut| Reply::raw(&answer[..cut]).close()));
        let server = server.await;
        let client = server.builder().max_retries(0).build().expect("a client");
        for cut in 0..answer.len() {
            let error = client
                .chat()
                .create(request())
                .await
                .expect_err("it is cut");
            assert!(
                matches!(error.kind(), ErrorKind::Transport | ErrorKind::Decode),
                "{cut}: {error:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_chat_completion_that_lacks_its_choices_is_a_decode_error() {
    let server = Server::start([Reply::json(200, r#"{"id":"c","created":1,"model":"m"}"#)]).await;
    let (client, _) = server.client();
    let error = client
        .chat()
        .create(request())
        .await
        .expect_err("no choices");
    assert!(
        error.is_decode() && error.to_string().contains("`choices`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_page_of_a_gateway_is_called_one() {
    let page = "<!doctype html><title>502 Bad Gateway</title>";
    for (status, advice) in [(502, true), (403, false), (501, false)] {
        let error = failure(Reply::whole(status, &[("cf-ray", "8abc-FRA")], page)).await;
        let text = error.to_string();
        assert!(text.contains("an HTML page of a gateway"), "{text}");
        assert!(text.contains("cf-ray 8abc-FRA"), "{text}");
        assert_eq!(text.contains("try again later"), advice, "{text}");
        assert!(format!("{error:?}").starts_with(&text), "{error:?}");
    }
}

/// Whatever took how long, no text has nanoseconds, and none is in Rust.
#[tokio::test]
async fn a_timeout_says_what_it_waited_for() {
    let limit = std::time::Duration::from_nanos(50_000_123);
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
    for (reply, expected) in [
        (Reply::default().hang(), "to answer"),
        (Reply::raw(head).hang(), "the rest of the response"),
    ] {
        let server = Server::start([reply]).await;
        let client = server.builder().timeout(limit).build().expect("a client");
        let error = client.models().list().await.expect_err("nothing comes");
        let text = error.to_string();
        assert!(text.contains("longer than 51ms (timeout)"), "{text}");
        assert!(text.contains("while waiting for"), "{text}");
        assert!(text.contains(expected), "{text}");
    }
    let encoded = failure(Reply::whole(200, &[("content-encoding", "deflate")], "x")).await;
    assert!(!encoded.to_string().contains("Some("), "{encoded}");
}
