//! The client without async, wherever it is called from.

use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use groq_core::blocking::Client;
use groq_core::types::{FilePurpose, Message};
use groq_core::{Conversation, RequestOptions, TimeoutKind, Upload};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use crate::support::{COMPLETION, Reply, Request, Server, models, request, stop, text};

/// A server with a thread of its own, for callers that hold up theirs.
fn elsewhere(reply: Reply) -> Server {
    handling_elsewhere(move |_| reply.clone())
}

fn handling_elsewhere(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
    let (started, server) = mpsc::channel();
    thread::spawn(move || {
        runtime().block_on(async move {
            let server = Server::handling(handler).await;
            started.send(server).expect("somebody waits for it");
            std::future::pending::<()>().await;
        });
    });
    server.recv().expect("a server")
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime")
}

fn client(server: &Server) -> Client {
    server.builder().build_blocking().expect("a client")
}

/// Makes a client, a call and a stream, and drops all of it here.
fn all_of_it(server: &Server) {
    let client = client(server);
    let stream = client.chat().stream(request()).expect("a stream");
    let mut reader = client.files().content("f").expect("content").into_reader();
    let mut beginning = [0; 5];
    reader.read_exact(&mut beginning).expect("it has more");
    assert_eq!(&beginning, b"data:");
    drop(client);
    let reply = stream.finish().expect("what is open outlives the client");
    assert_eq!(reply.text(), Some("hello"));
}

fn stream() -> Reply {
    Reply::events(&[&text("hello"), &stop(), "[DONE]"])
}

#[test]
fn it_works_without_any_runtime() {
    all_of_it(&elsewhere(stream()));
}

#[tokio::test]
async fn it_works_in_a_task_of_a_runtime_with_one_thread() {
    all_of_it(&elsewhere(stream()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_works_in_tasks_of_a_runtime_with_many_threads() {
    let server = elsewhere(stream());
    all_of_it(&server);
    let spawned = tokio::spawn(async move {
        all_of_it(&server);
        tokio::task::block_in_place(|| all_of_it(&server));
        server
    });
    let server = spawned.await.expect("no panic");
    let blocking = tokio::task::spawn_blocking(move || all_of_it(&server));
    blocking.await.expect("no panic");
}

#[test]
fn it_works_within_block_on_and_on_local_tasks() {
    let server = elsewhere(stream());
    runtime().block_on(async { all_of_it(&server) });
    let tasks = tokio::task::LocalSet::new();
    tasks.spawn_local(async move { all_of_it(&server) });
    runtime().block_on(tasks);
}

#[test]
fn a_runtime_that_is_dropped_around_it_takes_nothing_with_it() {
    let server = elsewhere(models());
    let outer = runtime();
    let client = outer.block_on(async {
        let client = client(&server);
        client.models().list().expect("a list");
        client
    });
    drop(outer);
    client.models().list().expect("a list");
    assert_eq!(server.connections(), 1, "the connection is kept");
    // And the other way round: the last client goes inside a runtime.
    runtime().block_on(async move { drop(client) });
}

#[tokio::test]
async fn a_long_stream_in_a_task_does_not_use_up_its_budget() {
    const PIECES: usize = 2000;
    let piece = text("x");
    let long = (0..PIECES).fold(Reply::stream(), |reply, _| reply.event(&piece));
    let server = elsewhere(long.event(&stop()).event("[DONE]").close());
    let mut stream = client(&server).chat().stream(request()).expect("a stream");
    let pieces = stream.text().map(|piece| piece.expect("a piece"));
    assert_eq!(pieces.count(), PIECES);
    assert!(stream.next().is_none() && stream.done_marker());
}

#[test]
fn calls_one_after_the_other_use_one_connection() {
    let server = elsewhere(Reply::json(200, COMPLETION));
    let client = client(&server);
    for _ in 0..50 {
        client.chat().create(request()).expect("a reply");
    }
    assert_eq!(server.connections(), 1);
}

#[test]
fn many_threads_share_a_client_and_its_connections() {
    const THREADS: usize = 8;
    const CALLS: usize = 10;
    // The first call of each thread is answered when those of all have come, so each has a connection of its own: a call that
    // finds none free makes one, and may yet get another's, and then there would be more of them.
    let (gate, count) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&count);
    let server = handling_elsewhere(move |_| {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        if number == THREADS {
            gate.add_permits(THREADS);
        }
        let reply = Reply::json(200, COMPLETION);
        match number {
            ..=THREADS => Reply::default().until(&gate).then(reply),
            _ => reply,
        }
    });
    let client = client(&server);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    let reply = client.chat().create(request()).expect("a reply");
                    assert_eq!(reply.text(), Some("canary reply"));
                }
            });
        }
    });
    assert_eq!(count.load(Ordering::SeqCst), THREADS * CALLS);
    assert_eq!(server.connections(), THREADS);
}

#[tokio::test]
async fn dropping_a_stream_ends_its_call_and_dropping_the_client_its_connections() {
    let server = elsewhere(Reply::stream().event(&text("half of")).hang());
    let one = client(&server);
    let mut stream = one.chat().stream(request()).expect("a stream");
    stream.next().expect("a chunk").expect("a chunk");
    assert_eq!(stream.snapshot().text(), Some("half of"));
    drop(stream);
    assert!(server.all_closed().await, "the call is over");
    let server = elsewhere(models());
    let two = client(&server);
    two.models().list().expect("a list");
    drop(two);
    assert!(server.all_closed().await, "the thread is gone");
}

#[test]
fn a_deadline_holds_though_the_thread_is_held_up() {
    let server = elsewhere(Reply::default().hang());
    let client = client(&server);
    let options = RequestOptions::new().timeout(Duration::from_millis(100));
    let error = client.with_options(options).models().list();
    let kind = error.expect_err("nothing comes").timeout_kind();
    assert_eq!(kind, Some(TimeoutKind::Total));
}

#[test]
fn a_reader_that_hangs_holds_up_neither_the_call_nor_the_end() {
    struct Hangs(mpsc::Receiver<()>);
    impl Read for Hangs {
        fn read(&mut self, _buffer: &mut [u8]) -> std::io::Result<usize> {
            let _ = self.0.recv();
            Ok(0)
        }
    }
    let (held, hangs) = mpsc::channel();
    let server = elsewhere(models());
    let builder = server.builder().write_timeout(Duration::from_millis(50));
    let client = builder.build_blocking().expect("a client");
    let file = Upload::blocking_reader(Hangs(hangs)).name("a.jsonl");
    let error = client.files().upload(file, FilePurpose::Batch);
    let kind = error.expect_err("nothing goes").timeout_kind();
    assert_eq!(kind, Some(TimeoutKind::Write));
    drop(client);
    drop(held);
}

#[test]
fn a_conversation_grows() {
    let server = elsewhere(Reply::json(200, COMPLETION));
    let client = client(&server);
    let mut conversation = Conversation::new(request());
    for question in ["one", "two"] {
        let reply = client
            .chat()
            .say(&mut conversation, Message::user(question));
        assert_eq!(reply.expect("a reply").text(), Some("canary reply"));
    }
    assert_eq!(conversation.messages().len(), 5);
    assert!(!format!("{client:?} {conversation:?}").contains("canary"));
}
