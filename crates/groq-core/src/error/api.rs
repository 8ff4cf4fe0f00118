//! The server's own account of a failure.

use std::str;

use http::StatusCode;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::{shape, text};

/// What an error body says, whatever its shape.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct ApiError {
    pub(crate) message: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) failed_generation: Option<String>,
    /// The status that the error itself names: in a stream, the one of HTTP was sent long before.
    pub(super) status: Option<u16>,
}

impl ApiError {
    /// Reads the body of a response with an error status.
    ///
    /// Groq sends `{"error": {...}}`; gateways send the object without the envelope, a string in its place, or a page of HTML, and
    /// then the status alone must do.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let value = serde_json::from_slice(text::without_byte_order_mark(body));
        value
            .ok()
            .and_then(|value| shape::any(&value))
            .unwrap_or_default()
    }

    /// Reads a body that is an error only if it has a top-level `error`.
    pub(crate) fn from_success(body: &[u8]) -> Option<Self> {
        let value = serde_json::from_slice(text::without_byte_order_mark(body));
        shape::envelope(&value.ok()?)
    }

    /// Reads an event of a stream that is called an error.
    pub(crate) fn from_error_event(data: &[u8]) -> Self {
        if serde_json::from_slice::<IgnoredAny>(data).is_ok() {
            return Self::from_body(data);
        }
        let words = str::from_utf8(data).unwrap_or_default().trim();
        if words.is_empty() || words.starts_with(['<', '{', '[']) {
            return Self::default();
        }
        Self::from_message(words.to_owned())
    }

    /// Reads an event of a stream that is an error by what it says, and not by its name.
    pub(crate) fn from_event(data: &[u8]) -> Option<Self> {
        shape::event(&serde_json::from_slice(data).ok()?)
    }

    /// Whether the value of a key `error` says that something failed.
    pub(crate) fn is_error(value: &Value) -> bool {
        shape::is_error(value)
    }

    /// An error that is only a sentence.
    pub(crate) fn from_message(message: String) -> Self {
        Self {
            message: Some(message),
            ..Self::default()
        }
    }

    /// Takes the key out of all that a server may have echoed.
    pub(crate) fn without(mut self, key: impl AsRef<str>) -> Self {
        let key = key.as_ref();
        let parts = [
            &mut self.message,
            &mut self.error_type,
            &mut self.code,
            &mut self.param,
        ];
        for part in parts.into_iter().flatten() {
            *part = text::without_keys(part, key);
        }
        self
    }

    /// The status that counts: that of HTTP, or the error's own where that one only says that a stream began.
    pub(super) fn status_with(&self, status: StatusCode) -> Option<u16> {
        if status.is_success() {
            return self.status.or_else(|| self.status_in_words());
        }
        Some(status.as_u16())
    }

    /// The status that usually comes with the code, the type, or the one word of the message.
    fn status_in_words(&self) -> Option<u16> {
        [&self.code, &self.error_type, &self.message]
            .into_iter()
            .flatten()
            .find_map(|word| status_of(word))
    }

    /// Fills what is missing with what another account of the same error says.
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            message: self.message.or(other.message),
            error_type: self.error_type.or(other.error_type),
            code: self.code.or(other.code),
            param: self.param.or(other.param),
            failed_generation: self.failed_generation.or(other.failed_generation),
            status: self.status.or(other.status),
        }
    }
}

/// The words of Groq, and of the servers that are compatible with it, by the status that they stand for.
const WORDS: [(u16, &str); 11] = [
    (
        400,
        "invalid_request_error invalid_request bad_request badrequesterror invalid_argument json_validate_failed tool_use_failed \
         context_length_exceeded model_decommissioned wrong_api_format",
    ),
    (
        401,
        "invalid_api_key authentication_error unauthorized unauthenticated",
    ),
    (403, "permission_error permission_denied forbidden"),
    (404, "model_not_found not_found_error not_found unknown_url"),
    (413, "request_too_large"),
    (
        429,
        "rate_limit_exceeded rate_limit_error rate_limited rate_limit too_many_requests resource_exhausted tokens requests",
    ),
    (498, "capacity_exceeded"),
    (
        500,
        "internal_server_error internal_error server_error api_error internalservererror internal",
    ),
    (502, "bad_gateway"),
    (
        503,
        "service_unavailable service_unavailable_error unavailable overloaded overloaded_error engine_overloaded server_overloaded",
    ),
    (
        504,
        "gateway_timeout timeout timeout_error deadline_exceeded",
    ),
];

