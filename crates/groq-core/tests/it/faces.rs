//! What holds for both faces of the client, the async and the blocking one: each test runs on either.

mod face;

use std::time::Duration;

use groq_core::{Client, Error, ErrorKind, TimeoutKind, Upload};
use serde_json::json;

use crate::batches::Service;
use crate::support::{CANARY, COMPLETION, Reply, Request, Server, Waits, models, stop, text};
use face::{Async, Blocking, Face};

/// Runs each of these tests on both faces.
macro_rules! on_both_faces {
    ($($test:ident,)*) => {
        mod asynchronous {
            $(#[tokio::test] async fn $test() { super::$test::<super::Async>().await; })*
        }
        mod without_async {
            $(#[tokio::test] async fn $test() { super::$test::<super::Blocking>().await; })*
        }
    };
}

on_both_faces! {
    a_reply_comes_with_what_is_known_about_it,
    a_stream_comes_in_pieces_and_whole,
    a_stream_that_is_cut_is_an_error_with_what_came,
    what_may_pass_is_tried_again,
    a_status_is_a_typed_error,
    a_deadline_ends_a_call_and_a_stream,
    a_request_that_cannot_be_sent_is_refused,
    uploads_arrive_as_they_are,
    a_reader_that_fails_is_named,
    speech_and_files_come_whole_or_not_at_all,
    files_and_models_are_listed,
    any_request_can_be_made,
    a_batch_answers_each_item,
}

fn client<F: Face>(server: &Server) -> (F, Waits) {
    let waits = Waits::default();
    let builder = server.builder().runtime(waits.clone());
    (F::build(builder).expect("a client"), waits)
}

async fn a_reply_comes_with_what_is_known_about_it<F: Face>() {
    let headers = [
        ("content-type", "application/json"),
        ("x-request-id", "req_1"),
        ("x-ratelimit-remaining-tokens", "17"),
    ];
    let server = Server::start([Reply::whole(200, &headers, COMPLETION)]).await;
    let (client, _) = client::<F>(&server);
    let reply = client.create().await.expect("a reply");
    assert_eq!(reply.text(), Some("canary reply"));
    assert_eq!(reply.request_id(), Some("req_1"));
    assert_eq!(reply.rate_limits().tokens.remaining, Some(17));
    assert_eq!(reply.attempts().len(), 1);
    let sent = &server.requests()[0];
    assert_eq!(sent.line(), "POST /openai/v1/chat/completions");
    assert_eq!(
        sent.header("authorization"),
        Some(format!("Bearer {CANARY}").as_str())
    );
    assert_eq!(
        sent.json(),
        json!({"model": "m", "messages": [{"role": "user", "content": "canary prompt"}]})
    );
}

async fn a_stream_comes_in_pieces_and_whole<F: Face>() {
    let events = [&text("one "), &text("two"), &stop(), "[DONE]"];
    let server = Server::start([Reply::events(&events)]).await;
    let (client, _) = client::<F>(&server);
    let streamed = client.stream().await.expect("a stream");
    assert_eq!(streamed.pieces, ["one ", "two"]);
    assert!(streamed.failure.is_none() && !streamed.went_on);
    assert_eq!(streamed.whole.expect("a reply").text(), Some("one two"));
    assert_eq!(server.requests()[0].json()["stream"], json!(true));
}

async fn a_stream_that_is_cut_is_an_error_with_what_came<F: Face>() {
    let server = Server::start([Reply::events(&[&text("half of")])]).await;
    let (client, _) = client::<F>(&server);
    let streamed = client.stream().await.expect("a stream");
    assert_eq!(streamed.pieces, ["half of"]);
    let error = streamed.failure.expect("it is cut");
    assert!(error.is_incomplete_stream());
    let partial = error.partial().expect("what came");
    assert_eq!(partial.text(), Some("half of"));
    assert!(!streamed.went_on);
    assert!(streamed.whole.is_err(), "it does not turn into a reply");
}

async fn what_may_pass_is_tried_again<F: Face>() {
    for (status, headers, wait) in [
        (429, &[("retry-after", "7")][..], Duration::from_secs(7)),
        (498, &[][..], Duration::from_millis(437)),
        (503, &[][..], Duration::from_millis(437)),
    ] {
        let server =
            Server::start([Reply::error(status, headers), Reply::json(200, COMPLETION)]).await;
        let (client, waits) = client::<F>(&server);
        let reply = client.create().await.expect("a reply");
        assert_eq!(reply.attempts().len(), 2, "{status}");
        assert_eq!(waits.all().len(), 1, "{status}");
        assert!(waits.sum() >= wait, "{status}: {:?}", waits.all());
    }
}

async fn a_status_is_a_typed_error<F: Face>() {
    type Is = fn(&Error) -> bool;
    let statuses: [(u16, Is); 7] = [
        (400, Error::is_invalid_request),
        (401, Error::is_authentication),
        (403, Error::is_permission_denied),
        (404, Error::is_not_found),
        (413, Error::is_too_large),
        (429, Error::is_rate_limited),
        (498, Error::is_flex_capacity),
    ];
    for (status, is) in statuses {
        let server = Server::start([Reply::error(status, &[("x-request-id", "req_1")])]).await;
        let builder = server.builder().max_retries(0);
        let client = F::build(builder).expect("a client");
        let error = client.create().await.expect_err("an error");
        assert!(is(&error), "{status}: {error:?}");
        assert_eq!(error.request_id(), Some("req_1"));
        assert_eq!(error.code(), Some("some_code"));
        assert!(error.to_string().contains("told you so"), "{error}");
    }
}

async fn a_deadline_ends_a_call_and_a_stream<F: Face>() {
    let server = Server::start([
        Reply::default().hang(),
        Reply::stream().event(&text("half of")).hang(),
    ])
    .await;
    let builder = server.builder().timeout(Duration::from_millis(300));
    let client = F::build(builder).expect("a client");
    let error = client.list_models().await.expect_err("nothing comes");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Total));
    let streamed = client.stream().await.expect("a stream");
    let error = streamed.failure.expect("it stops");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Total));
    assert_eq!(streamed.pieces, ["half of"]);
}

