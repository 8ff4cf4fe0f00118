//! HTTP that is odd, old or broken.

use groq_core::ErrorKind;

use crate::support::{MODELS, Reply, Server, models};

/// H01
#[tokio::test]
async fn lengths_that_lie_never_reach_the_next_call() {
    let head = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n");
    let stale = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
    let replies = [
        Reply::raw(head("content-length: 999\r\n") + MODELS).close(),
        Reply::raw(head("content-length: -1\r\n") + MODELS).close(),
        Reply::raw(head("content-length: 5\r\ncontent-length: 6\r\n") + MODELS).close(),
        Reply::raw(head("content-length: 1\r\n") + MODELS + stale),
    ];
    for reply in replies {
        let server = Server::start([reply, models()]).await;
        let client = server.builder().max_retries(0).build().expect("a client");
        let error = client.models().list().await.expect_err("a lie");
        assert!(
            matches!(error.kind(), ErrorKind::Transport | ErrorKind::Decode),
            "{error:?}"
        );
        assert_eq!(
            client
                .models()
                .list()
                .await
                .expect("the next call is sound")
                .raw_body(),
            MODELS.as_bytes()
        );
    }
}

/// H02
#[tokio::test]
async fn a_request_id_that_is_not_text_is_none() {
    let head = b"HTTP/1.1 500 X\r\nx-request-id: \xe4\xf6\r\nx-ratelimit-limit-tokens: \xff\r\ncontent-length: 0\r\n\r\n";
    let server = Server::repeating(Reply::raw(head)).await;
    let (client, _) = server.client();
    let error = client.models().list().await.expect_err("a failure");
    assert_eq!(
        (error.request_id(), error.rate_limits().tokens.limit),
        (None, None)
    );
}

/// H02
#[tokio::test]
async fn a_head_that_is_cut_or_folded_is_an_error() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-len",
        "HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n",
    ] {
        let server = Server::repeating(Reply::raw(head).close()).await;
        let client = server.builder().max_retries(0).build().expect("a client");
        let error = client.models().list().await.expect_err("a broken head");
        assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
    }
}

/// H03
#[tokio::test]
async fn endless_heads_are_refused() {
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(1 << 20));
    let many = (0..5000).fold(String::new(), |many, n| {
        many + "x-"
            + &n.to_string()
            + ": y
"
    });
    let many = format!("HTTP/1.1 200 OK\r\n{many}\r\n");
    let hints = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1000);
    for head in [large, many] {
        let server = Server::repeating(Reply::raw(head).close()).await;
        let (client, _) = server.client();
        let error = client.models().list().await.expect_err("too much");
        assert!(
            matches!(
                error.kind(),
                ErrorKind::Transport | ErrorKind::LimitExceeded
            ),
            "{error:?}"
        );
    }
    let server = Server::repeating(Reply::raw(hints).hang()).await;
    let client = server
        .builder()
        .first_byte_timeout(std::time::Duration::from_millis(200))
        .max_retries(0)
        .build();
    assert!(
        client
            .expect("a client")
            .models()
            .list()
            .await
            .expect_err("no answer")
            .is_timeout()
    );
}

/// H04
#[tokio::test]
async fn old_and_informational_answers_work() {
    let whole = |head: &str| {
        Reply::raw(format!(
            "{head}\r\ncontent-length: {}\r\n\r\n{MODELS}",
            MODELS.len()
        ))
    };
    let replies = [
        Reply::raw(format!("HTTP/1.0 200 OK\r\n\r\n{MODELS}")).close(),
        whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"),
        whole("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK"),
    ];
    for reply in replies {
        let server = Server::start([reply]).await;
        let (client, _) = server.client();
        client.models().list().await.expect("a list");
    }
}

/// H05
#[tokio::test]
async fn what_is_not_http_is_a_clear_error() {
    for banner in [
        &b"220 mail.example ESMTP\r\n"[..],
        b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
        b"SSH-2.0-x\r\n",
    ] {
        let server = Server::repeating(Reply::raw(banner).close()).await;
        let (client, _) = server.client();
        let error = client.models().list().await.expect_err("not HTTP");
        assert_eq!(
            (error.kind(), error.attempts().len()),
            (ErrorKind::Transport, 3),
            "{error:?}"
        );
    }
}
