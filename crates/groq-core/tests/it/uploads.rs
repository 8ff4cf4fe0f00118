//! Uploads: what goes out, the same each time, and what happens when it cannot.

mod limits;

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_core::Stream;
use groq_core::types::{FileObject, FilePurpose, TranscriptionRequest};
use groq_core::{Client, Error, Response, Upload, UploadProgress};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{CANARY, Reply, Request, Server};

const FILE: &str = r#"{"id":"file_1","object":"file","bytes":3,"created_at":1,"filename":"a.jsonl","purpose":"batch"}"#;
const TEXT: &str = r#"{"text":"canary text"}"#;

fn file() -> Reply {
    Reply::json(200, FILE)
}

async fn upload(client: &Client, file: Upload) -> Result<Response<FileObject>, Error> {
    client.files().upload(file, FilePurpose::Batch).await
}

/// The content and the name of the file in a form.
fn part(request: &Request) -> (Vec<u8>, String) {
    let boundary = request
        .header("content-type")
        .and_then(|value| value.strip_prefix("multipart/form-data; boundary="))
        .expect("a form");
    let body = &request.body;
    let find = |needle: &[u8], from: usize| {
        let found = body[from..]
            .windows(needle.len())
            .position(|at| at == needle);
        from + found.expect("a form")
    };
    let name_begin = find(b"filename=\"", 0) + 10;
    let name_end = find(b"\"\r\n", name_begin);
    let begin = find(b"\r\n\r\n", name_end) + 4;
    let end = find(format!("\r\n--{boundary}--\r\n").as_bytes(), begin);
    (
        body[begin..end].to_vec(),
        String::from_utf8(body[name_begin..name_end].to_vec()).expect("a name"),
    )
}

#[tokio::test]
async fn a_path_bytes_and_readers_all_arrive() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines.jsonl");
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&path, &content).expect("a file");
    let server = Server::repeating(file()).await;
    let (client, _) = server.client();
    let pieces = content.chunks(70_001).map(Bytes::copy_from_slice).collect();
    let table = [
        (Upload::path(&path), "lines.jsonl", true),
        (Upload::bytes(content.clone()), "requests.jsonl", true),
        (Upload::from(path.clone()).name("x.jsonl"), "x.jsonl", true),
        (
            Upload::reader(io::Cursor::new(content.clone())).name("r"),
            "r",
            false,
        ),
        (
            Upload::stream(Pieces(pieces)).length(content.len() as u64),
            "requests.jsonl",
            true,
        ),
    ];
    for (source, name, has_length) in table {
        let uploaded = upload(&client, source).await.expect("a file");
        assert_eq!(uploaded.id, "file_1");
        let request = server.requests().pop().expect("a request");
        assert_eq!(request.line(), "POST /openai/v1/files");
        assert_eq!(request.header("content-length").is_some(), has_length);
        let (sent, sent_name) = part(&request);
        assert!(sent == content, "{name}: {} bytes", sent.len());
        assert_eq!(sent_name, name);
        let head = String::from_utf8_lossy(&request.body[..200]).into_owned();
        assert!(head.contains("name=\"purpose\"\r\n\r\nbatch\r\n"), "{head}");
    }
}

/// Pieces of a stream.
struct Pieces(Vec<Bytes>);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = (!self.0.is_empty()).then(|| self.0.remove(0));
        Poll::Ready(piece.map(Ok))
    }
}

/// B22
#[tokio::test]
async fn every_attempt_sends_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("speech.wav");
    std::fs::write(&path, vec![7; 200_000]).expect("a file");
    for source in [
        Upload::path(&path),
        Upload::bytes(vec![7; 200_000]).name("speech.wav"),
    ] {
        let server = Server::start([
            Reply::error(500, &[]),
            Reply::error(429, &[("retry-after", "1")]),
            Reply::json(200, TEXT),
        ])
        .await;
        let (client, waits) = server.client();
        let request = TranscriptionRequest::new("m").with_prompt("ä\r\n\"");
        let reply = client.audio().transcribe(source, request).await;
        let reply = reply.expect("a transcription");
        assert_eq!(
            (reply.text.as_str(), reply.attempts().len()),
            ("canary text", 3)
        );
        assert_eq!(waits.all().len(), 2);
        let requests = server.requests();
        let heads: Vec<_> = requests
            .iter()
            .map(|request| request.header("content-type"))
            .collect();
        assert!(
            heads.windows(2).all(|pair| pair[0] == pair[1]),
            "one boundary"
        );
        assert!(requests.windows(2).all(|pair| pair[0].body == pair[1].body));
        assert_eq!(part(&requests[2]).0.len(), 200_000);
    }
}

