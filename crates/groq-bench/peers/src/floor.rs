//! The least that the work can cost: hyper, a splitter at blank lines, and serde into borrowed structs with only what is read.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use crate::latency::Latencies;
use crate::recording::{Cut, Kind};

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow)]
    choices: Vec<Choice<'a>>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
    #[serde(borrow)]
    finish_reason: Option<&'a str>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reasoning: Option<Cow<'a, str>>,
    #[serde(borrow)]
    tool_calls: Option<Vec<Call<'a>>>,
}

#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    function: Function<'a>,
}

#[derive(Deserialize)]
struct Function<'a> {
    #[serde(borrow)]
    arguments: Option<Cow<'a, str>>,
}

/// The splitter: what is left of a frame waits for the next one.
#[derive(Default)]
struct Splitter {
    rest: BytesMut,
    length: usize,
}

impl Splitter {
    fn push(&mut self, frame: &[u8]) {
        if self.rest.is_empty() {
            let used = self.events(frame);
            self.rest.extend_from_slice(&frame[used..]);
        } else {
            self.rest.extend_from_slice(frame);
            let whole = std::mem::take(&mut self.rest);
            let used = self.events(&whole);
            self.rest.extend_from_slice(&whole[used..]);
        }
    }

    fn events(&mut self, bytes: &[u8]) -> usize {
        let mut start = 0;
        let mut line = 0;
        while let Some(end) = memchr::memchr(b'\n', &bytes[line..]) {
            let end = line + end;
            if end > line {
                self.event(&bytes[line..end]);
            }
            line = end + 1;
            start = line;
        }
        start
    }

    fn event(&mut self, line: &[u8]) {
        let Some(data) = line.strip_prefix(b"data: ") else {
            return;
        };
        if data == b"[DONE]" {
            return;
        }
        let chunk: Chunk<'_> = serde_json::from_slice(data).expect("a chunk");
        for choice in chunk.choices {
            self.length += choice.finish_reason.map_or(0, str::len);
            let delta = choice.delta;
            self.length += delta.content.map_or(0, |text| text.len());
            self.length += delta.reasoning.map_or(0, |text| text.len());
            for call in delta.tool_calls.into_iter().flatten() {
                self.length += call.function.arguments.map_or(0, |text| text.len());
            }
        }
    }
}

pub(crate) fn decode(frames: &[Bytes]) -> usize {
    let mut splitter = Splitter::default();
    for frame in frames {
        splitter.push(frame);
    }
    splitter.length
}

pub(crate) async fn stream(server: &str, kind: Kind, cut: Cut, n: usize) -> usize {
    let mut body = open(server, &kind.path(cut, n)).await;
    let mut splitter = Splitter::default();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.expect("a frame").into_data() {
            splitter.push(&data);
        }
    }
    splitter.length
}

pub(crate) async fn latencies(server: &str, n: usize) -> Latencies {
    let mut body = open(server, &format!("/timed/{n}")).await;
    let mut latencies = Latencies::default();
    let mut rest = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.expect("a frame").into_data() else {
            continue;
        };
        rest.extend_from_slice(&data);
        while let Some(end) = memchr::memchr(b'\n', &rest) {
            let line = rest.split_to(end + 1);
            if let Some(data) = line.strip_prefix(b"data: {") {
                let data = &line[line.len() - data.len() - 1..];
                let chunk: Chunk<'_> = serde_json::from_slice(data).expect("a chunk");
                for choice in &chunk.choices {
                    latencies.came(choice.delta.content.as_deref());
                }
            }
        }
    }
    latencies
}

/// A connection, and the task that drives it.
pub(crate) async fn connect<B>(server: &str) -> SendRequest<B>
where
    B: hyper::body::Body<Data = Bytes, Error: std::error::Error + Send + Sync> + Send + 'static,
{
    let address = server.trim_start_matches("http://");
    let socket = TcpStream::connect(address).await.expect("a connection");
    let _ = socket.set_nodelay(true);
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
        .await
        .expect("a handshake");
    tokio::spawn(connection);
    sender
}

async fn open(server: &str, path: &str) -> Incoming {
    let address = server.trim_start_matches("http://");
    let mut sender = connect(server).await;
    let request = Request::post(format!("{path}/chat/completions"))
        .header("host", address)
        .body(Full::new(Bytes::from_static(b"{}")))
        .expect("a request");
    sender
        .send_request(request)
        .await
        .expect("an answer")
        .into_body()
}
