//! A server on this machine that costs little: one thread per connection, all answers made before the first write.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::recording::{self, Kind};

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
        let written = match Kind::of_path(&target) {
            Some((kind, cut, n)) => {
                let frames = recording::frames(kind, cut, n);
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
                socket
                    .write_all(head.as_bytes())
                    .and_then(|()| write_frames(&mut socket, &frames))
            }
            None => {
                let body = recording::completion();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nx-request-id: req_1\r\nx-ratelimit-limit-requests: 14400\r\nx-ratelimit-limit-tokens: 18000\r\nx-ratelimit-remaining-requests: 14370\r\nx-ratelimit-remaining-tokens: 17997\r\nx-ratelimit-reset-requests: 2m59.56s\r\nx-ratelimit-reset-tokens: 7.66s\r\n\r\n{body}",
                    body.len()
                );
                socket.write_all(answer.as_bytes())
            }
        };
        if written.is_err() {
            return;
        }
    }
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
    let mut body = vec![0; length];
    reading.read_exact(&mut body).ok()?;
    Some(target)
}
