//! Limits on time. Servers here keep silent; the limits are short, and real.

use std::time::Duration;

use groq_core::{Backoff, Client, RequestOptions, TimeoutKind};

use crate::support::{CANARY, MODELS, Reply, Server, models, request, stop, text};

const SHORT: Duration = Duration::from_millis(100);
/// Longer than a test waits, even on a slow machine.
const LONG: Duration = Duration::from_secs(60);
/// What a slow machine may add.
const SLACK: Duration = Duration::from_millis(1500);

/// R22
#[tokio::test]
async fn a_deadline_bounds_attempts_and_names_what_took_the_time() {
    let server = Server::start([Reply::error(500, &[]), Reply::default().hang()]).await;
    let client = server
        .builder()
        .timeout(Duration::from_millis(700))
        .backoff(Backoff::new(SHORT).max(SHORT))
        .build()
        .expect("a client");
    let call = tokio::time::timeout(LONG, client.models().list());
    let error = call.await.expect("it ends").expect_err("too late");
    assert!(error.is_timeout());
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Total));
    assert_eq!(error.attempts().len(), 2);
    assert!(error.to_string().contains("700ms (timeout)"), "{error}");
    let cause = std::error::Error::source(&error)
        .expect("what came before")
        .to_string();
    assert!(cause.contains("the server failed"), "{cause}");
}

/// R23
#[tokio::test]
async fn no_wait_goes_past_the_deadline() {
    let server = Server::repeating(Reply::error(500, &[])).await;
    let (client, waits) = server.client();
    let options = RequestOptions::new()
        .timeout(Duration::from_millis(1200))
        .max_retries(10);
    let error = client
        .with_options(options)
        .models()
        .list()
        .await
        .expect_err("too late");
    assert!(error.is_timeout() && error.is_server_error());
    assert_eq!((error.attempts().len(), waits.all().len()), (2, 1));
    assert!(error.to_string().contains("timeout"), "{error}");
}

/// R24
#[tokio::test]
async fn a_connection_that_does_not_come_about_has_its_own_limit() {
    // A port whose queue of connections is full takes no more.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut queue = Vec::new();
    for _ in 0..1100 {
        match std::net::TcpStream::connect_timeout(&address, Duration::from_millis(50)) {
            Ok(connection) => queue.push(connection),
            Err(_) => break,
        }
    }
    let builder = Client::builder()
        .api_key(CANARY)
        .base_url(format!("http://{address}"))
        .connect_timeout(SHORT);
    let client = builder
        .max_retries(1)
        .backoff(Backoff::new(SHORT).max(SHORT))
        .build()
        .expect("a client");
    let error = client.models().list().await.expect_err("no connection");
    // Elsewhere, a full queue may refuse instead.
    if error.is_timeout() || cfg!(target_os = "linux") {
        assert_eq!(error.timeout_kind(), Some(TimeoutKind::Connect));
        assert!(error.is_connect() && error.is_retryable());
        assert!(
            error.to_string().contains("within 100ms (connect_timeout)"),
            "{error}"
        );
        assert_eq!(error.attempts().len(), 2);
        for attempt in error.attempts() {
            assert_eq!(
                (attempt.failure(), attempt.status()),
                (Some("connect timeout"), None)
            );
        }
    }
}

/// S36
#[tokio::test]
async fn the_first_byte_has_its_own_limit() {
    let server = Server::start([Reply::default().hang(), models()]).await;
    let client = server
        .builder()
        .first_byte_timeout(SHORT)
        .backoff(Backoff::new(SHORT).max(SHORT))
        .build()
        .expect("a client");
    let list = client.models().list().await.expect("the second attempt");
    assert_eq!(list.attempts()[0].failure(), Some("timeout"));

    let late = Reply::stream()
        .wait(Duration::from_millis(400))
        .event(&text("late"))
        .event(&stop())
        .close();
    let server = Server::start([late.clone(), late]).await;
    let patient = server
        .builder()
        .read_timeout(SHORT)
        .build()
        .expect("a client");
    let reply = patient
        .chat()
        .stream(request())
        .await
        .expect("a stream")
        .finish()
        .await
        .expect("in time");
    assert_eq!(reply.text(), Some("late"));
    let hasty = patient.with_options(RequestOptions::new().first_byte_timeout(SHORT));
    let error = hasty
        .chat()
        .stream(request())
        .await
        .expect("a stream")
        .finish()
        .await
        .expect_err("too late");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::FirstByte));
}

