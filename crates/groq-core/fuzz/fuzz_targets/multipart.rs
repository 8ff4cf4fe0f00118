//! The writer of forms, against a reader of its own.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_core::fuzz::multipart(input));