#[tokio::test]
async fn a_file_is_made_twice_only_if_it_was_not_made() {
    let server = Server::start([Reply::error(503, &[]), file()]).await;
    let (client, _) = server.client();
    assert!(upload(&client, Upload::bytes("x")).await.is_ok());
    assert_eq!(server.count(), 2);

    let server = Server::start([Reply::error(500, &[]), file()]).await;
    let (client, _) = server.client();
    let error = upload(&client, Upload::bytes("x"))
        .await
        .expect_err("a failure");
    assert!(
        error.is_server_error() && error.to_string().contains("may have been done"),
        "{error}"
    );
    assert_eq!(server.count(), 1);

    // Nobody knows what became of a request that nobody answered.
    for broken in [Reply::default().reset(), Reply::default().close()] {
        let server = Server::start([broken, file()]).await;
        let (client, _) = server.client();
        let error = upload(&client, Upload::bytes("x"))
            .await
            .expect_err("a failure");
        assert!(error.to_string().contains("may have been done"), "{error}");
        assert_eq!((server.count(), error.attempts().len()), (1, 1));
    }
}

#[tokio::test]
async fn a_reader_has_one_attempt_unless_nothing_of_it_was_read() {
    let server = Server::start([Reply::error(500, &[]), Reply::json(200, TEXT)]).await;
    let (client, _) = server.client();
    let reader = || Upload::reader(io::Cursor::new(b"fLaC".to_vec()));
    let request = || TranscriptionRequest::new("m");
    let error = client
        .audio()
        .transcribe(reader(), request())
        .await
        .expect_err("a failure");
    assert!(
        error.to_string().contains("cannot be read twice"),
        "{error}"
    );
    assert_eq!((server.count(), error.attempts().len()), (1, 1));

    // A port where nobody listens.
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port")
        .local_addr()
        .expect("a port");
    let client = Client::builder()
        .api_key(CANARY)
        .base_url(format!("http://{port}"))
        .runtime(crate::support::Waits::default())
        .build()
        .expect("a client");
    let error = client
        .audio()
        .transcribe(reader(), request())
        .await
        .expect_err("no server");
    assert!(error.is_connect());
    assert_eq!(
        error.attempts().len(),
        3,
        "nothing was read, so it could be tried again"
    );
}

/// B21
#[tokio::test]
async fn a_file_that_changes_or_vanishes_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    for change in ["longer", "other", "gone", "folder"] {
        let path = folder.path().join(format!("{change}.wav"));
        std::fs::write(&path, b"RIFF").expect("a file");
        let server = Server::start([Reply::error(500, &[]), Reply::json(200, TEXT)]).await;
        let (client, _) = server.client();
        let changed = path.clone();
        let source = Upload::path(&path).on_progress(move |_| {
            let _ = match change {
                "longer" => std::fs::write(&changed, b"RIFFRIFF"),
                "other" => std::fs::write(&changed, b"RIFX").and_then(|()| {
                    let later = SystemTime::now() + Duration::from_secs(10);
                    std::fs::File::options()
                        .write(true)
                        .open(&changed)?
                        .set_modified(later)
                }),
                "gone" => std::fs::remove_file(&changed),
                _ => std::fs::remove_file(&changed).and_then(|()| std::fs::create_dir(&changed)),
            };
        });
        let request = TranscriptionRequest::new("m");
        let error = client
            .audio()
            .transcribe(source, request)
            .await
            .expect_err(change);
        assert!(error.is_io(), "{change}: {error}");
        assert!(server.count() <= 1, "{change}: no second attempt");
    }
    let missing = Upload::path(folder.path().join("missing.wav"));
    let server = Server::start([]).await;
    let (client, _) = server.client();
    let error = client
        .audio()
        .transcribe(missing, TranscriptionRequest::new("m"))
        .await
        .expect_err("missing");
    assert!(
        error.is_io() && error.to_string().contains("missing.wav"),
        "{error}"
    );
    assert!(
        !error
            .to_string()
            .contains(folder.path().to_str().expect("a path"))
    );
    assert_eq!(server.count(), 0);
}

