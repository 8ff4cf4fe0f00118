//! Durations and the headers of rate limits.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_core::fuzz::duration(input));
