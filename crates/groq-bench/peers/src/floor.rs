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
}

impl Splitter {
    fn push(&mut self, frame: &[u8], each: &mut impl FnMut(&str)) {
        if self.rest.is_empty() {
            let used = events(frame, each);
            self.rest.extend_from_slice(&frame[used..]);
        } else {
            self.rest.extend_from_slice(frame);
            let whole = std::mem::take(&mut self.rest);
            let used = events(&whole, each);
            self.rest.extend_from_slice(&whole[used..]);
        }
    }
}

/// Reads whole lines, and returns how many bytes they have.
fn events(bytes: &[u8], each: &mut impl FnMut(&str)) -> usize {
    let mut start = 0;
    while let Some(length) = memchr::memchr(b'\n', &bytes[start..]) {
        event(&bytes[start..start + length], each);
        start += length + 1;
    }
    start
}

fn event(line: &[u8], each: &mut impl FnMut(&str)) {
    let Some(data) = line
        .strip_prefix(b"data: ")
        .filter(|data| *data != b"[DONE]")
    else {
        return;
    };
    let chunk: Chunk<'_> = serde_json::from_slice(data).expect("a chunk");
    for Choice {
        delta,
        finish_reason,
    } in chunk.choices
    {
        each(finish_reason.unwrap_or_default());
        each(&delta.content.unwrap_or_default());
        each(&delta.reasoning.unwrap_or_default());
        for call in delta.tool_calls.into_iter().flatten() {
            each(&call.function.arguments.unwrap_or_default());
        }
    }
}

pub(crate) fn decode(frames: &[Bytes], each: &mut impl FnMut(&str)) {
    let mut splitter = Splitter::default();
    for frame in frames {
        splitter.push(frame, each);
    }
}

pub(crate) async fn stream(base: &str, each: &mut impl FnMut(&str)) {
    let mut body = open(base).await;
    let mut splitter = Splitter::default();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.expect("a frame").into_data() {
            splitter.push(&data, each);
        }
    }
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

async fn open(base: &str) -> Incoming {
    let address = base.trim_start_matches("http://");
    let (host, path) = address.split_at(address.find('/').expect("a path"));
    let request = Request::post(format!("{path}/chat/completions")).header("host", host);
    let body = Full::new(Bytes::from_static(b"{}"));
    let mut sender = connect(host).await;
    let answer = sender.send_request(request.body(body).expect("a request"));
    answer.await.expect("an answer").into_body()
}
