//! The server itself: connections, limits on what comes in, and its end.

use std::time::Duration;

use groq_mock::{Fault, Mock, Reply, When};
use tokio::net::TcpStream;

use crate::chat::ask;
use crate::client::{CHAT, Client, End, chat, get, head};

#[tokio::test]
async fn a_connection_carries_many_requests() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    let body = ask("Reply with exactly: pong").to_string();
    for _ in 0..20 {
        assert_eq!(
            client.request("POST", CHAT, body.as_bytes()).await.status,
            200
        );
    }
    assert_eq!(mock.connections(), 1);
}

#[tokio::test]
async fn requests_may_be_pipelined_and_arrive_in_pieces() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    let body = ask("x").to_string();
    let one = format!("{}{body}", head("POST", CHAT, body.len()));
    client.write(format!("{one}\r\n{one}{one}")).await;
    for _ in 0..3 {
        assert_eq!(client.answer().await.status, 200);
    }
    for piece in one.as_bytes().chunks(40) {
        client.write(piece).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(client.answer().await.status, 200);
}

#[tokio::test]
async fn chunked_bodies_and_expectations_are_understood() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    let body = ask("x").to_string();
    let start = head("POST", CHAT, 0).replace(
        "content-length: 0",
        "transfer-encoding: chunked\r\nexpect: 100-continue",
    );
    client.write(start).await;
    let continued = client.answer_head().await;
    assert!(continued.starts_with("HTTP/1.1 100 "), "{continued}");
    let (left, right) = body.split_at(10);
    client
        .write(format!(
            "{:x}\r\n{left}\r\n{:X};ext=1\r\n{right}\r\n0\r\n\r\n",
            left.len(),
            right.len()
        ))
        .await;
    assert_eq!(client.answer().await.status, 200);
    assert_eq!(
        mock.requests()[0].json().unwrap()["model"],
        "llama-3.3-70b-versatile"
    );
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let mock = Mock::builder().max_body(1000).start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    client.write(head("POST", CHAT, 1001)).await;
    let answer = client.answer().await;
    assert_eq!(
        (answer.status, answer.header("connection")),
        (413, Some("close"))
    );
    let mut client = Client::connect(&mock).await;
    client
        .write(head("POST", CHAT, 0).replace("content-length: 0", "transfer-encoding: chunked"))
        .await;
    client.write("fff\r\n").await;
    assert_eq!(client.answer().await.status, 413);
    let mut client = Client::connect(&mock).await;
    let _ = client
        .try_write(format!(
            "GET / HTTP/1.1\r\nx: {}\r\n\r\n",
            "y".repeat(100_000)
        ))
        .await;
    assert_eq!(client.answer().await.status, 431);
}

#[tokio::test]
async fn what_is_not_http_is_refused() {
    let mock = Mock::start().await.unwrap();
    for junk in [
        "hello\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\u{0}\u{1}\r\n\r\n",
        "GET / HTTP/1.1\r\nbad header\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut client = Client::connect(&mock).await;
        client.write(junk).await;
        assert_eq!(client.answer().await.status, 400, "{junk:?}");
    }
}

#[tokio::test]
async fn slow_and_idle_clients_are_let_go() {
    let brief = Duration::from_millis(60);
    let mock = Mock::builder()
        .idle_timeout(brief)
        .read_timeout(brief)
        .start()
        .await
        .unwrap();
    let mut idle = Client::connect(&mock).await;
    assert_eq!(idle.answer().await.end, End::Closed);
    let mut half = Client::connect(&mock).await;
    half.write("GET / HT").await;
    assert_eq!(half.answer().await.status, 408);
    let mut half = Client::connect(&mock).await;
    half.write(head("POST", CHAT, 100)).await;
    half.write("{").await;
    assert_eq!(half.answer().await.status, 408);
}

#[tokio::test]
async fn a_body_that_trickles_in_is_not_waited_for() {
    let brief = Duration::from_millis(200);
    let mock = Mock::builder().read_timeout(brief).start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    client.write(head("POST", CHAT, 1_000_000)).await;
    // Each byte comes in time; all of them would take hours.
    while client.try_write("x").await.is_ok() && mock.open_connections() == 1 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(mock.requests().len(), 0);
}

#[tokio::test]
async fn foreign_hosts_are_refused() {
    let mock = Mock::builder()
        .allow_host("groq.test")
        .start()
        .await
        .unwrap();
    let status = async |host: &str| {
        let mut client = Client::connect(&mock).await;
        client
            .write(format!(
                "GET /openai/v1/models HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer x\r\n\r\n"
            ))
            .await;
        client.answer().await.status
    };
    for (host, expected) in [
        ("localhost", 200),
        ("127.0.0.1:80", 200),
        ("[::1]", 200),
        ("GROQ.test:1", 200),
        ("evil.example", 403),
        ("10.0.0.1", 403),
    ] {
        assert_eq!(status(host).await, expected, "{host}");
    }
    let mut client = Client::connect(&mock).await;
    client.write("GET http://evil.example/openai/v1/models HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\n\r\n").await;
    assert_eq!(client.answer().await.status, 403);
}

