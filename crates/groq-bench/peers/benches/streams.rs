//! Streams from memory: the floor, typed chunks, and text alone.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use peers::{Cut, Kind, Work};

const EVENTS: usize = 1000;

fn streams(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for (kind, cut) in [
        (Kind::Text, Cut::Events),
        (Kind::Text, Cut::Coalesced),
        (Kind::Tools, Cut::Events),
    ] {
        let work = Work::Decode(kind, cut);
        let mut group = criterion.benchmark_group(work.name());
        group.throughput(Throughput::Elements(EVENTS as u64));
        for client in ["floor", "core-chunks", "core-text"] {
            group.bench_function(client, |bencher| {
                bencher.iter(|| runtime.block_on(peers::run(client, black_box(work), EVENTS, "")));
            });
        }
    }
}

criterion_group!(benches, streams);
criterion_main!(benches);