/// R25
#[tokio::test]
async fn a_stream_may_be_long_but_not_silent() {
    let mut reply = Reply::stream();
    for _ in 0..10 {
        reply = reply.event(&text("x")).wait(Duration::from_millis(60));
    }
    let server = Server::start([reply.clone().event(&stop()).close(), reply.hang()]).await;
    let client = server
        .builder()
        .read_timeout(Duration::from_secs(1))
        .build()
        .expect("a client");
    let reply = client
        .chat()
        .stream(request())
        .await
        .expect("a stream")
        .finish()
        .await
        .expect("a long stream");
    assert_eq!(reply.text().map(str::len), Some(10));
    let call = async { client.chat().stream(request()).await?.finish().await };
    let error = tokio::time::timeout(Duration::from_secs(20), call)
        .await
        .expect("long before that")
        .expect_err("silence");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Read));
    assert!(error.is_incomplete_stream());
    assert_eq!(
        error.partial().and_then(|reply| reply.text()).map(str::len),
        Some(10)
    );
}

/// R26, R27
#[tokio::test]
async fn signs_of_life_and_single_bytes_are_not_progress() {
    let mut pings = Reply::stream().event(&text("a"));
    let mut bytes = Reply::stream().event(&text("a"));
    for _ in 0..100 {
        pings = pings.write(": ping\n\n").wait(Duration::from_millis(20));
        bytes = bytes.write("d").wait(Duration::from_millis(20));
    }
    let rest = &MODELS[1..];
    let mut whole = Reply::raw(format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{{",
        101 + rest.len()
    ));
    for _ in 0..100 {
        whole = whole.write(" ").wait(Duration::from_millis(20));
    }
    // All of them come to a good end, for whom waits so long.
    let pings = pings.event(&stop()).close();
    let bytes = bytes.write("\n\n").event(&stop()).close();
    let server = Server::start([pings, bytes, whole.write(rest)]).await;
    let builder = server
        .builder()
        .progress_timeout(Duration::from_millis(300))
        .read_timeout(SLACK);
    let client = builder.max_retries(0).build().expect("a client");
    for _ in 0..2 {
        let error = client
            .chat()
            .stream(request())
            .await
            .expect("a stream")
            .finish()
            .await
            .expect_err("no progress");
        assert_eq!(error.timeout_kind(), Some(TimeoutKind::Progress), "{error}");
        assert_eq!(error.partial().and_then(|reply| reply.text()), Some("a"));
    }
    let error = client.models().list().await.expect_err("no progress");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Progress), "{error}");
}

/// R28
#[tokio::test]
async fn a_slow_reader_is_not_a_slow_server() {
    let server = Server::start([Reply::events(&[
        &text("a"),
        &text("b"),
        &text("c"),
        &stop(),
        "[DONE]",
    ])])
    .await;
    let builder = server.builder().read_timeout(SHORT).progress_timeout(SHORT);
    let client = builder.build().expect("a client");
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    while let Some(chunk) = stream.next().await {
        chunk.expect("no timeout");
        tokio::time::sleep(SHORT * 2).await;
    }
    assert!(stream.done_marker());
}

#[tokio::test]
async fn a_deadline_ends_a_stream_that_never_pauses() {
    let mut reply = Reply::stream();
    for _ in 0..200 {
        reply = reply.event(&text("x")).wait(Duration::from_millis(10));
    }
    let server = Server::start([reply]).await;
    let client = server
        .builder()
        .timeout(Duration::from_millis(400))
        .build()
        .expect("a client");
    let error = client
        .chat()
        .stream(request())
        .await
        .expect("a stream")
        .finish()
        .await
        .expect_err("too long");
    assert!(error.is_timeout() && error.is_incomplete_stream());
    assert!(error.partial().and_then(|reply| reply.text()).is_some());
}

/// R39
#[tokio::test]
async fn dropping_a_call_ends_it_and_leaves_the_client_sound() {
    let server = Server::start([
        Reply::default().hang(),
        Reply::stream().event(&text("a")).hang(),
        models(),
    ])
    .await;
    let (client, _) = server.client();
    let call = client.models();
    assert!(tokio::time::timeout(SHORT, call.list()).await.is_err());
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    assert!(stream.next().await.is_some());
    drop(stream);
    assert!(server.all_closed().await, "both connections are closed");
    client
        .models()
        .list()
        .await
        .expect("the client still works");
}

#[tokio::test]
async fn asking_a_stream_again_loses_nothing() {
    let mut reply = Reply::stream();
    for piece in ["a", "b", "c"] {
        reply = reply.wait(SHORT).event(&text(piece));
    }
    let server = Server::start([reply.event(&stop()).close()]).await;
    let (client, _) = server.client();
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    loop {
        match tokio::time::timeout(Duration::from_millis(15), stream.next()).await {
            Err(_) => {}
            Ok(Some(chunk)) => drop(chunk.expect("a chunk")),
            Ok(None) => break,
        }
    }
    assert_eq!(stream.snapshot().text(), Some("abc"));
}
