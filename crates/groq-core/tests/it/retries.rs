//! When a call is made again, and after how long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use groq_core::runtime::{Purpose, Runtime, Sleep, TokioRuntime};
use groq_core::{ErrorKind, RequestOptions};

use crate::support::{COMPLETION, Reply, Server, Waits, models, request, stop, text};

const SECOND: Duration = Duration::from_secs(1);

/// R01
#[tokio::test]
async fn a_429_is_retried_after_a_backoff() {
    let server = Server::start([Reply::error(429, &[]), Reply::json(200, COMPLETION)]).await;
    let (client, waits) = server.client();
    let reply = client
        .chat()
        .create(request())
        .await
        .expect("the second attempt");
    let attempts = reply.attempts();
    assert_eq!(attempts.len(), 2);
    assert_eq!(
        attempts[0].status().map(|status| status.as_u16()),
        Some(429)
    );
    assert_eq!(attempts[0].failure(), Some("error status"));
    assert_eq!(attempts[1].failure(), None);
    assert_eq!(attempts[1].waited(), waits.all()[0]);
    assert!(
        (SECOND * 3 / 8..=SECOND / 2).contains(&waits.all()[0]),
        "{waits:?}"
    );
}

/// R02
#[tokio::test]
async fn a_429_for_ever_is_a_rate_limit_error() {
    let server = Server::repeating(Reply::error(429, &[("x-request-id", "req_9")])).await;
    let (client, waits) = server.client();
    let error = client.chat().create(request()).await.expect_err("limited");
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!((error.attempts().len(), server.count()), (3, 3));
    assert_eq!(error.status().map(|status| status.as_u16()), Some(429));
    assert_eq!(
        (error.code(), error.error_type()),
        (Some("some_code"), Some("some_type"))
    );
    assert_eq!(error.message(), "told you so");
    assert_eq!(error.request_id(), Some("req_9"));
    assert!(error.elapsed() >= waits.sum());
    let text = error.to_string();
    assert!(
        text.contains("create chat completion: rate limited: told you so")
            && text.contains("3 attempts"),
        "{text}"
    );
}

/// R03, R04, R06, R10, R11
#[tokio::test]
async fn the_client_waits_as_long_as_the_server_asks() {
    type Headers = &'static [(&'static str, &'static str)];
    const NOON: (&str, &str) = ("date", "Sun, 22 Nov 2026 12:00:00 GMT");
    let table: [(Headers, u64, u64); 5] = [
        (&[("retry-after", "2")], 2000, 3000),
        (&[("retry-after", "1.5")], 1500, 2000),
        (
            &[("retry-after-ms", "250"), ("retry-after", "7")],
            250,
            1000,
        ),
        (
            &[NOON, ("retry-after", "Sun, 22 Nov 2026 12:00:03 GMT")],
            3000,
            4000,
        ),
        (
            &[NOON, ("retry-after", "Sunday, 22-Nov-26 12:00:03 GMT")],
            3000,
            4000,
        ),
    ];
    for (headers, least, most) in table {
        let range = Duration::from_millis(least)..Duration::from_millis(most);
        let server = Server::start([Reply::error(429, headers), models()]).await;
        let (client, waits) = server.client();
        client.models().list().await.expect("the second attempt");
        assert!(range.contains(&waits.all()[0]), "{headers:?}: {waits:?}");
    }
}

/// R05, R07, R09
#[tokio::test]
async fn what_is_no_time_is_a_backoff() {
    let values = [
        "Sun, 22 Nov 2020 12:00:00 GMT",
        "soon",
        "",
        "-5",
        "nan",
        "inf",
        "1e400",
        "100000000000000000000",
        "0",
        "\u{ff}",
    ];
    for value in values {
        let server = Server::start([Reply::error(503, &[("retry-after", value)]), models()]).await;
        let (client, waits) = server.client();
        client.models().list().await.expect("the second attempt");
        assert!(
            (SECOND * 3 / 8..=SECOND / 2).contains(&waits.all()[0]),
            "{value}: {waits:?}"
        );
    }
}

#[tokio::test]
async fn the_message_of_a_429_says_when_to_come_back() {
    let body =
        r#"{"error":{"message":"Rate limit reached. Please try again in 5.289s. Visit ..."}}"#;
    let server = Server::start([Reply::json(429, body), models()]).await;
    let (client, waits) = server.client();
    client.models().list().await.expect("the second attempt");
    assert!(
        (Duration::from_millis(5289)..7 * SECOND).contains(&waits.all()[0]),
        "{waits:?}"
    );
}

