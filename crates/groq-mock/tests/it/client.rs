//! A client so plain that it hides nothing: it tells how an answer ended, and keeps every byte.

use std::io;
use std::time::Duration;

use groq_mock::Mock;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const CHAT: &str = "/openai/v1/chat/completions";

/// A connection, which may carry several requests.
pub(crate) struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, as far as it came.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// The pieces in which the body arrived, chunk by chunk.
    pub(crate) chunks: Vec<Vec<u8>>,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    /// The body came to its announced end.
    Complete,
    /// The connection was closed before that.
    Closed,
    /// The connection was reset.
    Reset,
}

impl Client {
    pub(crate) async fn connect(mock: &Mock) -> Self {
        let stream = TcpStream::connect(mock.address()).await.unwrap();
        // Head and body are two writes: the second must not wait for the first's acknowledgement.
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            buffer: Vec::new(),
        }
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
    }

    pub(crate) async fn try_write(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref()).await
    }

    pub(crate) async fn request(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        self.write(head(method, path, body.len())).await;
        self.write(body).await;
        self.answer().await
    }

    pub(crate) async fn answer(&mut self) -> Answer {
        tokio::time::timeout(Duration::from_secs(20), self.read())
            .await
            .expect("an answer within 20 s")
    }

    /// Says that nothing more is sent.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Bytes until the connection ends.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.buffer);
        let reading = self.stream.read_to_end(&mut bytes);
        let _ = tokio::time::timeout(Duration::from_secs(60), reading)
            .await
            .expect("an end within 60 s");
        bytes
    }

    /// A head without a body, such as `100 Continue`.
    pub(crate) async fn answer_head(&mut self) -> String {
        while position(&self.buffer, b"\r\n\r\n").is_none() {
            assert_eq!(self.more().await, None);
        }
        let end = position(&self.buffer, b"\r\n\r\n").unwrap();
        String::from_utf8(self.buffer.drain(..end + 4).collect()).unwrap()
    }

    /// Reads until these bytes have come.
    pub(crate) async fn until(&mut self, bytes: &[u8]) {
        let reading = async {
            while position(&self.buffer, bytes).is_none() {
                assert_eq!(self.more().await, None);
            }
        };
        tokio::time::timeout(Duration::from_secs(20), reading)
            .await
            .expect("these bytes within 20 s");
    }

    async fn read(&mut self) -> Answer {
        let head = loop {
            if let Some(end) = position(&self.buffer, b"\r\n\r\n") {
                let head: Vec<u8> = self.buffer.drain(..end + 4).collect();
                break String::from_utf8_lossy(&head).into_owned();
            }
            if let Some(end) = self.more().await {
                return Answer {
                    status: 0,
                    head: String::new(),
                    body: Vec::new(),
                    chunks: Vec::new(),
                    end,
                };
            }
        };
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0);
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
            chunks: Vec::new(),
            end: End::Complete,
        };
        let length = answer
            .header("content-length")
            .map(|length| length.parse().unwrap());
        match length {
            _ if matches!(status, 204 | 304) => {}
            Some(length) => self.read_length(&mut answer, length).await,
            None if answer.header("transfer-encoding").is_some() => {
                self.read_chunks(&mut answer).await;
            }
            None => answer.body = self.rest().await,
        }
        answer
    }

    async fn read_length(&mut self, answer: &mut Answer, length: usize) {
        while self.buffer.len() < length {
            if let Some(end) = self.more().await {
                answer.end = end;
                answer.body = std::mem::take(&mut self.buffer);
                return;
            }
        }
        answer.body = self.buffer.drain(..length).collect();
    }

    async fn read_chunks(&mut self, answer: &mut Answer) {
        loop {
            let line = loop {
                if let Some(end) = position(&self.buffer, b"\r\n") {
                    break self.buffer.drain(..end + 2).collect::<Vec<u8>>();
                }
                if let Some(end) = self.more().await {
                    answer.end = end;
                    return;
                }
            };
            let size = std::str::from_utf8(&line)
                .ok()
                .and_then(|line| usize::from_str_radix(line.trim(), 16).ok())
                .unwrap();
            while self.buffer.len() < size + 2 {
                if let Some(end) = self.more().await {
                    answer.end = end;
                    return;
                }
            }
            let chunk: Vec<u8> = self.buffer.drain(..size).collect();
            self.buffer.drain(..2);
            if size == 0 {
                return;
            }
            answer.body.extend_from_slice(&chunk);
            answer.chunks.push(chunk);
        }
    }

    async fn more(&mut self) -> Option<End> {
        match self.stream.read_buf(&mut self.buffer).await {
            Ok(0) => Some(End::Closed),
            Ok(_) => None,
            Err(_) => Some(End::Reset),
        }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self
            .head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The data of each event, `[DONE]` included.
    pub(crate) fn data(&self) -> Vec<String> {
        let text = self.text();
        text.split("\n\n")
            .filter_map(|event| Some(event.split_once("data: ")?.1.to_owned()))
            .collect()
    }

    /// The chunks of a stream, which must end in `[DONE]`.
    pub(crate) fn events(&self) -> Vec<Value> {
        let mut data = self.data();
        assert_eq!(data.pop().as_deref(), Some("[DONE]"));
        data.iter()
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }

    pub(crate) fn error(&self) -> Value {
        self.json()["error"].clone()
    }
}

pub(crate) fn head(method: &str, path: &str, length: usize) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer gsk_test\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

/// One request on a connection of its own.
pub(crate) async fn post(mock: &Mock, path: &str, body: &Value) -> Answer {
    Client::connect(mock)
        .await
        .request("POST", path, body.to_string().as_bytes())
        .await
}

pub(crate) async fn get(mock: &Mock, path: &str) -> Answer {
    Client::connect(mock).await.request("GET", path, b"").await
}

pub(crate) async fn delete(mock: &Mock, path: &str) -> Answer {
    Client::connect(mock)
        .await
        .request("DELETE", path, b"")
        .await
}

/// One part of an upload: its name, its file name, its content.
pub(crate) type Part<'a> = (&'a str, Option<&'a str>, &'a [u8]);

/// An upload on a connection of its own.
pub(crate) async fn upload(mock: &Mock, path: &str, parts: &[Part<'_>]) -> Answer {
    let mut body = Vec::new();
    for (name, file_name, content) in parts {
        let file_name = file_name.map_or(String::new(), |name| format!("; filename=\"{name}\""));
        let head =
            format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    let head = head("POST", path, body.len())
        .replace("application/json", "multipart/form-data; boundary=XX");
    let mut client = Client::connect(mock).await;
    client.write(head).await;
    client.write(body).await;
    client.answer().await
}

pub(crate) async fn chat(mock: &Mock, body: &Value) -> Answer {
    post(mock, CHAT, body).await
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
