//! Limits on uploads, of time and of size.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use groq_core::types::TranscriptionRequest;
use groq_core::{Client, RequestOptions, TimeoutKind, Upload};
use tokio::net::TcpListener;

use super::{file, upload};
use crate::support::{CANARY, Reply, Server};

/// B20
#[tokio::test]
async fn an_upload_that_nobody_reads_comes_to_an_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let connection = listener.accept().await.expect("a connection");
        std::future::pending::<()>().await;
        drop(connection);
    });
    let client = Client::builder()
        .api_key(CANARY)
        .base_url(format!("http://{address}"))
        .write_timeout(Duration::from_millis(200))
        .max_retries(0)
        .build()
        .expect("a client");
    let error = upload(&client, Upload::bytes(vec![0; 64 << 20]))
        .await
        .expect_err("a timeout");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Write));
    assert!(error.to_string().contains("write_timeout"), "{error}");

    let hasty = client.with_options(RequestOptions::new().timeout(Duration::from_millis(50)));
    let error = upload(&hasty, Upload::bytes(vec![0; 64 << 20]))
        .await
        .expect_err("a timeout");
    assert!(error.is_timeout(), "{error}");
    server.abort();
}

#[tokio::test]
async fn a_slow_upload_that_moves_is_not_cut_and_then_the_first_byte_counts() {
    let slow = Slow {
        pieces: 6,
        sleep: None,
    };
    let server = Server::start([file(), Reply::default().hang()]).await;
    let client = server
        .builder()
        .write_timeout(Duration::from_millis(400))
        .first_byte_timeout(Duration::from_millis(100))
        .max_retries(0)
        .build()
        .expect("a client");
    assert!(upload(&client, Upload::stream(slow)).await.is_ok());
    let error = upload(&client, Upload::bytes("x"))
        .await
        .expect_err("no answer");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::FirstByte));
}

#[tokio::test]
async fn a_reader_that_gives_nothing_is_not_waited_for_without_end() {
    struct Silent;
    impl Stream for Silent {
        type Item = io::Result<Bytes>;
        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }
    let server = Server::start([]).await;
    let builder = server.builder().write_timeout(Duration::from_millis(50));
    let client = builder.build().expect("a client");
    // It is looked at before the call, since it has no name to go by.
    let request = || TranscriptionRequest::new("m");
    let audio = client.audio();
    let call = audio.transcribe(Upload::stream(Silent), request());
    let error = call.await.expect_err("nothing comes");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Write), "{error}");
    assert!(
        error.to_string().starts_with("create transcription: "),
        "{error}"
    );
    let hasty = client.with_options(RequestOptions::new().timeout(Duration::from_millis(20)));
    let error = hasty
        .audio()
        .transcribe(Upload::stream(Silent), request())
        .await;
    assert!(error.expect_err("nothing comes").is_timeout());
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_its_limit() {
    let server = Server::start([]).await;
    let client = server
        .builder()
        .max_file_bytes(10)
        .max_audio_bytes(5)
        .build()
        .expect("a client");
    let error = upload(&client, Upload::bytes(vec![0; 11]))
        .await
        .expect_err("too large");
    assert!(
        error.is_limit_exceeded() && error.to_string().contains("at most 10"),
        "{error}"
    );
    let audio = Upload::bytes(vec![0; 6]).name("a.wav");
    let error = client
        .audio()
        .transcribe(audio, TranscriptionRequest::new("m"))
        .await
        .expect_err("too large");
    assert!(
        error.to_string().contains("max_audio_bytes") && error.to_string().contains("URL"),
        "{error}"
    );
    assert_eq!(server.count(), 0);
    // Of a reader it is known only on the way.
    let reader = Upload::reader(io::Cursor::new(vec![0; 11]));
    let error = upload(&client, reader).await.expect_err("too large");
    assert!(error.is_limit_exceeded(), "{error}");
    // And that it is of another length than was said.
    for length in [3, 9] {
        let reader = Upload::reader(io::Cursor::new(vec![0; 5])).length(length);
        let error = upload(&client, reader).await.expect_err("another length");
        assert!(error.is_io(), "{error}");
    }
}

/// A piece every 60 ms.
struct Slow {
    pieces: u32,
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Stream for Slow {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.pieces == 0 {
            return Poll::Ready(None);
        }
        let pause = || Box::pin(tokio::time::sleep(Duration::from_millis(60)));
        let sleep = self.sleep.get_or_insert_with(pause);
        std::task::ready!(sleep.as_mut().poll(context));
        self.sleep = None;
        self.pieces -= 1;
        Poll::Ready(Some(Ok(Bytes::from_static(b"piece"))))
    }
}
