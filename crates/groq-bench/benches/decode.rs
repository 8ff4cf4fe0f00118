//! Time to decode a reply: groq-types beside a plain derive.

mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

use crate::support::PAYLOADS;

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for payload in PAYLOADS {
        group.throughput(Throughput::Bytes(payload.json.len() as u64));
        for (whose, decode) in [("groq", payload.groq), ("plain", payload.plain)] {
            group.bench_with_input(
                BenchmarkId::new(whose, payload.name),
                payload.json,
                |bencher, json| {
                    bencher.iter(|| decode(json, 1));
                },
            );
        }
    }
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
