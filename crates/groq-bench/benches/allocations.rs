//! Allocations to decode a reply: groq-types beside a plain derive.

mod support;

use crate::support::PAYLOADS;

fn main() {
    for payload in PAYLOADS {
        let count = |decode: fn(&str, u64)| allocation_counter::measure(|| decode(payload.json, 1));
        let (groq, plain) = (count(payload.groq), count(payload.plain));
        println!(
            "{}: groq {} in {} bytes, plain {} in {} bytes",
            payload.name, groq.count_total, groq.bytes_total, plain.count_total, plain.bytes_total
        );
    }
}
