//! Durations and rate limit headers: anything is read or refused.
#![no_main]

use groq_core::limits::{RateLimits, parse_duration};
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(text) = std::str::from_utf8(input) {
        let _ = parse_duration(text);
    }
    if let Ok(value) = HeaderValue::from_bytes(input) {
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-reset-tokens", value.clone());
        headers.insert("x-ratelimit-remaining-tokens", value);
        let _ = RateLimits::from_headers(&headers);
    }
});
