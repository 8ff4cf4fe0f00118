//! A batch in a process of its own, which is killed at every step and started again.
//!
//! The test runs itself as that process: with a folder in its environment it is the process, without one it is the test. Between the
//! process and the mock stands a proxy that stops what is on its way, so that the kill comes at that point and no other.
//!
//! `GROQ_BATCH_ITEMS=120000 cargo test -p groq-core --release batch_crashes -- --nocapture` is the same with as many items, and
//! says how much memory the process took.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::Client;
use groq_core::batch::{CompletionWindow, ItemError, Job};
use groq_core::types::{ChatCompletionRequest, Message};
use groq_mock::Mock;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc;
use tokio::time::timeout;

const NAME: &str = "batch_crashes::a_batch_survives_being_killed_at_every_step";
const FOLDER: &str = "GROQ_TEST_BATCH_FOLDER";
const URL: &str = "GROQ_TEST_BATCH_URL";
/// Where the process stops by itself, to be killed.
const STOP: &str = "GROQ_TEST_BATCH_STOP";
/// Nothing takes so long, on no machine.
const LONG: Duration = Duration::from_secs(1800);
/// As many files as 120,000 items need.
const PARTS: u32 = 3;

/// Where the process is killed.
enum Point {
    /// It says itself that it is there: items written, or results read.
    Inside(&'static str),
    /// After so many bytes of the request, or the answer, in this place among those with such a line.
    OnItsWay(&'static str, Side, usize, usize),
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    Request,
    Answer,
}

use Point::{Inside, OnItsWay};
use Side::{Answer, Request};

const UPLOAD: &str = "POST /openai/v1/files";
const CREATE: &str = "POST /openai/v1/batches";
const POLL: &str = "GET /openai/v1/batches/";
const DOWNLOAD: &str = "GET /openai/v1/files/";

const POINTS: [Point; 16] = [
    Inside("written 1"),
    Inside("written 2"),
    Inside("finished"),
    OnItsWay(UPLOAD, Request, 0, 0),
    OnItsWay(UPLOAD, Request, 50_000, 0),
    OnItsWay(UPLOAD, Answer, 0, 0),
    OnItsWay(CREATE, Request, 0, 0),
    OnItsWay(CREATE, Answer, 0, 0),
    OnItsWay(UPLOAD, Answer, 0, 0),
    OnItsWay(CREATE, Answer, 0, 1),
    OnItsWay(POLL, Answer, 0, 0),
    OnItsWay(POLL, Answer, 0, 2),
    OnItsWay(DOWNLOAD, Answer, 0, 0),
    OnItsWay(DOWNLOAD, Answer, 50_000, 0),
    OnItsWay(DOWNLOAD, Answer, 50_000, 2),
    Inside("joined"),
];

fn items() -> u32 {
    let items = std::env::var("GROQ_BATCH_ITEMS").map(|items| items.parse());
    items.map_or(2_100, |items| items.expect("GROQ_BATCH_ITEMS is a number"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_survives_being_killed_at_every_step() {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return process(Path::new(&folder)).await;
    }
    let mock = Mock::builder().max_log(0, 0).start().await.expect("a mock");
    let folder = tempfile::tempdir().expect("a folder");
    for point in &POINTS {
        kill_at(point, &mock, folder.path()).await;
    }
    let proxy = Proxy::start(&mock, None).await;
    let mut last = start(folder.path(), &proxy.url, None);
    let end = timeout(LONG, last.wait()).await.expect("it has an end");
    assert!(end.expect("an end").success());
    check_service(&mock).await;
    check_answers(folder.path());
    let memory = |file| std::fs::read_to_string(folder.path().join(file)).expect("a figure");
    eprintln!(
        "{} items: at most {} kB in the process that wrote them, {} kB in the one that joined them",
        items(),
        memory("memory of the writer"),
        memory("memory"),
    );
}

async fn kill_at(point: &Point, mock: &Mock, folder: &Path) {
    let (proxy, inside) = match *point {
        Inside(place) => (Proxy::start(mock, None).await, Some(place)),
        OnItsWay(line, side, bytes, nth) => {
            let trap = Trap {
                line,
                side,
                bytes,
                nth,
            };
            (Proxy::start(mock, Some(trap)).await, None)
        }
    };
    let mut child = start(folder, &proxy.url, inside);
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let mut caught = proxy.caught;
    let stopped = async {
        tokio::select! {
            () = reached(output) => assert!(inside.is_some()),
            caught = caught.recv() => assert!(caught.is_some()),
            status = child.wait() => unreachable!("it ended before it was killed: {status:?}"),
        }
    };
    timeout(LONG, stopped)
        .await
        .expect("it comes to that point");
    child.kill().await.expect("killed");
}

fn start(folder: &Path, url: &str, stop: Option<&str>) -> tokio::process::Child {
    let test = std::env::current_exe().expect("the path of this test");
    let mut command = Command::new(test);
    command
        .args(["--exact", NAME, "--nocapture"])
        .env(FOLDER, folder)
        .env(URL, url)
        .env(STOP, stop.unwrap_or_default())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    command.spawn().expect("it starts")
}

/// Waits until the process says that it has stopped.
async fn reached(output: impl tokio::io::AsyncBufRead + Unpin) {
    let mut lines = output.lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("stopped") {
            return;
        }
    }
    std::future::pending::<()>().await;
}

/// The process: what a program with a batch does.
async fn process(folder: &Path) {
    let url = std::env::var(URL).expect("a URL");
    let client = Client::builder()
        .api_key("any")
        .base_url(url)
        .build()
        .expect("a client");
    let mut job = if folder.join("batch.json").exists() {
        client.batches().resume(folder).expect("a job")
    } else {
        write(&client, folder)
    };
    job = job.poll_interval(Duration::ZERO, Duration::ZERO);
    let results = job.run().await.expect("results");
    let mut joined = BufWriter::new(File::create(folder.join("joined")).expect("a file"));
    for (index, item) in results.enumerate() {
        let item = item.expect("an item");
        let answer = match item.outcome {
            Ok(reply) => reply.text().expect("a text").to_owned(),
            Err(ItemError::Refused { status, .. }) => status.to_string(),
            Err(other) => unreachable!("{other}"),
        };
        writeln!(joined, "{} {answer}", item.id).expect("written");
        stop_at("joined", index == items() as usize / 2);
    }
    joined.flush().expect("written");
    std::fs::write(folder.join("memory"), memory()).expect("a file");
}

fn write(client: &Client, folder: &Path) -> Job<ChatCompletionRequest> {
    let writer = client.batches().write(folder).expect("a writer");
    let mut writer = writer.max_items(u64::from(items().div_ceil(PARTS)));
    for number in 0..items() {
        let request = ChatCompletionRequest::new(
            "openai/gpt-oss-20b",
            [Message::user(format!(
                "Reply with exactly: answer {number}"
            ))],
        );
        // Every seventh is refused.
        let request = if number % 7 == 0 {
            request.with_n(2u32)
        } else {
            request
        };
        writer.push(number.to_string(), &request).expect("an item");
        stop_at("written 1", number == items() / 5);
        stop_at("written 2", number == items() / 2);
    }
    let job = writer.finish(CompletionWindow::DAY).expect("a job");
    std::fs::write(folder.join("memory of the writer"), memory()).expect("a file");
    stop_at("finished", true);
    job
}

fn stop_at(place: &str, is_there: bool) {
    if is_there && std::env::var(STOP).is_ok_and(|stop| stop == place) {
        println!("\nstopped");
        loop {
            std::thread::park();
        }
    }
}

/// What the process took at most; nothing where the system does not say it so.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.unwrap_or_default()
        .trim()
        .trim_end_matches(" kB")
        .to_owned()
}

/// The service has run each item once.
async fn check_service(mock: &Mock) {
    let client = Client::builder()
        .api_key("any")
        .base_url(mock.base_url())
        .build();
    let batches = client
        .expect("a client")
        .batches()
        .list()
        .await
        .expect("a list");
    let totals = batches.data.iter().map(|batch| {
        assert_eq!(batch.status.as_str(), "completed");
        batch.request_counts.as_ref().expect("counts").total
    });
    assert_eq!(totals.sum::<u64>(), u64::from(items()));
    assert_eq!(batches.data.len(), PARTS as usize);
}

/// Each item has its own answer, once.
fn check_answers(folder: &Path) {
    let joined = std::fs::read_to_string(folder.join("joined")).expect("the answers");
    let mut seen = vec![false; items() as usize];
    for line in joined.lines() {
        let (number, answer) = line.split_once(' ').expect("an answer");
        let number: u32 = number.parse().expect("a number");
        let expected = if number.is_multiple_of(7) {
            "400".to_owned()
        } else {
            format!("answer {number}")
        };
        assert_eq!(answer, expected);
        assert!(
            !std::mem::replace(&mut seen[number as usize], true),
            "{number} twice"
        );
    }
    assert!(seen.iter().all(|seen| *seen));
}

/// Stands between the process and the mock.
struct Proxy {
    url: String,
    caught: mpsc::Receiver<()>,
}

/// What is stopped on its way.
#[derive(Clone, Copy)]
struct Trap {
    line: &'static str,
    side: Side,
    bytes: usize,
    nth: usize,
}

/// The request that is under way on a connection, and what has passed of it.
#[derive(Default)]
struct Passing {
    nth: Option<usize>,
    request: usize,
    answer: usize,
}

impl Proxy {
    async fn start(mock: &Mock, trap: Option<Trap>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (catch, caught) = mpsc::channel(1);
        let (target, seen) = (mock.address(), Arc::new(Mutex::new(0)));
        tokio::spawn(async move {
            while let Ok((process, _)) = listener.accept().await {
                let service = TcpStream::connect(target).await.expect("the mock");
                let passing = Arc::new(Mutex::new(Passing::default()));
                let (from_process, to_process) = process.into_split();
                let (from_service, to_service) = service.into_split();
                let gate = Gate {
                    trap,
                    passing,
                    seen: Arc::clone(&seen),
                    catch: catch.clone(),
                };
                tokio::spawn(gate.clone().pass(Request, from_process, to_service));
                tokio::spawn(gate.pass(Answer, from_service, to_process));
            }
        });
        Self { url, caught }
    }
}

#[derive(Clone)]
struct Gate {
    trap: Option<Trap>,
    passing: Arc<Mutex<Passing>>,
    /// Requests with the line of the trap, on all connections.
    seen: Arc<Mutex<usize>>,
    catch: mpsc::Sender<()>,
}

impl Gate {
    async fn pass(
        self,
        side: Side,
        mut from: impl AsyncRead + Unpin,
        mut to: impl tokio::io::AsyncWrite + Unpin,
    ) {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut bytes).await {
            if self.is_caught(side, &bytes[..length]) {
                // It stays where it is until the process is killed.
                let _ = self.catch.send(()).await;
                return std::future::pending().await;
            }
            if to.write_all(&bytes[..length]).await.is_err() {
                return;
            }
        }
    }

    fn is_caught(&self, side: Side, bytes: &[u8]) -> bool {
        let Some(trap) = &self.trap else { return false };
        let mut passing = self.passing.lock().expect("it");
        let is_head = [&b"GET "[..], b"POST "]
            .iter()
            .any(|verb| bytes.starts_with(verb));
        if side == Request && is_head {
            let mut seen = self.seen.lock().expect("a count");
            let nth = bytes.starts_with(trap.line.as_bytes()).then(|| {
                *seen += 1;
                *seen - 1
            });
            *passing = Passing {
                nth,
                ..Passing::default()
            };
        }
        let passed = if side == Request {
            &mut passing.request
        } else {
            &mut passing.answer
        };
        *passed += bytes.len();
        let enough = *passed > trap.bytes;
        trap.side == side && passing.nth == Some(trap.nth) && enough
    }
}
