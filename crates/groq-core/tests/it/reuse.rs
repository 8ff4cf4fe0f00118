//! Which connections calls use, and what becomes of those that are closed.

use std::sync::LazyLock;
use std::time::Duration;

use groq_core::{Client, Upload};
use tokio::runtime::{Builder, Runtime};

use crate::support::{COMPLETION, Reply, Server, models, request, stop, text};

const FILE: &str =
    r#"{"id":"f","object":"file","bytes":1,"created_at":1,"filename":"a.jsonl","purpose":"batch"}"#;

/// A stream in chunks, whose last one comes this long after `[DONE]`.
fn late_end(late: Duration) -> Reply {
    let body = format!(
        "data: {}\n\ndata: {}\n\ndata: [DONE]\n\n",
        text("hi"),
        stop()
    );
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    Reply::raw(format!("{head}{:x}\r\n{body}\r\n", body.len()))
        .wait(late)
        .write("0\r\n\r\n")
}

#[tokio::test]
async fn a_stream_leaves_its_connection_however_it_is_read() {
    let server = Server::repeating(late_end(Duration::from_millis(5))).await;
    let (client, _) = server.client();
    for how in 0..12 {
        let mut stream = client.chat().stream(request()).await.expect("a stream");
        match how % 4 {
            0 => drop(stream.finish().await.expect("a reply")),
            1 => while stream.next().await.is_some() {},
            2 => {
                let mut text = stream.text();
                while text.next().await.is_some() {}
            }
            // Dropped after what ends the reply, and before `[DONE]`.
            _ => {
                for _ in 0..2 {
                    stream.next().await.expect("a chunk").expect("no error");
                }
                drop(stream);
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        }
    }
    assert_eq!((server.count(), server.connections()), (12, 1));
}

/// What has more to come than an end is not worth waiting for.
#[tokio::test]
async fn a_stream_that_is_dropped_in_the_middle_closes_its_connection() {
    let endless = Reply::stream().event(&text("hi")).hang();
    let server = Server::repeating(endless).await;
    let (client, _) = server.client();
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    stream.next().await.expect("a chunk").expect("no error");
    drop(stream);
    assert!(server.all_closed().await);
}

#[tokio::test]
async fn a_server_that_closes_after_each_answer_costs_nothing() {
    let server = Server::repeating(Reply::json(200, COMPLETION).close()).await;
    let (client, waits) = server.client();
    for call in 0..300 {
        let reply = client.chat().create(request()).await;
        assert!(reply.is_ok(), "{call}: {reply:?}");
    }
    assert_eq!((client.retry_budget_left(), waits.all().len()), (30, 0));
}

#[tokio::test]
async fn a_closed_connection_is_replaced_at_once_for_what_may_be_done_twice() {
    let lost = Reply::default().reset();
    let server = Server::start([models(), lost, models()]).await;
    let client = server.builder().max_retries(0).build().expect("a client");
    client.models().list().await.expect("the first call");
    let second = client.models().list().await.expect("the second call");
    assert_eq!((second.attempts().len(), server.count()), (2, 3));
    assert_eq!(second.attempts()[0].failure(), Some("connection broke"));
    assert_eq!(client.retry_budget_left(), 30);
}

#[tokio::test]
async fn what_creates_is_not_done_twice_over_a_connection_that_broke() {
    let server = Server::start([models(), Reply::default().reset(), Reply::json(200, FILE)]).await;
    let (client, _) = server.client();
    client.models().list().await.expect("the first call");
    let upload = Upload::bytes("{}").name("a.jsonl");
    let error = client.files().upload(upload, "batch").await;
    let error = error.expect_err("it may have been done");
    assert!(error.to_string().contains("may have been done"), "{error}");
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn a_new_connection_that_breaks_is_an_attempt_like_others() {
    let server = Server::repeating(Reply::default().reset()).await;
    let (client, waits) = server.client();
    let error = client.models().list().await.expect_err("nothing comes");
    assert_eq!((error.attempts().len(), server.count()), (3, 3));
    assert_eq!((waits.all().len(), client.retry_budget_left()), (2, 28));
}

fn current_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Between two `block_on`s nobody drives the runtime, so that it has not noticed the end of the connection.
#[test]
fn an_upload_is_sent_where_the_old_connection_was_closed_meanwhile() {
    let theirs = multi_thread();
    for _ in 0..20 {
        let script = [models().close(), Reply::json(200, FILE)];
        let server = theirs.block_on(Server::start(script));
        let client = server.builder().max_retries(0).build().expect("a client");
        let ours = current_thread();
        ours.block_on(async { client.models().list().await })
            .expect("a list");
        assert!(theirs.block_on(server.all_closed()));
        let upload = Upload::bytes("{}").name("a.jsonl");
        let file = ours.block_on(async { client.files().upload(upload, "batch").await });
        assert_eq!(file.expect("a file").attempts().len(), 1);
        assert_eq!(server.count(), 2);
    }
}

#[test]
fn a_runtime_that_nobody_drives_stops_no_other() {
    let theirs = multi_thread();
    let server = theirs.block_on(Server::repeating(models()));
    let (client, _) = server.client();
    let (first, second) = (current_thread(), multi_thread());
    for _ in 0..3 {
        for runtime in [&first, &second] {
            let list = runtime.block_on(async {
                tokio::time::timeout(Duration::from_secs(10), client.models().list()).await
            });
            list.expect("at once").expect("a list");
        }
    }
    assert_eq!(server.connections(), 2, "each runtime keeps its own");
}

/// More runtimes than are remembered.
#[test]
fn a_client_outlives_its_runtimes() {
    let theirs = multi_thread();
    let server = theirs.block_on(Server::repeating(models()));
    let (client, _) = server.client();
    for _ in 0..70 {
        let list = current_thread().block_on(async { client.models().list().await });
        list.expect("a list");
    }
}

/// As many programs test: a client for all tests, and a runtime for each.
mod with_a_static_client {
    use super::*;

    static SERVER: LazyLock<(Runtime, Server)> = LazyLock::new(|| {
        let runtime = multi_thread();
        let server = std::thread::scope(|scope| {
            let start = || runtime.block_on(Server::repeating(models()));
            scope.spawn(start).join().expect("a server")
        });
        (runtime, server)
    });
    static CLIENT: LazyLock<Client> = LazyLock::new(|| {
        let builder = SERVER.1.builder().max_retries(0);
        builder.build().expect("a client")
    });

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[tokio::test]
            async fn $name() {
                for _ in 0..5 {
                    CLIENT.models().list().await.expect("a list");
                }
            })*
        };
    }

    tests! { one two three four five six seven eight }
}
