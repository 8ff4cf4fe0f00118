//! What is never shown: the key, the prompt, and the reply.

use std::error::Error as _;
use std::fmt::Write;

use groq_core::{Client, Error};

use crate::support::{CANARY, COMPLETION, Reply, Server, request, text};

/// All that can be printed of an error.
fn shown(error: &Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut next = error.source();
    while let Some(cause) = next {
        write!(text, " {cause} {cause:?}").expect("a string");
        next = cause.source();
    }
    text
}

fn check(text: &str) {
    assert!(!text.contains("canary"), "{text}");
}

/// The header with the key, as a gateway may echo it.
const AUTHORIZATION: &str = "Bearer gsk_canary0123456789";

/// H14
#[tokio::test]
async fn nothing_secret_is_in_any_error() {
    let echo = format!(
        r#"{{"error":{{"message":"Incorrect API key provided: {CANARY}","code":"{CANARY}","param":"{CANARY}"}}}}"#
    );
    let failed =
        r#"{"error":{"message":"m","code":"tool_use_failed","failed_generation":"canary"}}"#;
    let elsewhere = format!("http://elsewhere.example/{CANARY}");
    let replies = [
        Reply::json(401, &echo),
        Reply::json(400, failed),
        Reply::json(200, echo.replace("error", "fault")),
        Reply::json(200, &echo),
        Reply::json(200, COMPLETION.replace("\"c\"", "7")),
        Reply::whole(
            500,
            &[("x-canary", "canary"), ("set-cookie", "canary")],
            "canary",
        ),
        Reply::raw("canary"),
        Reply::whole(
            307,
            &[("location", "http://canary:canary@localhost/?canary")],
            "",
        ),
        // A gateway may echo what it was sent.
        Reply::error(500, &[("x-request-id", CANARY), ("x-echo", AUTHORIZATION)]),
        Reply::error(
            400,
            &[("x-request-id", AUTHORIZATION), ("retry-after", CANARY)],
        ),
        Reply::whole(200, &[("x-request-id", AUTHORIZATION)], "{oops"),
        Reply::whole(
            307,
            &[("location", &elsewhere), ("x-request-id", CANARY)],
            "",
        ),
        Reply::default().close(),
    ];
    for reply in replies {
        let server = Server::repeating(reply).await;
        let (client, _) = server.client();
        let error = client
            .chat()
            .create(request())
            .await
            .expect_err("a failure");
        check(&shown(&error));
        check(&format!(
            "{:?} {:?} {:?}",
            error.request_id(),
            error.attempts(),
            error
                .attempts()
                .iter()
                .map(|attempt| attempt.request_id())
                .collect::<Vec<_>>()
        ));
        let headers = error
            .headers()
            .into_iter()
            .flat_map(|headers| headers.values());
        for value in headers {
            assert!(!contains(value.as_bytes(), CANARY.as_bytes()), "{value:?}");
        }
        assert!(
            error
                .body()
                .is_none_or(|body| !contains(body, CANARY.as_bytes())),
            "the key is blotted out of the body"
        );
    }
    for reply in [
        Reply::events(&[&text("canary reply")]),
        Reply::events(&[&text("canary reply"), "canary"]),
        Reply::events(&[&echo]),
    ] {
        let server = Server::start([reply]).await;
        let (client, _) = server.client();
        let mut stream = client.chat().stream(request()).await.expect("a stream");
        check(&format!("{stream:?}"));
        while let Some(chunk) = stream.next().await {
            if let Err(error) = chunk {
                check(&shown(&error));
            }
        }
        check(&format!("{stream:?}"));
    }
}

fn contains(body: &[u8], needle: &[u8]) -> bool {
    body.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn an_echoed_key_is_masked_in_the_headers_of_a_good_response() {
    let echo = [("x-request-id", CANARY), ("x-echo", AUTHORIZATION)];
    let server = Server::repeating(Reply::whole(200, &echo, COMPLETION)).await;
    let (client, _) = server.client();
    let reply = client.chat().create(request()).await.expect("a reply");
    assert_eq!(reply.request_id(), Some("[key]"));
    assert_eq!(reply.headers()["x-echo"], "[key]");
    check(&format!(
        "{reply:?} {:?} {:?}",
        reply.headers(),
        reply.attempts()
    ));
}

/// H13, H14
#[tokio::test]
async fn nothing_secret_is_in_the_debug_of_anything_else() {
    let server = Server::repeating(Reply::json(200, COMPLETION)).await;
    let builder = server.builder().header("x-secret", "canary");
    check(&format!("{builder:?}"));
    let client = builder.build().expect("a client");
    check(&format!(
        "{client:?} {:?} {:?}",
        client.chat(),
        client.models()
    ));
    let reply = client.chat().create(request()).await.expect("a reply");
    check(&format!("{reply:?} {:?}", reply.attempts()));
    for key in ["canary\n", "can ary canary", "canäry canary", ""] {
        check(&shown(
            &Client::builder()
                .api_key(key)
                .build()
                .expect_err("a bad key"),
        ));
    }
    check(&shown(
        &Client::builder()
            .api_key("x")
            .base_url("https://canary:canary@host")
            .build()
            .expect_err("a bad URL"),
    ));
    check(&format!(
        "{:?}",
        Client::builder().base_url("https://user:canary@host")
    ));
}
