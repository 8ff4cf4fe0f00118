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
async fn a_head_that_is_cut_is_an_error() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-len",
        "HTTP/1.1 200",
        "HTTP/1.1 2x0 OK\r\n\r\n",
    ] {
        let server = Server::repeating(Reply::raw(head).close()).await;
        let client = server.builder().max_retries(0).build().expect("a client");
        let error = client.models().list().await.expect_err("a broken head");
        assert_eq!(error.kind(), ErrorKind::Transport, "{error:?}");
    }
}

/// A header that nobody needs is no reason to lose a reply that is there.
#[tokio::test]
async fn an_odd_header_does_no_harm() {
    for odd in [
        "x: a\x7fb",
        "x: a\x01b",
        "x: a\r\n folded",
        "x: a\r\n\tfolded",
        "bad name: x",
        "no colon",
        "x\x7f: y",
    ] {
        let length = MODELS.len();
        let head = format!("HTTP/1.1 200 OK\r\n{odd}\r\ncontent-length: {length}\r\n\r\n");
        let server = Server::repeating(Reply::raw(head).write(MODELS)).await;
        let client = server.builder().max_retries(0).build().expect("a client");
        for _ in 0..2 {
            let list = client.models().list().await;
            assert!(list.is_ok(), "{odd:?}: {list:?}");
        }
        assert_eq!(server.connections(), 1, "{odd:?}");
    }
}

#[tokio::test]
async fn the_number_of_headers_is_settable() {
    let many: Vec<_> = (0..150).map(|n| format!("x-{n}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "y")).collect();
    let server = Server::repeating(Reply::whole(200, &many, MODELS)).await;
    let (client, _) = server.client();
    let error = client.models().list().await.expect_err("more than 100");
    assert!(error.is_limit_exceeded(), "{error:?}");
    assert!(error.to_string().contains("max_headers"), "{error}");
    let client = server.builder().max_headers(200).build();
    let list = client.expect("a client").models().list().await;
    assert_eq!(list.expect("a list").headers()["x-149"], "y");
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
