//! HTTP dates.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_core::fuzz::http_date(input));
