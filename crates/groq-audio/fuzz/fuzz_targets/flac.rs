//! `groq_audio::fuzz::flac`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_audio::fuzz::flac(input));
