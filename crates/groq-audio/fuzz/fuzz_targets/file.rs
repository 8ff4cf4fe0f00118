//! `groq_audio::fuzz::file`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_audio::fuzz::file(input));
