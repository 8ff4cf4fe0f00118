//! A whole stream, cut anywhere.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_core::fuzz::chat_stream(input));
