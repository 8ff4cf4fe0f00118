//! Decodes one payload so many times, for callgrind to count: `instructions groq chunk 1000`.
//!
//! What two numbers of times cost, less one another, is free of the start-up; `instructions.sh` does that.

mod support;

use std::env;

use crate::support::PAYLOADS;

fn main() {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    match arguments.as_slice() {
        [whose, name, times] => repeat(whose, name, times.parse().expect("a number of times")),
        _ => eprintln!("usage: instructions groq|plain PAYLOAD TIMES"),
    }
}

fn repeat(whose: &str, name: &str, times: u64) {
    let payload = PAYLOADS
        .iter()
        .find(|payload| payload.name == name)
        .expect("a payload's name");
    let decode = if whose == "groq" {
        payload.groq
    } else {
        payload.plain
    };
    decode(payload.json, times);
}
