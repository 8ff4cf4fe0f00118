//! `groq-bench-peers table` measures everything; the other commands are what it calls.

use std::alloc::System;
use std::env;
use std::time::Instant;

use peers::{CLIENTS, Work, bodies, server, table};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::{Builder, Runtime};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["serve"] => server::serve(),
        ["run", client, work, n, server] => run(client, work, n, server),
        ["body", work, client, server, file] => bodies::run(work, client, server, file),
        ["bodies"] => bodies::print(),
        ["latency-of", client, server] => latency_of(client, server),
        ["latency"] => table::latency(&CLIENTS),
        ["table"] => table::print(&Work::ALL, &CLIENTS),
        ["table", work] => table::print(&[Work::named(work).expect("a known work")], &CLIENTS),
        _ => eprintln!("groq-bench-peers table [work] | bodies | latency"),
    }
}

/// Reads one timed stream; prints the median and the 99th percentile of its latencies.
fn latency_of(client: &str, server: &str) {
    let Some(latencies) = runtime().block_on(peers::latencies(client, server)) else {
        std::process::exit(2);
    };
    println!(
        "{} {}",
        latencies.clone().percentile(50),
        latencies.percentile(99)
    );
}

fn runtime() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Runs one scenario; prints its allocations and its time.
fn run(client: &str, work: &str, n: &str, server: &str) {
    let work = Work::named(work).expect("a known work");
    let n = n.parse().expect("a number");
    let runtime = runtime();
    let before = ALLOCATOR.stats();
    let begun = Instant::now();
    let Some(length) = runtime.block_on(peers::run(client, work, n, server)) else {
        std::process::exit(2);
    };
    let took = begun.elapsed();
    let after = ALLOCATOR.stats();
    let allocations =
        after.allocations + after.reallocations - before.allocations - before.reallocations;
    println!("{allocations} {} {length}", took.as_nanos());
}
