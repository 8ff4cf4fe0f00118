//! How many times a plain derive's time groq-types takes, to the percent even on a busy machine.
//!
//! Both decode in turns, in short batches, and the fastest batch of each counts: what else runs can only slow one down.
//! It fails above the limit that the project set itself.

mod support;

use std::{process::ExitCode, time::Instant};

use crate::support::{PAYLOADS, Payload};

const LIMIT: f64 = 1.15;
const BATCHES: u32 = 2_000;
const DECODES: u32 = 100;

fn main() -> ExitCode {
    let mut worst: f64 = 0.0;
    for payload in PAYLOADS {
        let (groq, plain) = fastest(&payload);
        println!(
            "{}: groq {groq:.0} ns, plain {plain:.0} ns, ratio {:.2}",
            payload.name,
            groq / plain
        );
        worst = worst.max(groq / plain);
    }
    if worst > LIMIT {
        eprintln!("above {LIMIT}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

/// Nanoseconds per decode in the fastest batch.
fn fastest(payload: &Payload) -> (f64, f64) {
    let batch = |decode: fn(&str, u64)| {
        let start = Instant::now();
        decode(payload.json, DECODES.into());
        start.elapsed().as_secs_f64() * 1e9 / f64::from(DECODES)
    };
    (0..BATCHES).fold((f64::MAX, f64::MAX), |(groq, plain), _| {
        (
            groq.min(batch(payload.groq)),
            plain.min(batch(payload.plain)),
        )
    })
}