/// B21
#[tokio::test]
async fn a_file_that_shrinks_on_the_way_is_no_whole_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("shrinks.wav");
    std::fs::write(&path, vec![0; 4 << 20]).expect("a file");
    let server = Server::repeating(Reply::json(200, TEXT)).await;
    let (client, _) = server.client();
    let shrinking = path.clone();
    let source = Upload::path(&path).on_progress(move |progress| {
        if progress.sent < 1 << 20 {
            let file = std::fs::OpenOptions::new().write(true).open(&shrinking);
            file.and_then(|file| file.set_len(2 << 20))
                .expect("a shorter file");
        }
    });
    let request = TranscriptionRequest::new("m");
    let error = client
        .audio()
        .transcribe(source, request)
        .await
        .expect_err("half a file");
    assert!(
        error.is_io() && error.to_string().contains("has changed"),
        "{error}"
    );
    assert_eq!(server.count(), 0, "no server saw a whole request");
}

/// B23
#[tokio::test]
async fn a_file_name_is_only_a_name() {
    let server = Server::repeating(file()).await;
    let (client, _) = server.client();
    for (given, sent) in [
        ("../../etc/passwd.jsonl", "passwd.jsonl"),
        ("C:\\secret\\a.jsonl", "a.jsonl"),
        (
            "a\"; name=\"purpose\".jsonl",
            "a%22; name=%22purpose%22.jsonl",
        ),
        (
            "a\r\nX-Evil: 1\r\n\r\n.jsonl",
            "a%0D%0AX-Evil: 1%0D%0A%0D%0A.jsonl",
        ),
        ("größe 😀.jsonl", "größe 😀.jsonl"),
    ] {
        upload(&client, Upload::bytes("x").name(given))
            .await
            .expect("a file");
        let request = server.requests().pop().expect("a request");
        assert_eq!(part(&request), (b"x".to_vec(), sent.to_owned()));
        assert!(!request.head.to_ascii_lowercase().contains("x-evil"));
    }
}

/// B19
#[tokio::test]
async fn a_refusal_before_the_body_ends_is_reported_as_one() {
    for _ in 0..10 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut some = [0; 1000];
            let _ = socket.read(&mut some).await;
            let body = r#"{"error":{"message":"too much","code":"request_too_large"}}"#;
            let answer = format!(
                "HTTP/1.1 413 X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            socket
                .write_all(answer.as_bytes())
                .await
                .expect("an answer");
            // Closing with bytes unread resets the connection.
        });
        let client = Client::builder()
            .api_key(CANARY)
            .base_url(format!("http://{address}"))
            .build()
            .expect("a client");
        let error = upload(&client, Upload::bytes(vec![0; 8 << 20]))
            .await
            .expect_err("refused");
        assert!(error.is_too_large(), "{error:?}");
        assert_eq!(error.code(), Some("request_too_large"));
        server.await.expect("a server");
    }
}

#[tokio::test]
async fn a_kind_is_told_though_its_bytes_come_one_by_one() {
    let server = Server::repeating(Reply::json(200, TEXT)).await;
    let (client, _) = server.client();
    let content = [b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), &[7; 1000]].concat();
    let bytes = content.chunks(1).map(Bytes::copy_from_slice).collect();
    let request = TranscriptionRequest::new("m");
    let reply = client
        .audio()
        .transcribe(Upload::stream(Pieces(bytes)), request)
        .await;
    reply.expect("a transcription");
    assert_eq!(
        part(&server.requests()[0]),
        (content, "audio.wav".to_owned())
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_device_is_no_file() {
    let server = Server::start([]).await;
    let (client, _) = server.client();
    for path in ["/dev/zero", "/"] {
        let error = upload(&client, Upload::path(path)).await.expect_err(path);
        assert!(
            error.is_invalid_request() && error.to_string().contains("no regular file"),
            "{error}"
        );
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn progress_is_told_piece_by_piece() {
    let server = Server::start([file()]).await;
    let (client, _) = server.client();
    let told: Arc<Mutex<Vec<UploadProgress>>> = Arc::default();
    let record = Arc::clone(&told);
    let source = Upload::bytes(vec![0; 200_000])
        .on_progress(move |progress| record.lock().expect("a record").push(progress));
    upload(&client, source).await.expect("a file");
    let told = told.lock().expect("a record");
    assert!(told.len() > 2);
    assert!(told.windows(2).all(|pair| pair[0].sent < pair[1].sent));
    let last = told.last().expect("progress");
    assert_eq!((last.sent, last.total), (200_000, Some(200_000)));
}

#[tokio::test]
async fn a_redirect_gets_the_whole_body_again() {
    let redirect = Reply::whole(307, &[("location", "/elsewhere")], "");
    let server = Server::start([redirect, file()]).await;
    let (client, _) = server.client();
    upload(&client, Upload::bytes("content"))
        .await
        .expect("a file");
    let requests = server.requests();
    assert_eq!(requests[1].line(), "POST /elsewhere");
    assert_eq!(part(&requests[0]), part(&requests[1]));
}
