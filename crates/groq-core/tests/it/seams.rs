//! Where other code takes part: keys, middleware, policies, options, requests of any kind.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::{
    Attempt, AttemptHead, AttemptOutcome, Backoff, Client, KeyFuture, KeyProvider, Middleware,
    RequestOptions, RetryPolicy,
};
use http::Method;
use serde_json::{Value, json};

use crate::support::{CANARY, COMPLETION, Reply, Server, Waits, models, request, stop, text};

struct Rotating(AtomicUsize);

impl KeyProvider for Rotating {
    fn key(&self) -> KeyFuture<'_> {
        let number = self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            match number {
                9.. => Err("the vault is closed".into()),
                _ => Ok(format!("{CANARY}{number}")),
            }
        })
    }
}

#[tokio::test]
async fn a_key_provider_is_asked_before_each_attempt() {
    let echo = format!(r#"{{"error":{{"message":"bad key {CANARY}2"}}}}"#);
    let server = Server::start([Reply::error(503, &[]), models(), Reply::json(401, echo)]).await;
    let client = Client::builder()
        .key_provider(Rotating(AtomicUsize::new(0)))
        .base_url(server.url())
        .runtime(Waits::default())
        .build()
        .expect("a client");
    client.models().list().await.expect("a list");
    let error = client.models().list().await.expect_err("a wrong key");
    assert!(error.is_authentication());
    assert!(
        !format!("{error} {error:?} {client:?}").contains("canary"),
        "{error}"
    );
    let keys: Vec<_> = server
        .requests()
        .iter()
        .map(|request| {
            request
                .header("authorization")
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    let expected: Vec<_> = (0..3)
        .map(|number| format!("Bearer {CANARY}{number}"))
        .collect();
    assert_eq!(keys, expected);
}

#[tokio::test]
async fn a_key_provider_that_fails_is_an_error_and_nothing_is_sent() {
    let server = Server::start([]).await;
    let client = Client::builder()
        .key_provider(Rotating(AtomicUsize::new(9)))
        .base_url(server.url())
        .build()
        .expect("a client");
    let error = client.models().list().await.expect_err("no key");
    assert!(
        error.is_config() && error.to_string().contains("list models"),
        "{error}"
    );
    assert_eq!(server.count(), 0);
}

#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Middleware for Log {
    fn before(&self, head: &mut AttemptHead) {
        assert!(!head.headers().contains_key("authorization"));
        assert!(!format!("{head:?}").contains("canary"));
        head.insert_header("x-trace", "abc").expect("a good header");
        assert!(head.insert_header("authorization", "x").is_err());
    }

    fn after(&self, head: &AttemptHead, attempt: &Attempt, outcome: AttemptOutcome) {
        let line = format!(
            "{} {} {:?} {:?} {:?}",
            head.number(),
            head.path(),
            head.model(),
            attempt.status().map(|status| status.as_u16()),
            outcome
        );
        self.0.lock().expect("a log").push(line);
    }
}

#[tokio::test]
async fn middleware_sees_every_attempt_and_never_the_key() {
    let server = Server::start([
        Reply::error(503, &[("retry-after", "0.5")]),
        Reply::json(200, COMPLETION),
        Reply::error(400, &[]),
    ])
    .await;
    let log = Log::default();
    let builder = server.builder().runtime(Waits::default());
    let client = builder.middleware(log.clone()).build().expect("a client");
    client.chat().create(request()).await.expect("a reply");
    client.models().list().await.expect_err("refused");
    let lines = log.0.lock().expect("a log").clone();
    let path = "/openai/v1/chat/completions";
    assert!(
        lines[0].starts_with(&format!("1 {path} Some(\"m\") Some(503) RetryIn(")),
        "{lines:?}"
    );
    assert_eq!(
        lines[1],
        format!("2 {path} Some(\"m\") Some(200) Succeeded")
    );
    assert_eq!(lines[2], "1 /openai/v1/models None Some(400) Failed");
    for request in server.requests() {
        assert_eq!(request.header("x-trace"), Some("abc"));
        assert!(request.header("authorization").is_some());
    }
}

#[tokio::test]
async fn a_policy_says_what_is_retried_and_for_how_long() {
    let server = Server::repeating(Reply::error(503, &[])).await;
    let (client, waits) = server.client();
    let attempts = async |policy| {
        let client = client.with_options(RequestOptions::new().retry(policy));
        let error = client.models().list().await.expect_err("it fails");
        error.attempts().len()
    };
    assert_eq!(attempts(RetryPolicy::never()).await, 1);
    assert_eq!(attempts(RetryPolicy::new().max_retries(4)).await, 5);
    let none = RetryPolicy::new().except_when(groq_core::Error::is_server_error);
    assert_eq!(attempts(none).await, 1);
    let none = RetryPolicy::new().only_when(groq_core::Error::is_rate_limited);
    assert_eq!(attempts(none).await, 1);
    let before = waits.all().len();
    let steady = Backoff::new(Duration::from_secs(1)).factor(1.0).jitter(0.0);
    let short = RetryPolicy::new()
        .max_retries(8)
        .max_retry_time(Duration::from_millis(3500))
        .backoff(steady);
    assert_eq!(attempts(short).await, 4);
    assert_eq!(waits.all()[before..], [Duration::from_secs(1); 3]);

    let server = Server::repeating(Reply::error(422, &[])).await;
    let policy =
        RetryPolicy::new().also_when(|error| error.status().is_some_and(|status| status == 422));
    let builder = server.builder().runtime(Waits::default());
    let client = builder.retry(policy).build().expect("a client");
    let error = client.models().list().await.expect_err("it fails");
    assert_eq!(error.attempts().len(), 3);
}

#[tokio::test]
async fn query_fields_and_versions_are_set_for_a_call() {
    let server = Server::start([Reply::json(200, COMPLETION), models()]).await;
    let (client, _) = server.client();
    let options = RequestOptions::new()
        .query("debug", "a&b")
        .extra_body("new_switch", json!({"on": true}))
        .extra_body("temperature", 0.5)
        .model_version("latest")
        .beta("inference-metrics");
    let tuned = client.with_options(options);
    tuned
        .chat()
        .create(request().with_temperature(1.0))
        .await
        .expect("a reply");
    let sent = &server.requests()[0];
    assert_eq!(sent.line(), "POST /openai/v1/chat/completions?debug=a%26b");
    assert_eq!(sent.header("groq-model-version"), Some("latest"));
    assert_eq!(sent.header("groq-beta"), Some("inference-metrics"));
    let body = sent.json();
    assert_eq!(
        (&body["new_switch"], &body["temperature"]),
        (&json!({"on": true}), &json!(0.5))
    );
    assert_eq!(body["model"], "m");
    let error = tuned.models().list().await.expect_err("no body");
    assert!(error.is_invalid_request());
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn any_request_goes_the_same_way() {
    let server = Server::start([
        Reply::error(503, &[]),
        Reply::json(200, r#"{"a":1}"#),
        Reply::whole(200, &[], b"\x00\x01"),
        Reply::error(503, &[]),
        Reply::error(404, &[]),
    ])
    .await;
    let (client, _) = server.client();
    let reply = client
        .request(Method::GET, "/openai/v1/new/thing")
        .query("x", "1")
        .send::<Value>()
        .await
        .expect("JSON");
    assert_eq!((&reply["a"], reply.attempts().len()), (&json!(1), 2));
    assert_eq!(server.requests()[1].line(), "GET /openai/v1/new/thing?x=1");
    let bytes = client
        .request(Method::POST, "/openai/v1/new/thing")
        .bytes("text/plain", "hello")
        .header("x-a", "b")
        .send_for_bytes()
        .await
        .expect("bytes");
    assert_eq!(&bytes[..], b"\x00\x01");
    let sent = &server.requests()[2];
    assert_eq!(
        (sent.body.as_slice(), sent.header("content-type")),
        (&b"hello"[..], Some("text/plain"))
    );
    // A server that is only overloaded has done nothing.
    let missing = client
        .request(Method::POST, "/openai/v1/x")
        .json(&json!({}))
        .expect("JSON")
        .send::<Value>()
        .await
        .expect_err("not found");
    assert!(missing.is_not_found());
    for path in ["", "x", "@evil.example/", "/a/../b", "/a#b"] {
        let error = client
            .request(Method::GET, path)
            .send::<Value>()
            .await
            .expect_err(path);
        assert!(error.is_invalid_request(), "{path}");
    }
    assert_eq!(server.count(), 5);
}

/// S15
#[tokio::test]
async fn events_that_do_not_decode_can_be_left_out() {
    let server = Server::repeating(Reply::events(&[
        &text("a"),
        "{oops",
        "null",
        &text("b"),
        &stop(),
        "[DONE]",
    ]))
    .await;
    let (client, _) = server.client();
    let stream = client.chat().stream(request()).await.expect("a stream");
    assert!(
        stream
            .finish()
            .await
            .expect_err("an event is broken")
            .is_decode()
    );
    let options = RequestOptions::new().skip_undecodable_events(true);
    let mut stream = client
        .with_options(options)
        .chat()
        .stream(request())
        .await
        .expect("a stream");
    while let Some(chunk) = stream.next().await {
        chunk.expect("a chunk");
    }
    assert_eq!(
        (stream.skipped_events(), stream.snapshot().text()),
        (2, Some("ab"))
    );
}