#[tokio::test]
async fn head_requests_have_no_body() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    client
        .write(
            head("HEAD", "/openai/v1/models", 0)
                .replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n"),
        )
        .await;
    let answer = String::from_utf8(client.rest().await).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 404 ") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_mock_is_gone_when_it_is_dropped() {
    let mock = Mock::start().await.unwrap();
    let address = mock.address();
    let mut idle = Client::connect(&mock).await;
    assert_eq!(get(&mock, "/x").await.status, 404);
    drop(mock);
    assert_ne!(idle.answer().await.end, End::Complete);
    for _ in 0..100 {
        if TcpStream::connect(address).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the port is still open");
}

#[tokio::test]
async fn a_shutdown_lets_answers_finish_and_frees_the_port() {
    let mock = Mock::start().await.unwrap();
    let address = mock.address();
    mock.enqueue(
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone").fault(Fault::Pieces {
            size: 1,
            pause: Duration::from_micros(1),
        }),
    );
    let _idle = Client::connect(&mock).await;
    assert_eq!(chat(&mock, &ask("x")).await.body, b"done");
    // This clock stands still unless somebody waits for it.
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    mock.shutdown().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
    tokio::time::resume();
    assert!(TcpStream::connect(address).await.is_err());
    let again = Mock::builder().port(address.port()).start().await.unwrap();
    assert_eq!(again.port(), address.port());
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_stalls() {
    let mock = Mock::start().await.unwrap();
    mock.enqueue(Reply::generated().fault(Fault::Delay(Duration::MAX)));
    let mut client = Client::connect(&mock).await;
    let body = ask("x").to_string();
    client.write(head("POST", CHAT, body.len())).await;
    client.write(body).await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    // This clock stands still unless somebody waits for it.
    tokio::time::pause();
    let start = tokio::time::Instant::now();
    mock.shutdown().await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test]
async fn a_taken_port_is_a_typed_error() {
    let mock = Mock::start().await.unwrap();
    let error = Mock::builder().port(mock.port()).start().await.unwrap_err();
    assert!(error.is_address_in_use());
    assert_eq!(error.address(), Some(mock.address()));
    assert_eq!(
        error.to_string(),
        format!("cannot listen on {}", mock.address())
    );
}

#[test]
fn a_program_without_a_runtime_can_have_one_too() {
    use std::io::{Read, Write};

    let mock = Mock::builder().start_blocking().unwrap();
    let address = mock.address();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream
        .write_all(
            head("GET", "/openai/v1/models", 0)
                .replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")
                .as_bytes(),
        )
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(mock.requests().len(), 1);
    drop(mock);
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_at_once() {
    let mock = std::sync::Arc::new(Mock::start().await.unwrap());
    let tasks: Vec<_> = (0..64)
        .map(|number| {
            let mock = std::sync::Arc::clone(&mock);
            tokio::spawn(async move {
                for turn in 0..5 {
                    let answer =
                        chat(&mock, &ask(&format!("Reply with exactly: {number} {turn}"))).await;
                    assert_eq!(
                        answer.json()["choices"][0]["message"]["content"],
                        format!("{number} {turn}")
                    );
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!((mock.connections(), mock.requests().len()), (320, 320));
}

#[tokio::test]
async fn pages_of_this_machine_are_answered_by_the_rules_of_cors() {
    let mock = Mock::start().await.unwrap();
    let ask = async |method: &str, headers: &str| {
        let mut client = Client::connect(&mock).await;
        client
            .write(format!(
                "{method} /openai/v1/models HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\n{headers}\r\n"
            ))
            .await;
        client.answer().await
    };
    let own = "origin: http://localhost:5173\r\n";
    let asks =
        "access-control-request-method: GET\r\naccess-control-request-headers: authorization\r\n";
    let preflight = ask("OPTIONS", &format!("{own}{asks}")).await;
    let header = |name: &str| preflight.header(name).map(str::to_owned);
    assert_eq!(preflight.status, 204);
    assert_eq!(
        header("access-control-allow-origin").as_deref(),
        Some("http://localhost:5173")
    );
    assert_eq!(
        header("access-control-allow-headers").as_deref(),
        Some("authorization")
    );
    let answer = ask("GET", own).await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, Some("http://localhost:5173"))
    );
    for origin in [
        "http://evil.example",
        "null",
        "http://localhost.evil.example",
    ] {
        let foreign = ask("OPTIONS", &format!("origin: {origin}\r\n{asks}")).await;
        assert_eq!(
            (
                foreign.status,
                foreign.header("access-control-allow-origin")
            ),
            (404, None),
            "{origin}"
        );
        assert_eq!(
            ask("GET", &format!("origin: {origin}\r\n"))
                .await
                .header("access-control-allow-origin"),
            None
        );
    }
    assert_eq!(ask("OPTIONS", own).await.status, 404);
}

#[tokio::test]
async fn a_request_names_one_host() {
    let mock = Mock::start().await.unwrap();
    mock.always(When::any(), Reply::new(200));
    for (version, hosts, status) in [
        ("1.1", "", 400),
        ("1.1", "host: localhost\r\nhost: localhost\r\n", 400),
        ("1.1", "host: localhost\r\n", 200),
        ("1.0", "", 200),
        ("1.0", "host: localhost\r\nhost: 127.0.0.1\r\n", 400),
    ] {
        let mut client = Client::connect(&mock).await;
        client
            .write(format!("GET / HTTP/{version}\r\n{hosts}\r\n"))
            .await;
        assert_eq!(client.answer().await.status, status, "{version} {hosts}");
    }
}
