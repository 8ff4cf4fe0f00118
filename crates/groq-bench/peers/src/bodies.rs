//! Large bodies: the memory that they take beyond an idle process, and their time on a processor.
//!
//! Each is measured in a process of its own, by the figures of Linux; in turns with the floor, who begins changes from turn to turn, and
//! the median of the times counts: nearly all of it is the kernel's copying, which varies by half from process to process.

use std::fs;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use groq_core::{Client, Upload};
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::Request;
use hyper::body::{Frame, Incoming};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::recording::{Cut, Kind};
use crate::{floor, ours, table};

/// The size of what goes up and comes down.
pub const SIZE: usize = 100 << 20;

/// Events that make some 50 MB.
const EVENTS: usize = 190_000;

const PIECE: usize = 64 << 10;

const WORKS: [&str; 4] = ["upload", "download", "download-to-file", "slow-reader"];
const CLIENTS: [&str; 2] = ["floor", "groq-core"];
const TURNS: usize = 41;

/// Measures all, and prints the table.
///
/// # Panics
///
/// If a measurement fails.
pub fn print() {
    let server = table::start_server();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("upload.jsonl");
    fs::write(&file, vec![b'x'; SIZE]).expect("a file");
    println!(
        "| work | client | peak over idle | CPU | of the first | instructions | of the first |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|");
    for work in WORKS {
        let file = file.to_str().expect("a temporary name");
        // For each client and turn, the KiB and the nanoseconds.
        let mut taken: [Vec<[f64; 2]>; 2] = Default::default();
        for turn in 0..TURNS {
            for client in [turn % 2, 1 - turn % 2] {
                let arguments = ["body", work, CLIENTS[client], &server.url, file];
                taken[client].push(table::numbers(&arguments).expect("a measurement"));
            }
        }
        let mut first = None;
        for (client, taken) in CLIENTS.iter().zip(taken) {
            let kib = taken.iter().map(|[kib, _]| *kib).fold(0.0, f64::max);
            let time = table::median(taken.iter().map(|[_, time]| *time)) / 1e6;
            // What a process does in user space beyond one that is idle.
            let of = |work| table::instructions(&["body", work, client, &server.url, file]);
            let instructions = of(work).expect("callgrind") - of("idle").expect("callgrind");
            let first = first.get_or_insert((time, instructions));
            let (by_time, by_instructions) = (time / first.0, instructions / first.1);
            println!(
                "| {work} | {client} | {kib} KiB | {time:.0} ms | {by_time:.2} | {:.1} M | {by_instructions:.2} |",
                instructions / 1e6
            );
        }
    }
}

/// Does one work in this process, and prints what it took.
///
/// # Panics
///
/// When anything fails.
pub fn run(work: &str, client: &str, server: &str, file: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let groq = ours::client(server);
        let slow = ours::client(&format!(
            "{server}{}",
            Kind::Text.path(Cut::Coalesced, EVENTS)
        ));
        // From here on, the peak is that of the work.
        fs::write("/proc/self/clear_refs", "5").expect("a new peak");
        let (idle, begun) = (status("VmRSS:"), on_processor());
        match (work, client) {
            ("upload", "floor") => upload(server, file).await,
            ("upload", _) => drop(
                groq.files()
                    .upload(Upload::path(file), "batch")
                    .await
                    .expect("a file"),
            ),
            ("download", "floor") => download(server, &mut tokio::io::sink()).await,
            ("download", _) => {
                received(content(&groq).await.write_to(&mut tokio::io::sink()).await)
            }
            ("download-to-file", "floor") => {
                let mut file = File::create(format!("{file}.floor")).await.expect("a file");
                download(server, &mut file).await;
                // As for groq-core, it is on the disk before it counts as saved.
                file.sync_all().await.expect("written");
            }
            ("download-to-file", _) => {
                received(content(&groq).await.save(format!("{file}.down")).await)
            }
            ("idle", _) => {}
            ("slow-reader", "floor") => slow_floor(server).await,
            _ => slow_reader(&slow).await,
        }
        let peak = status("VmHWM:").saturating_sub(idle);
        println!("{peak} {}", on_processor() - begun);
    });
}

async fn content(client: &Client) -> groq_core::Download {
    client.files().content("file_1").await.expect("content")
}

fn received(bytes: Result<u64, groq_core::Error>) {
    assert_eq!(bytes.expect("all of it"), SIZE as u64);
}

/// The server has written all that fits before this has read anything, and has more at any time.
async fn slow_reader(client: &Client) {
    let mut stream = client
        .chat()
        .stream(ours::question())
        .await
        .expect("a stream");
    let mut events = 0;
    while let Some(chunk) = stream.next().await {
        chunk.expect("a chunk");
        events += 1;
        if events % 1000 == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert!(events >= EVENTS);
}

async fn slow_floor(server: &str) {
    let path = Kind::Text.path(Cut::Coalesced, EVENTS);
    let mut body = get(server, &format!("{path}/chat/completions")).await;
    let (mut bytes, mut slept) = (0, 0);
    while let Some(frame) = body.frame().await {
        bytes += frame.expect("a frame").data_ref().map_or(0, Bytes::len);
        if bytes / (270 * 1000) > slept {
            slept += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    assert!(bytes > 45 << 20, "{bytes}");
}

async fn download(server: &str, writer: &mut (impl tokio::io::AsyncWrite + Unpin)) {
    let mut body = get(server, "/openai/v1/files/file_1/content").await;
    let mut bytes = 0;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.expect("a frame").into_data() {
            bytes += data.len();
            writer.write_all(&data).await.expect("written");
        }
    }
    writer.flush().await.expect("written");
    assert_eq!(bytes, SIZE);
}

async fn get(server: &str, path: &str) -> Incoming {
    let mut sender = floor::connect(server).await;
    let host = server.trim_start_matches("http://");
    let request = Request::get(path).header("host", host);
    let request = request.body(Empty::<Bytes>::new()).expect("a request");
    sender
        .send_request(request)
        .await
        .expect("an answer")
        .into_body()
}

/// Sends a file, in pieces of 64 KiB.
async fn upload(server: &str, file: &str) {
    let mut sender = floor::connect(server).await;
    let file = (File::open(file).await.expect("a file"), BytesMut::new());
    let pieces = stream::try_unfold(file, async |(mut file, mut buffer)| {
        buffer.reserve(PIECE);
        let read = file.read_buf(&mut buffer).await?;
        let piece = Frame::data(buffer.split().freeze());
        std::io::Result::Ok((read > 0).then_some((piece, (file, buffer))))
    });
    let request = Request::post("/openai/v1/files")
        .header("host", server.trim_start_matches("http://"))
        .header("content-length", SIZE)
        .body(StreamBody::new(Box::pin(pieces)))
        .expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    assert!(answer.status().is_success());
    answer.into_body().collect().await.expect("a body");
}

/// A figure of Linux about this process, in KiB.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("a number of KiB")
}

/// The time that the threads of this process have been on a processor, in nanoseconds.
fn on_processor() -> u64 {
    let threads = fs::read_dir("/proc/self/task").expect("Linux").flatten();
    threads
        .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}
