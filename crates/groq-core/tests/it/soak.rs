//! Many calls at once against a server that fails a third of them in a dozen ways.
//!
//! `GROQ_SOAK=10000` makes it as long as one likes; without it, it is short.

use std::sync::Arc;
use std::time::{Duration, Instant};

use groq_core::limits::LocalRateLimiter;
use groq_core::{Error, ErrorKind, TimeoutKind};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::{COMPLETION, Reply, Server, Waits, request, stop, text};

/// The reply to the request of this number; two of three are good.
fn reply(number: usize) -> Reply {
    let good_stream = || Reply::events(&[&text("canary "), &text("reply"), &stop(), "[DONE]"]);
    let failures = [
        Reply::error(429, &[("retry-after", "1")]),
        Reply::error(500, &[]),
        Reply::error(503, &[("retry-after-ms", "3")]),
        Reply::error(498, &[]),
        Reply::error(400, &[]),
        Reply::whole(502, &[("content-type", "text/html")], "<html>"),
        Reply::default().reset(),
        Reply::default().close(),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"id\":").close(),
        Reply::raw("SMTP ready\r\n").close(),
        Reply::whole(200, &[], "not JSON"),
        Reply::events(&[&text("cut")]),
        Reply::whole(200, &[("content-encoding", "br")], COMPLETION),
        Reply::whole(302, &[("location", "http://evil.example/")], ""),
    ];
    match number % 3 {
        0 => failures[(number / 3) % failures.len()].clone(),
        // Streams and whole replies are asked for alternately, but who comes when is chance.
        1 => good_stream(),
        _ => Reply::json(200, COMPLETION),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_ends_in_a_right_value_or_a_typed_error() {
    const AT_ONCE: usize = 64;
    let calls: usize = std::env::var("GROQ_SOAK")
        .ok()
        .and_then(|calls| calls.parse().ok())
        .unwrap_or(600);
    let server = Server::start((0..calls * 4).map(reply)).await;
    let waits = Waits::default();
    let begun = Instant::now();
    let client = server
        .builder()
        .runtime(waits.clone())
        .max_concurrency(AT_ONCE)
        .rate_limiter(LocalRateLimiter::new())
        .first_byte_timeout(Duration::from_secs(20))
        .build()
        .expect("a client");
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for number in 0..calls {
        let (client, slots) = (client.clone(), Arc::clone(&slots));
        tasks.spawn(async move {
            let _slot = slots.acquire().await.expect("open");
            if number % 2 == 0 {
                let reply = client.chat().create(request()).await?;
                let attempts = reply.attempts().len();
                assert_eq!(reply.text(), Some("canary reply"));
                return Ok::<usize, Error>(attempts);
            }
            let stream = client.chat().stream(request()).await?;
            let attempts = stream.attempts().len();
            assert_eq!(stream.finish().await?.text(), Some("canary reply"));
            Ok(attempts)
        });
    }
    let (mut good, mut bad, mut attempts) = (0, 0, 0);
    while let Some(result) = tasks.join_next().await {
        match result.expect("no panic") {
            Ok(made) => {
                good += 1;
                attempts += made;
            }
            Err(error) => {
                bad += 1;
                attempts += error.attempts().len();
                assert!(
                    !matches!(error.kind(), ErrorKind::Config | ErrorKind::Request),
                    "{error:?}"
                );
                // A permit that is not given back is missed by somebody else.
                assert_ne!(error.timeout_kind(), Some(TimeoutKind::Queue), "{error:?}");
                assert!(
                    !format!("{error} {error:?}").contains("canary"),
                    "{error:?}"
                );
            }
        }
    }
    assert_eq!(good + bad, calls);
    assert!(good > 0 && bad > 0, "{good} {bad}");
    // One that was sent on a connection that had just died may have reached nobody.
    assert!(
        server.count() <= attempts && server.count() * 10 >= attempts * 9,
        "{} of {attempts}",
        server.count()
    );
    // The budget: thirty to begin with, a fifth for each call that is answered, and one for each five seconds.
    let clock = (begun.elapsed() + waits.sum()).as_secs();
    let clock = usize::try_from(clock).expect("a soak has an end");
    let budget = 30 + calls / 5 + clock / 5 + 1;
    assert!(
        attempts <= calls + budget,
        "{attempts} for {calls}: {budget}"
    );
    drop(client);
    assert!(server.all_closed().await, "no socket is left open");
    let tasks = tokio::runtime::Handle::current().metrics();
    for _ in 0..3000 {
        if tasks.num_alive_tasks() <= 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{} tasks besides the server's", tasks.num_alive_tasks() - 1);
}
