//! What a small chat reply costs the mock, checking on: the CPU time of the one thread that it runs on, while 32
//! connections that stay open ask as fast as they are answered.
//!
//! The time is the kernel's own count for that thread (Linux only), system calls included; what the clients use is not
//! in it. Fails above the limit.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Instant;
use std::{fs, thread};

use groq_mock::Mock;

const CONNECTIONS: u32 = 32;
const REQUESTS: u32 = 2_000;
/// Of each connection, before it is measured.
const WARM_UP: u32 = 100;
const ROUNDS: usize = 5;
/// Microseconds a reply.
const LIMIT: f64 = 50.0;
const BODY: &str = r#"{"model":"openai/gpt-oss-20b","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Say hello in one sentence."}],"temperature":0.2,"max_completion_tokens":64,"reasoning_effort":"low"}"#;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Fallible<()> {
    let (started, mock) = mpsc::channel();
    thread::spawn(move || serve(&started));
    let (address, cpu) = mock.recv()??;
    load(address, WARM_UP)?;
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let (before, began) = (nanoseconds(&cpu)?, Instant::now());
        load(address, REQUESTS)?;
        let (spent, wall) = (nanoseconds(&cpu)? - before, began.elapsed());
        let replies = f64::from(CONNECTIONS * REQUESTS);
        let micros = spent / 1_000.0 / replies;
        println!(
            "{micros:6.1} us of CPU a reply, {:8.0} replies a second",
            replies / wall.as_secs_f64()
        );
        best = best.min(micros);
    }
    println!("{best:6.1} us at best, {LIMIT} us allowed");
    if best > LIMIT {
        return Err("the mock takes too long".into());
    }
    Ok(())
}

/// Runs a mock on this thread for good; returns its address, and where the kernel counts this thread's time.
fn serve(started: &mpsc::Sender<Fallible<(SocketAddr, PathBuf)>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let cpu = PathBuf::from("/proc")
        .join(fs::read_link("/proc/thread-self").unwrap_or_default())
        .join("schedstat");
    match runtime {
        Err(error) => drop(started.send(Err(error.into()))),
        Ok(runtime) => runtime.block_on(async {
            // As it is by default, but for the log, which would keep all requests.
            match Mock::builder().max_log(1_000, 1 << 20).start().await {
                Err(error) => drop(started.send(Err(error.into()))),
                Ok(mock) => {
                    drop(started.send(Ok((mock.address(), cpu))));
                    std::future::pending::<()>().await;
                }
            }
        }),
    }
}

fn nanoseconds(cpu: &PathBuf) -> Fallible<f64> {
    let text = fs::read_to_string(cpu)?;
    let spent = text.split(' ').next().ok_or("the kernel counts no time")?;
    Ok(spent.parse()?)
}

/// As many requests on each connection, one after the other.
fn load(address: SocketAddr, requests: u32) -> Fallible<()> {
    let ask = move || -> Fallible<()> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let request = format!(
            "POST /openai/v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer gsk_bench\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        let mut answer = vec![0; 16 * 1024];
        for _ in 0..requests {
            stream.write_all(request.as_bytes())?;
            read(&mut stream, &mut answer)?;
        }
        Ok(())
    };
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| thread::spawn(ask)).collect();
    for client in clients {
        client.join().map_err(|_| "a client panicked")??;
    }
    Ok(())
}

/// Reads one answer, which must be a success.
fn read(stream: &mut TcpStream, answer: &mut [u8]) -> Fallible<()> {
    let mut length = 0;
    loop {
        let got = stream.read(&mut answer[length..])?;
        if got == 0 {
            return Err("the connection was closed".into());
        }
        length += got;
        let Some(end) = answer[..length]
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        else {
            continue;
        };
        let head = std::str::from_utf8(&answer[..end])?;
        if !head.starts_with("HTTP/1.1 200") {
            return Err(head.to_owned().into());
        }
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let body: usize = line.ok_or("there is no length")?.parse()?;
        if length >= end + 4 + body {
            return Ok(());
        }
    }
}