fn status_of(word: &str) -> Option<u16> {
    let word = word.to_ascii_lowercase();
    let known = |words: &str| words.split_whitespace().any(|known| known == word);
    let (status, _) = WORDS.iter().find(|(_, words)| known(words))?;
    Some(*status)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(body: &str) -> (Option<String>, Option<String>, Option<String>) {
        let error = ApiError::from_body(body.as_bytes());
        (error.message, error.error_type, error.code)
    }

    #[test]
    fn every_envelope_is_read() {
        let some = |text: &str| Some(text.to_owned());
        let table = [
            (
                r#"{"error":{"message":"Invalid API Key","type":"invalid_request_error","code":"invalid_api_key"}}"#,
                (
                    some("Invalid API Key"),
                    some("invalid_request_error"),
                    some("invalid_api_key"),
                ),
            ),
            (
                r#"{"error":{"message":"Forbidden"}}"#,
                (some("Forbidden"), None, None),
            ),
            (
                r#"{"error":{"message":"m","code":429}}"#,
                (some("m"), None, some("429")),
            ),
            (
                r#"{"error":{"message":"m","code":null}}"#,
                (some("m"), None, None),
            ),
            (r#"{"error":"just text"}"#, (some("just text"), None, None)),
            (
                r#"{"error":"text","code":"c"}"#,
                (some("text"), None, some("c")),
            ),
            (
                r#"{"message":"bare","type":"t","code":"c"}"#,
                (some("bare"), some("t"), some("c")),
            ),
            (r#"{"detail":"Not Found"}"#, (some("Not Found"), None, None)),
            (r#"{"error":7,"message":"m"}"#, (some("m"), None, None)),
            (
                "\u{feff}{\"error\":{\"message\":\"m\"}}",
                (some("m"), None, None),
            ),
            (r#""a string""#, (some("a string"), None, None)),
            ("<html>502</html>", (None, None, None)),
            ("", (None, None, None)),
            ("[]", (None, None, None)),
            ("null", (None, None, None)),
            (r#"{"error":{"message":"cut of"#, (None, None, None)),
        ];
        for (body, expected) in table {
            assert_eq!(parts(body), expected, "{body}");
        }
    }

    #[test]
    fn a_success_is_an_error_only_with_an_error_object() {
        assert!(ApiError::from_success(br#"{"error":{"message":"m"}}"#).is_some());
        assert!(ApiError::from_success(br#"{"error":"m"}"#).is_some());
        assert!(ApiError::from_success(br#"{"error":null,"id":"x"}"#).is_none());
        assert!(ApiError::from_success(br#"{"message":"m"}"#).is_none());
        assert!(ApiError::from_success(b"null").is_none());
    }

    /// Errors in the middle of a stream: the event, its words, and the status that it is classified by.
    const EVENTS: [(&str, Option<&str>, Option<u16>); 30] = [
        (
            r#"{"error":{"message":"m","status_code":429}}"#,
            Some("m"),
            Some(429),
        ),
        (
            r#"{"error":{"message":"m","status_code":"503"}}"#,
            Some("m"),
            Some(503),
        ),
        (
            r#"{"error":{"message":"m","status":400}}"#,
            Some("m"),
            Some(400),
        ),
        (
            r#"{"error":{"message":"m","code":503}}"#,
            Some("m"),
            Some(503),
        ),
        (
            r#"{"error":{"message":"m"},"status_code":429}"#,
            Some("m"),
            Some(429),
        ),
        (r#"{"status_code":503,"error":"m"}"#, Some("m"), Some(503)),
        (
            r#"{"error":{"error":{"message":"m","code":"rate_limit_exceeded"}}}"#,
            Some("m"),
            Some(429),
        ),
        (
            r#"{"error":{"error":"m","status_code":400}}"#,
            Some("m"),
            Some(400),
        ),
        (
            r#"{"error":{"status_code":503,"message":{"message":"m"}}}"#,
            Some("m"),
            Some(503),
        ),
        (
            r#"{"error":{"error":{"error":{"message":"m"}}}}"#,
            Some("m"),
            None,
        ),
        (
            r#"{"error":{"detail":{"message":"m","code":404}}}"#,
            Some("m"),
            Some(404),
        ),
        (r#"{"detail":[{"msg":"m"}]}"#, Some("m"), None),
        (
            r#"{"errors":[{"message":"m","code":400}]}"#,
            Some("m"),
            Some(400),
        ),
        (
            r#"{"error":"rate_limit_exceeded"}"#,
            Some("rate_limit_exceeded"),
            Some(429),
        ),
        (r#"{"error":"m"}"#, Some("m"), None),
        (
            r#"{"error":{"code":"rate_limit_exceeded"}}"#,
            None,
            Some(429),
        ),
        (r#"{"error":{"message":"m"}}"#, Some("m"), None),
        (r#"{"code":"rate_limit_exceeded"}"#, None, Some(429)),
        (r#"{"code":503}"#, None, Some(503)),
        (r#"{"message":"m"}"#, Some("m"), None),
        (r#"{"message":"m","status_code":400}"#, Some("m"), Some(400)),
        (r#"{"detail":"m"}"#, Some("m"), None),
        (
            r#"{"object":"error","message":"m","type":"BadRequestError","code":400}"#,
            Some("m"),
            Some(400),
        ),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#,
            Some("m"),
            Some(503),
        ),
        (
            r#"[{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}]"#,
            Some("m"),
            Some(503),
        ),
        (
            r#"{"error":{"message":"m","type":"internal_server_error"}}"#,
            Some("m"),
            Some(500),
        ),
        (
            r#"{"error":{"message":"m","type":"tokens","code":"rate_limit_exceeded"}}"#,
            Some("m"),
            Some(429),
        ),
        (
            r#"{"choices":[{"index":0,"error":{"message":"m","code":502},"delta":{}}]}"#,
            Some("m"),
            Some(502),
        ),
        (
            r#"{"x_groq":{"error":{"message":"m","status_code":429}}}"#,
            Some("m"),
            Some(429),
        ),
        (r#"{"x_groq":{"error":"m"}}"#, Some("m"), None),
    ];

    #[test]
    fn an_event_keeps_its_words_and_has_a_status() {
        for (event, message, status) in EVENTS {
            let Some(error) = ApiError::from_event(event.as_bytes()) else {
                panic!("{event} is an error")
            };
            assert_eq!(error.message.as_deref(), message, "{event}");
            assert_eq!(error.status_with(StatusCode::OK), status, "{event}");
            assert_eq!(
                error.status_with(StatusCode::IM_A_TEAPOT),
                Some(418),
                "{event}"
            );
            let named = ApiError::from_error_event(event.as_bytes());
            if !event.contains("choices") && !event.contains("x_groq") {
                assert_eq!(named, error, "{event}");
            }
        }
    }

    #[test]
    fn an_event_without_a_failure_is_no_error() {
        for event in [
            "{}",
            "null",
            "[]",
            "7",
            r#""text""#,
            r#"{"error":null}"#,
            r#"{"error":""}"#,
            r#"{"error":" ","id":"c"}"#,
            r#"{"error":false,"choices":[]}"#,
            r#"{"id":"c","choices":[],"message":"m"}"#,
            r#"{"id":"c","object":"chat.completion.chunk","code":"x"}"#,
            r#"{"type":"response.brand_new","message":"m"}"#,
            r#"{"usage":{},"message":"m"}"#,
            r#"{"x_groq":{"error":null}}"#,
        ] {
            assert_eq!(ApiError::from_event(event.as_bytes()), None, "{event}");
        }
        for (event, message) in [
            ("upstream reset", Some("upstream reset")),
            (r#""in quotes""#, Some("in quotes")),
            ("<html>", None),
            ("{cut", None),
            ("", None),
        ] {
            let error = ApiError::from_error_event(event.as_bytes());
            assert_eq!(error.message.as_deref(), message, "{event}");
        }
    }

    #[test]
    fn the_failed_generation_is_kept_even_when_empty() {
        let error = ApiError::from_body(br#"{"error":{"message":"m","failed_generation":""}}"#);
        assert_eq!(error.failed_generation.as_deref(), Some(""));
        for (sent, kept) in [(r#"{"a":[1]}"#, Some(r#"{"a":[1]}"#)), ("null", None)] {
            let body = format!(r#"{{"error":{{"message":"m","failed_generation":{sent}}}}}"#);
            let error = ApiError::from_body(body.as_bytes());
            assert_eq!(error.failed_generation.as_deref(), kept);
        }
    }

    #[test]
    fn an_echoed_key_is_taken_out() {
        let error = ApiError::from_message("Incorrect API key: canary-key-123.".to_owned())
            .without("canary-key-123");
        assert_eq!(error.message.as_deref(), Some("Incorrect API key: [key]."));
    }

    proptest! {
        #[test]
        fn any_body_is_survived(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = ApiError::from_body(&body);
            let _ = ApiError::from_success(&body);
            let _ = ApiError::from_event(&body);
            let _ = ApiError::from_error_event(&body);
        }
    }

    #[test]
    fn deep_nesting_is_survived() {
        let body = "[".repeat(200_000);
        assert_eq!(ApiError::from_body(body.as_bytes()), ApiError::default());
    }
}
