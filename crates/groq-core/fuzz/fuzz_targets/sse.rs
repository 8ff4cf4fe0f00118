//! The decoder of event streams.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_core::fuzz::sse(input));