/// R08
#[tokio::test]
async fn a_wait_beyond_the_cap_or_the_deadline_fails_at_once() {
    let server = Server::repeating(Reply::error(429, &[("retry-after", "3600")])).await;
    let (client, waits) = server.client();
    let error = client.models().list().await.expect_err("too long");
    assert_eq!(error.retry_after(), Some(3600 * SECOND));
    assert!(error.is_rate_limited());
    assert!(
        error.to_string().contains("try again in 3600s")
            && error.to_string().contains("max_retry_wait"),
        "{error}"
    );
    assert_eq!((server.count(), waits.all().len()), (1, 0));

    let patient = client.with_options(
        RequestOptions::new()
            .max_retry_wait(7200 * SECOND)
            .timeout(60 * SECOND),
    );
    let error = patient
        .models()
        .list()
        .await
        .expect_err("past the deadline");
    assert_eq!(
        (error.retry_after(), error.attempts().len()),
        (Some(3600 * SECOND), 1)
    );
    assert!(error.is_timeout() && error.is_rate_limited());
}

/// R12, R13
#[tokio::test]
async fn the_servers_word_overrides_the_status() {
    let server = Server::start([Reply::error(429, &[("x-should-retry", "false")])]).await;
    let (client, _) = server.client();
    assert_eq!(
        client
            .models()
            .list()
            .await
            .expect_err("no retry")
            .attempts()
            .len(),
        1
    );

    let server = Server::start([Reply::error(400, &[("x-should-retry", "true")]), models()]).await;
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
}

/// R14, R15
#[tokio::test]
async fn statuses_that_heal_are_retried() {
    for status in [408, 409, 429, 498, 500, 502, 503, 504, 529] {
        let server = Server::start([Reply::error(status, &[]), models()]).await;
        let (client, _) = server.client();
        let list = client
            .models()
            .list()
            .await
            .unwrap_or_else(|error| panic!("{status}: {error}"));
        assert_eq!(list.attempts().len(), 2, "{status}");
    }
    let server = Server::repeating(Reply::error(498, &[])).await;
    let (client, _) = server.client();
    let error = client.models().list().await.expect_err("at capacity");
    assert!(error.is_flex_capacity() && !error.is_authentication() && error.is_retryable());
}

/// R16, R17
#[tokio::test]
async fn statuses_that_do_not_heal_are_not() {
    for status in [400, 401, 403, 404, 413, 422, 424, 501, 505] {
        let server = Server::repeating(Reply::error(status, &[])).await;
        let (client, _) = server.client();
        let error = client.models().list().await.expect_err("refused");
        assert_eq!((error.attempts().len(), server.count()), (1, 1), "{status}");
        assert_eq!(error.kind(), ErrorKind::Api);
        assert!(!error.is_retryable());
        assert_eq!(
            error.is_invalid_request(),
            matches!(status, 400 | 413 | 422),
            "{status}"
        );
        assert_eq!(error.is_authentication(), status == 401);
        assert_eq!(error.is_permission_denied(), status == 403);
        assert_eq!(error.is_not_found(), status == 404);
        assert_eq!(error.is_too_large(), status == 413);
        assert_eq!(error.is_server_error(), status >= 500);
    }
}

#[tokio::test]
async fn a_request_larger_than_the_token_limit_is_told_apart() {
    let body = r#"{"error":{"message":"Limit 6000, Requested 7000","type":"tokens","code":"rate_limit_exceeded"}}"#;
    let server = Server::repeating(Reply::json(413, body)).await;
    let (client, _) = server.client();
    let error = client
        .chat()
        .create(request())
        .await
        .expect_err("too large");
    assert!(
        error.is_token_limit()
            && error.is_too_large()
            && !error.is_rate_limited()
            && !error.is_retryable()
    );
    assert!(
        error.to_string().contains("max_completion_tokens"),
        "{error}"
    );
    assert_eq!(server.count(), 1);
}

/// R18
#[tokio::test]
async fn a_page_of_html_is_typed_by_its_status() {
    let html = format!("<html>{}</html>", "x".repeat(100_000));
    let server = Server::repeating(Reply::whole(502, &[("content-type", "text/html")], html)).await;
    let (client, _) = server.client();
    let error = client.models().list().await.expect_err("a bad gateway");
    assert!(error.is_server_error() && !error.is_decode());
    assert_eq!(error.body().map(Bytes::len), Some(64 << 10));
    assert!(!error.to_string().contains("html") && error.to_string().len() < 1000);
}

/// R19
#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_tried_again() {
    for broken in [
        Reply::default().reset(),
        Reply::default().close(),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-le").close(),
    ] {
        let server = Server::start([broken, Reply::json(200, COMPLETION)]).await;
        let (client, _) = server.client();
        let reply = client
            .chat()
            .create(request())
            .await
            .expect("the second attempt");
        assert_eq!(reply.attempts().len(), 2);
        assert_eq!(reply.attempts()[0].status(), None);
    }
}

