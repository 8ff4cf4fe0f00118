//! A server on this machine that costs little: one thread per connection, all answers made before the first write.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::recording::{self, Kind};
use crate::{bodies, latency};

/// Serves for ever, after it has printed its URL.
///
/// # Panics
///
/// If there is no free port.
pub fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    println!("http://{address}");
    for socket in listener.incoming().flatten() {
        thread::spawn(move || connection(socket));
    }
}

fn connection(mut socket: TcpStream) {
    let _ = socket.set_nodelay(true);
    let Ok(reading) = socket.try_clone() else {
        return;
    };
    let mut reading = BufReader::new(reading);
    while let Some(target) = read_request(&mut reading) {
        if answer(&mut socket, &target).is_err() {
            return;
        }
    }
}

const STREAM: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

fn answer(socket: &mut TcpStream, target: &str) -> std::io::Result<()> {
    if let Some((kind, cut, n)) = Kind::of_path(target) {
        let frames = recording::frames(kind, cut, n);
        socket.write_all(STREAM)?;
        return write_frames(socket, &frames);
    }
    if let Some(n) = target.strip_prefix("/timed/") {
        let n = n.split('/').next().and_then(|n| n.parse().ok());
        return timed(socket, n.unwrap_or_default());
    }
    if target.ends_with("/content") {
        return content(socket);
    }
    if target.ends_with("/files") {
        let file = r#"{"id":"file_1","object":"file","bytes":1,"created_at":1,"filename":"f","purpose":"batch"}"#;
        return socket.write_all(json(file).as_bytes());
    }
    let body = recording::completion(!target.starts_with("/untiered"));
    socket.write_all(json(&body).as_bytes())
}

fn json(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nx-request-id: req_1\r\nx-ratelimit-limit-requests: 14400\r\nx-ratelimit-limit-tokens: 18000\r\nx-ratelimit-remaining-requests: 14370\r\nx-ratelimit-remaining-tokens: 17997\r\nx-ratelimit-reset-requests: 2m59.56s\r\nx-ratelimit-reset-tokens: 7.66s\r\n\r\n{body}",
        body.len()
    )
}

/// An event each half of a millisecond, with the time at which it is written.
fn timed(socket: &mut TcpStream, n: usize) -> std::io::Result<()> {
    socket.write_all(STREAM)?;
    for _ in 0..n {
        thread::sleep(Duration::from_micros(500));
        let event = recording::timed(latency::now());
        let frame = format!("{:x}\r\n{event}\r\n", event.len());
        socket.write_all(frame.as_bytes())?;
    }
    write_frames(socket, &[recording::end().into()])
}

/// What is downloaded.
fn content(socket: &mut TcpStream) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {}\r\n\r\n",
        bodies::SIZE
    );
    socket.write_all(head.as_bytes())?;
    let piece = vec![b'x'; 64 << 10];
    for _ in 0..bodies::SIZE / piece.len() {
        socket.write_all(&piece)?;
    }
    Ok(())
}

fn write_frames(socket: &mut TcpStream, frames: &[bytes::Bytes]) -> std::io::Result<()> {
    for frame in frames {
        let mut chunk = format!("{:x}\r\n", frame.len()).into_bytes();
        chunk.extend_from_slice(frame);
        chunk.extend_from_slice(b"\r\n");
        socket.write_all(&chunk)?;
    }
    socket.write_all(b"0\r\n\r\n")
}

fn read_request(reading: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    reading.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let target = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reading.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let body = std::io::copy(&mut reading.take(length), &mut std::io::sink()).ok()?;
    (body == length).then_some(target)
}
