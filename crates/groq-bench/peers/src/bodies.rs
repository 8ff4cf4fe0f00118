//! Large bodies: the memory that they take beyond an idle process, and their time on a processor.
//!
//! Each is measured in a process of its own, by what Linux says of it; in turns with the floor, who begins changes from turn to turn, and
//! the median of the times counts: nearly all of it is the kernel's copying, which varies by half from process to process.

use std::env;
use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use groq_core::{Client, Upload};
use http_body::{Frame, SizeHint};
use http_body_util::{BodyExt, Empty};
use hyper::Request;
use hyper::body::Incoming;
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

/// What one process took.
#[derive(Clone, Copy, Debug)]
struct Taken {
    kib: u64,
    nanoseconds: u64,
}

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
        let mut taken: [Vec<Taken>; 2] = Default::default();
        for turn in 0..TURNS {
            for client in [turn % 2, 1 - turn % 2] {
                taken[client].push(child(work, CLIENTS[client], &server.url, &file));
            }
        }
        let mut first = None;
        for (client, taken) in CLIENTS.iter().zip(taken) {
            let kib = taken.iter().map(|taken| taken.kib).max().expect("a turn");
            let time = Duration::from_nanos(median(&taken)).as_secs_f64() * 1000.0;
            let instructions = instructions(work, client, &server.url, &file);
            let first = first.get_or_insert((time, instructions));
            let (by_time, by_instructions) = (time / first.0, instructions / first.1);
            println!(
                "| {work} | {client} | {kib} KiB | {time:.0} ms | {by_time:.2} | {:.1} M | {by_instructions:.2} |",
                instructions / 1e6
            );
        }
    }
}

fn median(taken: &[Taken]) -> u64 {
    let mut times: Vec<u64> = taken.iter().map(|taken| taken.nanoseconds).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// What a process does in user space beyond one that is idle.
fn instructions(work: &str, client: &str, server: &str, file: &Path) -> f64 {
    let of = |work: &str| {
        let file = file.to_str().expect("a temporary name").to_owned();
        let arguments = ["body", work, client, server].map(str::to_owned);
        table::instructions(&[&arguments[..], &[file]].concat()).expect("callgrind")
    };
    of(work) - of("idle")
}

fn child(work: &str, client: &str, server: &str, file: &Path) -> Taken {
    let program = env::current_exe().expect("this program");
    let mut command = Command::new(program);
    command.args(["body", work, client, server]).arg(file);
    let output = command.output().expect("a process");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("numbers");
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse().ok());
    Taken {
        kib: numbers.next().expect("a number"),
        nanoseconds: numbers.next().expect("a number"),
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

async fn upload(server: &str, file: &str) {
    let mut sender = floor::connect(server).await;
    let host = server.trim_start_matches("http://");
    let body = FileBody {
        file: File::open(file).await.expect("a file"),
        buffer: BytesMut::new(),
        left: SIZE as u64,
    };
    let request = Request::post("/openai/v1/files").header("host", host);
    let request = request.body(body).expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    assert!(answer.status().is_success());
    answer.into_body().collect().await.expect("a body");
}

/// A file, in pieces of 64 KiB.
struct FileBody {
    file: File,
    buffer: BytesMut,
    left: u64,
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        let body = self.get_mut();
        body.buffer.reserve(PIECE);
        let read = std::pin::pin!(body.file.read_buf(&mut body.buffer));
        let read = ready!(read.poll(context))?;
        body.left -= read as u64;
        Poll::Ready((read > 0).then(|| Ok(Frame::data(body.buffer.split().freeze()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

/// A line of what Linux says of this process, in KiB.
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
