//! Downloads: whole or not at all.

use std::time::Duration;

use groq_core::{ErrorKind, TimeoutKind};

use crate::support::{Reply, Server};

fn content(body: &[u8]) -> Reply {
    Reply::whole(
        200,
        &[
            ("content-type", "application/octet-stream"),
            ("x-request-id", "req_1"),
        ],
        body,
    )
}

/// An answer that announces more than it sends.
fn cut() -> Reply {
    Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").close()
}

#[tokio::test]
async fn content_comes_in_pieces_whole_or_to_a_writer() {
    let body: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let server = Server::repeating(content(&body)).await;
    let (client, _) = server.client();
    let mut download = client.files().content("file_1").await.expect("content");
    assert_eq!(download.length(), Some(body.len() as u64));
    assert_eq!(download.request_id(), Some("req_1"));
    assert_eq!(download.content_type(), Some("application/octet-stream"));
    let mut pieces = Vec::new();
    while let Some(piece) = download.next().await {
        pieces.extend_from_slice(&piece.expect("a piece"));
    }
    assert!(pieces == body && download.received() == body.len() as u64);
    let whole = client
        .files()
        .content("file_1")
        .await
        .expect("content")
        .bytes()
        .await;
    assert!(whole.expect("bytes") == body);
    let mut written = Vec::new();
    let download = client.files().content("file_1").await.expect("content");
    assert_eq!(
        download.write_to(&mut written).await.expect("written"),
        body.len() as u64
    );
    assert!(written == body);
    assert_eq!(
        server.requests()[0].line(),
        "GET /openai/v1/files/file_1/content"
    );
}

#[tokio::test]
async fn a_file_appears_when_it_is_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.jsonl");
    std::fs::write(&path, "old").expect("a file");
    let server = Server::start([content(b"new content")]).await;
    let (client, _) = server.client();
    let download = client.files().content("a/b").await.expect("content");
    assert_eq!(download.save(&path).await.expect("saved"), 11);
    assert_eq!(std::fs::read(&path).expect("a file"), b"new content");
    assert_eq!(entries(folder.path()), ["out.jsonl"]);
    assert_eq!(
        server.requests()[0].line(),
        "GET /openai/v1/files/a%2Fb/content"
    );
}

/// B18
#[tokio::test]
async fn a_cut_download_is_an_error_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.jsonl");
    let server = Server::repeating(cut()).await;
    let (client, _) = server.client();
    let error = client
        .files()
        .content("f")
        .await
        .expect("content")
        .save(&path)
        .await;
    let error = error.expect_err("half a file");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(error.attempts().len(), 1);
    assert!(error.to_string().starts_with("download file: "), "{error}");
    assert_eq!(entries(folder.path()), [""; 0]);
    let error = client
        .files()
        .content("f")
        .await
        .expect("content")
        .bytes()
        .await;
    assert_eq!(error.expect_err("half of it").kind(), ErrorKind::Transport);
}

/// B18
#[test]
fn a_download_that_is_given_up_leaves_nothing() {
    // One thread does all that blocks, so what was begun on it is over when it has time for something else.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.jsonl");
        let half = Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc").hang();
        let server = Server::repeating(half).await;
        let (client, _) = server.client();
        // While its file is being made, and while the rest is waited for.
        for max_wait in [0, 1, 5, 100] {
            let download = client.files().content("f").await.expect("content");
            let max_wait = Duration::from_millis(max_wait);
            let saving = tokio::time::timeout(max_wait, download.save(&path));
            assert!(saving.await.is_err());
            tokio::task::spawn_blocking(|| ())
                .await
                .expect("it has time");
            assert_eq!(entries(folder.path()), [""; 0], "{max_wait:?}");
        }
    });
}

#[tokio::test]
async fn a_download_that_stops_or_is_too_large_ends() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nabc";
    let server = Server::repeating(Reply::raw(head).hang()).await;
    let client = server
        .builder()
        .read_timeout(Duration::from_millis(50))
        .max_response_bytes(500)
        .build()
        .expect("a client");
    let mut sink = tokio::io::sink();
    let download = client.files().content("f").await.expect("content");
    let error = download.write_to(&mut sink).await.expect_err("it stops");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Read));
    let download = client.files().content("f").await.expect("content");
    let error = download.bytes().await.expect_err("it is too large");
    assert!(error.is_limit_exceeded() && error.to_string().contains("max_response_bytes"));
}

#[tokio::test]
async fn a_place_that_cannot_be_written_to_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::repeating(content(b"x")).await;
    let (client, _) = server.client();
    for (path, name) in [
        (
            folder.path().join("missing").join("out.jsonl"),
            "\"out.jsonl\"",
        ),
        (folder.path().join(".."), ".."),
    ] {
        let download = client.files().content("f").await.expect("content");
        let error = download.save(&path).await.expect_err("no place");
        assert!(error.is_io() && error.to_string().contains(name), "{error}");
    }
}

#[tokio::test]
async fn files_are_listed_looked_up_and_deleted() {
    let file = r#"{"id":"file_1","bytes":3}"#;
    let server = Server::start([
        Reply::json(200, format!(r#"{{"object":"list","data":[{file}]}}"#)),
        Reply::json(200, file),
        Reply::json(200, r#"{"id":"file_1","object":"file","deleted":true}"#),
    ])
    .await;
    let (client, _) = server.client();
    assert_eq!(client.files().list().await.expect("a list").data.len(), 1);
    assert_eq!(
        client.files().get("file_1").await.expect("a file").bytes,
        Some(3)
    );
    assert!(
        client
            .files()
            .delete("file_1")
            .await
            .expect("deleted")
            .deleted
    );
    for id in ["", ".", ".."] {
        assert!(
            client
                .files()
                .get(id)
                .await
                .expect_err("no id")
                .is_invalid_request()
        );
        assert!(client.files().content(id).await.is_err());
    }
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.line().to_owned())
        .collect();
    assert_eq!(
        lines,
        [
            "GET /openai/v1/files",
            "GET /openai/v1/files/file_1",
            "DELETE /openai/v1/files/file_1"
        ]
    );
}

fn entries(folder: &std::path::Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}
