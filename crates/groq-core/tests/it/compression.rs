//! Answers that come compressed.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use groq_core::RequestOptions;
use tokio::sync::Semaphore;

use crate::support::{COMPLETION, MODELS, Reply, Server, request, stop, text};

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).expect("in memory");
    encoder.finish().expect("in memory")
}

const GZIP: (&str, &str) = ("content-encoding", "gzip");

#[tokio::test]
async fn a_compressed_answer_is_read() {
    let error = gzip(br#"{"error":{"message":"small"}}"#);
    let server = Server::start([
        Reply::whole(200, &[GZIP], gzip(COMPLETION.as_bytes())),
        Reply::whole(400, &[GZIP], error),
    ])
    .await;
    let (client, _) = server.client();
    let reply = client.chat().create(request()).await.expect("a reply");
    assert_eq!(reply.text(), Some("canary reply"));
    assert_eq!(&reply.raw_body()[..], COMPLETION.as_bytes());
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("gzip"));
    let error = client.chat().create(request()).await.expect_err("refused");
    assert_eq!(error.message(), "small");
}

#[tokio::test]
async fn it_is_not_asked_for_where_it_is_switched_off_or_a_stream_is_wanted() {
    let stream = Reply::events(&[&text("hi"), &stop(), "[DONE]"]);
    let server = Server::start([Reply::json(200, MODELS), stream]).await;
    let client = server
        .builder()
        .compression(false)
        .build()
        .expect("a client");
    client.models().list().await.expect("a list");
    let (client, _) = server.client();
    let _stream = client.chat().stream(request()).await.expect("a stream");
    for request in server.requests() {
        assert_eq!(request.header("accept-encoding"), None);
    }
}

/// B13
#[tokio::test]
async fn what_lies_or_is_cut_is_an_error() {
    let whole = gzip(COMPLETION.as_bytes());
    for body in [
        &b"{\"object\":\"list\"}"[..],
        &whole[..whole.len() - 4],
        &whole[..20],
    ] {
        let server = Server::start([Reply::whole(200, &[GZIP], body)]).await;
        let (client, _) = server.client();
        let error = client.chat().create(request()).await.expect_err("no gzip");
        assert!(error.is_decode(), "{error:?}");
        assert_eq!(error.attempts().len(), 1);
    }
}

/// B15
#[tokio::test]
async fn a_bomb_stops_at_the_cap() {
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 70_000);
    let server = Server::start([Reply::whole(200, &[GZIP], bomb)]).await;
    let options = RequestOptions::new().max_response_bytes(1 << 20);
    let client = server
        .builder()
        .build()
        .expect("a client")
        .with_options(options);
    let error = client
        .chat()
        .create(request())
        .await
        .expect_err("too large");
    assert!(
        error.is_limit_exceeded() && error.to_string().contains("max_response_bytes"),
        "{error}"
    );
}

/// S31
#[tokio::test]
async fn a_compressed_stream_is_read_as_it_comes() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    write!(encoder, "data: {}\n\n", text("first")).expect("in memory");
    encoder.flush().expect("in memory");
    let first = std::mem::take(encoder.get_mut());
    write!(encoder, "data: {}\n\ndata: [DONE]\n\n", stop()).expect("in memory");
    let rest = encoder.finish().expect("in memory");
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n";
    let go_on = Arc::new(Semaphore::new(0));
    let reply = Reply::raw(head)
        .write(first)
        .until(&go_on)
        .write(rest)
        .close();
    let server = Server::start([reply]).await;
    let (client, _) = server.client();
    let mut stream = client.chat().stream(request()).await.expect("a stream");
    // The rest comes only after it.
    stream.next().await.expect("an event").expect("a chunk");
    go_on.add_permits(1);
    assert_eq!(
        stream.finish().await.expect("a reply").text(),
        Some("first")
    );
}

#[tokio::test]
async fn a_download_is_not_asked_for_compressed_and_read_if_it_comes_so() {
    let content = b"canary content ".repeat(10_000);
    let packed = gzip(&content);
    let server = Server::repeating(Reply::whole(200, &[GZIP], &packed)).await;
    let (client, _) = server.client();
    let mut download = client.files().content("file_1").await.expect("content");
    assert_eq!(download.length(), None, "it is that of the packed bytes");
    let mut whole = Vec::new();
    while let Some(piece) = download.next().await {
        whole.extend_from_slice(&piece.expect("a piece"));
    }
    assert!(whole == content);
    assert_eq!(server.requests()[0].header("accept-encoding"), None);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("content");
    let cut = Reply::whole(200, &[GZIP], &packed[..packed.len() - 9]);
    let server = Server::start([cut]).await;
    let (client, _) = server.client();
    let download = client.files().content("file_1").await.expect("content");
    let error = download.save(&path).await.expect_err("it is cut");
    assert!(error.is_decode(), "{error:?}");
    assert!(!path.exists());
}
