//! `groq_audio::fuzz::headers`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_audio::fuzz::headers(input));
