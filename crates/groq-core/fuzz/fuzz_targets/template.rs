//! Events that differ in little.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| groq_core::fuzz::template(input));