async fn a_request_that_cannot_be_sent_is_refused<F: Face>() {
    let server = Server::start([]).await;
    let (client, _) = client::<F>(&server);
    let error = client.post("no slash", json!({})).await;
    assert!(error.expect_err("no path").is_invalid_request());
    let missing = Upload::path("there-is-no-such-file.jsonl");
    assert!(client.upload(missing).await.expect_err("no file").is_io());
    assert_eq!(server.count(), 0);
    let error = F::build(Client::builder().api_key("two\nlines")).err();
    assert!(error.expect("that is no key").is_config());
}

async fn uploads_arrive_as_they_are<F: Face>() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("lines.jsonl");
    let content: Vec<u8> = (0..40_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&path, &content).expect("a file");
    let file = r#"{"id":"file_1","object":"file"}"#;
    let server = Server::repeating(Reply::json(200, file)).await;
    let (client, _) = client::<F>(&server);
    for upload in [
        Upload::path(&path),
        Upload::bytes(content.clone()).name("lines.jsonl"),
        Upload::blocking_reader(std::io::Cursor::new(content.clone())).name("lines.jsonl"),
        Upload::reader(std::io::Cursor::new(content.clone()))
            .name("lines.jsonl")
            .length(content.len() as u64),
    ] {
        assert_eq!(client.upload(upload).await.expect("a file").id, "file_1");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    let lengths = requests.iter().map(|sent| sent.header("content-length"));
    assert_eq!(
        lengths.map(|length| length.is_some()).collect::<Vec<_>>(),
        [true, true, false, true]
    );
    for sent in &requests {
        let found = sent.body.windows(content.len()).any(|at| at == content);
        assert!(found && contains(sent, "filename=\"lines.jsonl\""));
    }
    let server = Server::start([Reply::json(200, r#"{"text":"hello"}"#)]).await;
    let (client, _) = self::client::<F>(&server);
    let audio = Upload::bytes(vec![1; 64]).name("a.wav");
    let transcription = client.transcribe(audio).await.expect("a transcription");
    assert_eq!(transcription.text, "hello");
    assert!(contains(&server.requests()[0], "whisper-large-v3"));
}

fn contains(request: &Request, text: &str) -> bool {
    let mut windows = request.body.windows(text.len());
    windows.any(|at| at == text.as_bytes())
}

async fn a_reader_that_fails_is_named<F: Face>() {
    /// Gives something, and then fails, one way or the other.
    struct Broken {
        begun: bool,
        panics: bool,
    }
    impl std::io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if !std::mem::replace(&mut self.begun, true) {
                buffer[..3].copy_from_slice(b"{}\n");
                return Ok(3);
            }
            assert!(!self.panics, "a reader may panic");
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let server = Server::repeating(Reply::json(200, "{}")).await;
    let (client, _) = client::<F>(&server);
    for panics in [false, true] {
        let reader = Broken {
            begun: false,
            panics,
        };
        let file = Upload::blocking_reader(reader).name("lines.jsonl");
        let error = client.upload(file).await.expect_err("it fails");
        assert!(error.is_io(), "{error:?}");
    }
}

async fn speech_and_files_come_whole_or_not_at_all<F: Face>() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.jsonl");
    let sound: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let server = Server::start([
        Reply::whole(200, &[("content-type", "audio/wav")], &sound),
        Reply::json(200, r#"{"error":{"message":"no","code":"some_code"}}"#),
        Reply::whole(200, &[], "{}\n"),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of it").close(),
    ])
    .await;
    let (client, _) = client::<F>(&server);
    assert!(client.speak().await.expect("sound") == sound);
    let error = client.speak().await.expect_err("JSON is no sound");
    assert_eq!(error.code(), Some("some_code"));
    assert_eq!(client.save(path.clone()).await.expect("saved"), 3);
    assert_eq!(std::fs::read(&path).expect("a file"), b"{}\n");
    std::fs::remove_file(&path).expect("it is there");
    let error = client.save(path.clone()).await.expect_err("half a file");
    assert_eq!(error.kind(), ErrorKind::Transport);
    let left = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 0);
}

async fn files_and_models_are_listed<F: Face>() {
    let files = r#"{"object":"list","data":[{"id":"file_1","bytes":3}]}"#;
    let server = Server::start([Reply::json(200, files), models()]).await;
    let (client, _) = client::<F>(&server);
    let list = client.list_files().await.expect("a list");
    assert_eq!(
        (list.data[0].id.as_str(), list.data[0].bytes),
        ("file_1", Some(3))
    );
    assert!(client.list_models().await.expect("a list").data.is_empty());
    let lines: Vec<_> = server
        .requests()
        .iter()
        .map(|sent| sent.line().to_owned())
        .collect();
    assert_eq!(lines, ["GET /openai/v1/files", "GET /openai/v1/models"]);
}

async fn any_request_can_be_made<F: Face>() {
    let server = Server::start([Reply::json(200, r#"{"new":1}"#)]).await;
    let (client, _) = client::<F>(&server);
    let body = json!({"some": "body"});
    let reply = client.post("/openai/v1/new", body.clone()).await;
    assert_eq!(*reply.expect("a reply"), json!({"new": 1}));
    let sent = &server.requests()[0];
    assert_eq!(
        (sent.line(), sent.json()),
        ("POST /openai/v1/new?a=b", body)
    );
}

async fn a_batch_answers_each_item<F: Face>() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    let server = service.serve().await;
    let (client, _) = client::<F>(&server);
    let path = folder.path().join("batch");
    // The service refuses every seventh item.
    let counts = client.batch(path, 10).await.expect("results");
    assert_eq!(counts, (8, 2));
}
