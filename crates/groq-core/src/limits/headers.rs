//! The `x-ratelimit-*` headers.

use std::time::Duration;

use http::{HeaderMap, HeaderName};

use super::parse_duration;

/// What a response says about the rate limits of its model.
///
/// Groq counts requests per day and tokens per minute, for the whole organization: other processes
/// with other keys spend from the same quota. Each part is `None` where the server did not send it, or sent
/// something that is no number or duration. Further `x-ratelimit-*` headers are reachable through
/// [`Response::headers`](crate::Response::headers).
///
/// ```
/// use groq_core::limits::RateLimits;
/// use std::time::Duration;
///
/// let mut headers = http::HeaderMap::new();
/// headers.insert("x-ratelimit-remaining-tokens", http::HeaderValue::from_static("5994"));
/// headers.insert("x-ratelimit-reset-tokens", http::HeaderValue::from_static("7.66s"));
///
/// let limits = RateLimits::from_headers(&headers);
/// assert_eq!(limits.tokens.remaining, Some(5994));
/// assert_eq!(limits.tokens.reset, Some(Duration::from_millis(7660)));
/// assert_eq!(limits.requests.remaining, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimits {
    /// Requests per day.
    pub requests: RateLimit,
    /// Tokens per minute.
    pub tokens: RateLimit,
}

/// One limit: how much there is, how much is left, and when it is whole again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimit {
    /// The whole quota.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: Option<u64>,
    /// The time until it is whole again.
    pub reset: Option<Duration>,
}

impl RateLimits {
    /// Reads the limits from the headers of a response.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        Self {
            requests: RateLimit {
                limit: number(headers, &LIMIT_REQUESTS),
                remaining: number(headers, &REMAINING_REQUESTS),
                reset: duration(headers, &RESET_REQUESTS),
            },
            tokens: RateLimit {
                limit: number(headers, &LIMIT_TOKENS),
                remaining: number(headers, &REMAINING_TOKENS),
                reset: duration(headers, &RESET_TOKENS),
            },
        }
    }
}

static LIMIT_REQUESTS: HeaderName = HeaderName::from_static("x-ratelimit-limit-requests");
static REMAINING_REQUESTS: HeaderName = HeaderName::from_static("x-ratelimit-remaining-requests");
static RESET_REQUESTS: HeaderName = HeaderName::from_static("x-ratelimit-reset-requests");
static LIMIT_TOKENS: HeaderName = HeaderName::from_static("x-ratelimit-limit-tokens");
static REMAINING_TOKENS: HeaderName = HeaderName::from_static("x-ratelimit-remaining-tokens");
static RESET_TOKENS: HeaderName = HeaderName::from_static("x-ratelimit-reset-tokens");

fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

fn duration(headers: &HeaderMap, name: &HeaderName) -> Option<Duration> {
    parse_duration(headers.get(name)?.to_str().ok()?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn reads_all_six_headers() {
        let headers = headers(&[
            ("x-ratelimit-limit-requests", b"14400"),
            ("x-ratelimit-limit-tokens", b"18000"),
            ("x-ratelimit-remaining-requests", b"14370"),
            ("x-ratelimit-remaining-tokens", b"17997"),
            ("x-ratelimit-reset-requests", b"2m59.56s"),
            ("x-ratelimit-reset-tokens", b"7.66s"),
        ]);
        let limits = RateLimits::from_headers(&headers);
        assert_eq!(limits.requests.limit, Some(14400));
        assert_eq!(limits.requests.remaining, Some(14370));
        assert_eq!(limits.requests.reset, Some(Duration::from_millis(179_560)));
        assert_eq!(limits.tokens.limit, Some(18000));
        assert_eq!(limits.tokens.remaining, Some(17997));
        assert_eq!(limits.tokens.reset, Some(Duration::from_millis(7660)));
    }

    #[test]
    fn what_is_absent_or_garbage_is_none() {
        assert_eq!(
            RateLimits::from_headers(&HeaderMap::new()),
            RateLimits::default()
        );
        let headers = headers(&[
            ("x-ratelimit-limit-requests", b"-1"),
            ("x-ratelimit-limit-tokens", b"1e9"),
            ("x-ratelimit-remaining-requests", b""),
            ("x-ratelimit-remaining-tokens", b"99999999999999999999999"),
            ("x-ratelimit-reset-requests", b"abc"),
            ("x-ratelimit-reset-tokens", b"\xff"),
        ]);
        assert_eq!(RateLimits::from_headers(&headers), RateLimits::default());
    }

    fn headers(pairs: &[(&'static str, &[u8])]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_bytes(value).expect("a header value"),
                )
            })
            .collect()
    }
}