/// R20
#[tokio::test]
async fn a_pooled_connection_that_died_costs_at_most_one_attempt() {
    let server = Server::start([models().close(), models()]).await;
    let (client, _) = server.client();
    client.models().list().await.expect("the first call");
    tokio::time::sleep(Duration::from_millis(50)).await;
    client.models().list().await.expect("the second call");
    assert_eq!(server.count(), 2);
}

/// R21
#[tokio::test]
async fn a_stream_that_has_begun_is_never_started_again() {
    let broken = Reply::raw(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n",
    )
    .write(chunked(&format!("data: {}\n\n", text("so far"))))
    .reset();
    let server = Server::start([broken, Reply::events(&[&text("again"), &stop()])]).await;
    let (client, _) = server.client();
    let error = client
        .chat()
        .stream(request())
        .await
        .expect("a stream")
        .finish()
        .await
        .expect_err("broken");
    assert!(error.is_incomplete_stream(), "{error:?}");
    assert_eq!(
        error.partial().and_then(|reply| reply.text()),
        Some("so far")
    );
    assert_eq!(server.count(), 1);
}

fn chunked(data: &str) -> String {
    format!("{:x}\r\n{data}\r\n", data.len())
}

#[tokio::test]
async fn a_stream_is_retried_until_it_begins() {
    let server = Server::start([
        Reply::error(503, &[]),
        Reply::events(&[&text("hi"), &stop(), "[DONE]"]),
    ])
    .await;
    let (client, _) = server.client();
    let stream = client
        .chat()
        .stream(request())
        .await
        .expect("the second attempt");
    assert_eq!(stream.attempts().len(), 2);
    assert_eq!(stream.finish().await.expect("a reply").text(), Some("hi"));
}

/// R31
#[tokio::test]
async fn who_was_told_the_same_time_comes_back_after_it_and_spread() {
    let server = Server::repeating(Reply::error(429, &[("retry-after", "5")])).await;
    let waits = Waits::default();
    for _ in 0..200 {
        // A process each: what they share is only what they were told.
        let runtime = ByChance(waits.clone());
        let client = server.builder().runtime(runtime).max_retries(1).build();
        let call = client.expect("a client").models().list().await;
        call.expect_err("limited");
    }
    let waits = waits.all();
    assert_eq!(waits.len(), 200);
    let (first, last) = (waits.iter().min(), waits.iter().max());
    let (first, last) = (*first.expect("some"), *last.expect("some"));
    assert!(first >= 5 * SECOND, "none before: {first:?}");
    assert!(last > first + SECOND / 2 && last < 8 * SECOND, "{last:?}");
}

/// Waits take no time, and chance is chance.
#[derive(Clone, Debug)]
struct ByChance(Waits);

impl Runtime for ByChance {
    fn now(&self) -> Instant {
        self.0.now()
    }
    fn system_time(&self) -> SystemTime {
        self.0.system_time()
    }
    fn random(&self) -> f64 {
        TokioRuntime.random()
    }
    fn sleep(&self, duration: Duration, purpose: Purpose) -> Sleep {
        self.0.sleep(duration, purpose)
    }
}

/// R30
#[tokio::test]
async fn successes_bring_back_the_retries_that_failures_used_up() {
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let server = Server::handling(move |_| {
        if failing.load(Ordering::SeqCst) {
            Reply::error(500, &[])
        } else {
            models()
        }
    })
    .await;
    let (client, _) = server.client();
    let attempts = async || match client.models().list().await {
        Ok(list) => list.attempts().len(),
        Err(error) => error.attempts().len(),
    };
    let mut calls = 0;
    while attempts().await > 1 {
        calls += 1;
        assert!(calls < 1000, "the budget has an end");
    }
    assert_eq!(attempts().await, 1, "it is used up");
    fails.store(false, Ordering::SeqCst);
    for _ in 0..100 {
        assert_eq!(attempts().await, 1);
    }
    fails.store(true, Ordering::SeqCst);
    assert_eq!(attempts().await, 3, "there are retries again");
}

/// R29
#[tokio::test]
async fn a_storm_of_failures_ends_with_the_budget() {
    let server = Server::repeating(Reply::error(500, &[])).await;
    let (client, _) = server.client();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        calls.spawn(async move { client.models().list().await.expect_err("it fails") });
    }
    let errors = calls.join_all().await;
    assert!(server.count() <= 240, "{}", server.count());
    assert!(
        errors
            .iter()
            .any(|error| error.to_string().contains("budget"))
    );
    let made: usize = errors.iter().map(|error| error.attempts().len()).sum();
    assert_eq!(made, server.count(), "the attempts add up");
}

#[tokio::test]
async fn without_retries_there_is_one_attempt() {
    let server = Server::repeating(Reply::error(500, &[])).await;
    let (client, _) = server.client();
    let error = client
        .with_options(RequestOptions::new().max_retries(0))
        .models()
        .list()
        .await
        .expect_err("it fails");
    assert_eq!((error.attempts().len(), server.count()), (1, 1));
}
