//! The server's word on when to come back.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

use crate::duration::{parse_decimal, parse_duration};

/// How long the server asks the client to wait, if it says so.
///
/// `retry-after-ms` wins over `retry-after`, which is a number of seconds (with or without a fraction) or any of
/// the three HTTP date forms. A date is measured against the server's own `date` header where there is one, so a
/// wrong clock on either side does no harm; a date in the past is zero. What cannot be read is no word at all.
pub(crate) fn from_headers(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    from_milliseconds(headers).or_else(|| from_seconds_or_date(headers, now))
}

/// The wait that Groq writes into the message of a 429 (wire: `Please try again in 9m38.016s.`).
pub(crate) fn from_message(message: &str) -> Option<Duration> {
    const INTRODUCTION: &str = "try again in ";
    let start = message.find(INTRODUCTION)? + INTRODUCTION.len();
    let word = message[start..].split_whitespace().next()?;
    parse_duration(word.trim_end_matches(['.', ',', ';', '!']))
}

/// What `x-should-retry` says: it overrides the table of statuses.
pub(crate) fn should_retry(headers: &HeaderMap) -> Option<bool> {
    match headers.get("x-should-retry")?.as_bytes() {
        b"true" => Some(true),
        b"false" => Some(false),
        _ => None,
    }
}

fn from_milliseconds(headers: &HeaderMap) -> Option<Duration> {
    parse_decimal(text(headers, "retry-after-ms")?, 1_000_000)
}

fn from_seconds_or_date(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = text(headers, "retry-after")?;
    parse_decimal(value, 1_000_000_000).or_else(|| until(value, headers, now))
}

fn until(date: &str, headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let then = httpdate::parse_http_date(date).ok()?;
    let now = headers
        .get(header::DATE)
        .and_then(|value| httpdate::parse_http_date(value.to_str().ok()?).ok())
        .unwrap_or(now);
    Some(then.duration_since(now).unwrap_or(Duration::ZERO))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    /// 2026-11-22 12:00:00 UTC, a Sunday.
    const NOON: u64 = 1_795_348_800;

    fn noon() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOON)
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

    #[test]
    fn seconds_may_be_whole_or_not() {
        for (value, millis) in [
            ("2", 2000),
            ("1.5", 1500),
            ("0", 0),
            (" 3 ", 3000),
            ("3600", 3_600_000),
        ] {
            let headers = headers(&[("retry-after", value.as_bytes())]);
            assert_eq!(
                from_headers(&headers, noon()),
                Some(Duration::from_millis(millis)),
                "{value}"
            );
        }
    }

    #[test]
    fn all_three_date_forms_are_read() {
        for date in [
            "Sun, 22 Nov 2026 12:00:03 GMT",
            "Sunday, 22-Nov-26 12:00:03 GMT",
            "Sun Nov 22 12:00:03 2026",
        ] {
            let headers = headers(&[("retry-after", date.as_bytes())]);
            assert_eq!(
                from_headers(&headers, noon()),
                Some(Duration::from_secs(3)),
                "{date}"
            );
        }
    }

    #[test]
    fn a_date_in_the_past_is_zero() {
        let headers = headers(&[("retry-after", b"Sun, 22 Nov 2026 11:00:00 GMT")]);
        assert_eq!(from_headers(&headers, noon()), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_is_measured_against_the_servers_clock() {
        let headers = headers(&[
            ("date", b"Sun, 22 Nov 2026 12:10:00 GMT"),
            ("retry-after", b"Sun, 22 Nov 2026 12:10:04 GMT"),
        ]);
        assert_eq!(from_headers(&headers, noon()), Some(Duration::from_secs(4)));
    }

    #[test]
    fn garbage_is_no_word() {
        for value in [
            &b"soon"[..],
            b"",
            b"-5",
            b"nan",
            b"inf",
            b"1e400",
            b"100000000000000000000",
            b"\xff",
            b"Sun, 99 Nov 2026 12:00:03 GMT",
        ] {
            let headers = headers(&[("retry-after", value)]);
            assert_eq!(from_headers(&headers, noon()), None, "{value:?}");
        }
    }

    #[test]
    fn milliseconds_win_unless_they_are_garbage() {
        let both = headers(&[("retry-after-ms", b"250.5"), ("retry-after", b"7")]);
        assert_eq!(
            from_headers(&both, noon()),
            Some(Duration::from_micros(250_500))
        );
        let garbage = headers(&[("retry-after-ms", b"x"), ("retry-after", b"7")]);
        assert_eq!(from_headers(&garbage, noon()), Some(Duration::from_secs(7)));
    }

    #[test]
    fn the_message_of_a_429_names_the_wait() {
        let message = "Rate limit reached for model `x`: Limit 100, Used 99. Please try again in 9m38.016s. Visit ...";
        assert_eq!(from_message(message), Some(Duration::from_millis(578_016)));
        assert_eq!(
            from_message("try again in 5.289s"),
            Some(Duration::from_millis(5289))
        );
        assert_eq!(from_message("try again in a while"), None);
        assert_eq!(from_message("try again in "), None);
        assert_eq!(from_message("slow down"), None);
    }

    #[test]
    fn should_retry_is_true_false_or_nothing() {
        assert_eq!(
            should_retry(&headers(&[("x-should-retry", b"true")])),
            Some(true)
        );
        assert_eq!(
            should_retry(&headers(&[("x-should-retry", b"false")])),
            Some(false)
        );
        assert_eq!(
            should_retry(&headers(&[("x-should-retry", b"maybe")])),
            None
        );
        assert_eq!(should_retry(&HeaderMap::new()), None);
    }

    proptest! {
        #[test]
        fn never_panics(value in prop::collection::vec(any::<u8>(), 0..60), message in "\\PC*") {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                headers.insert("retry-after", value.clone());
                headers.insert("date", value);
                let _ = from_headers(&headers, noon());
            }
            let _ = from_message(&message);
        }

        #[test]
        fn any_date_httpdate_can_write_is_read(seconds in 0u64..100_000_000) {
            let date = httpdate::fmt_http_date(noon() + Duration::from_secs(seconds));
            let headers = headers(&[("retry-after", date.as_bytes())]);
            prop_assert_eq!(from_headers(&headers, noon()), Some(Duration::from_secs(seconds)));
        }
    }
}
