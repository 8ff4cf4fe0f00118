//! The server's own account of a failure.

use http::StatusCode;
use serde_json::{Map, Value};

use super::text;

/// What an error body says, whatever its shape.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct ApiError {
    pub(crate) message: Option<String>,
    pub(crate) error_type: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) param: Option<String>,
    pub(crate) failed_generation: Option<String>,
}

impl ApiError {
    /// Reads the body of a response with an error status.
    ///
    /// Groq sends `{"error": {...}}`; gateways send the object without the envelope, a string in its place, or a page of HTML, and
    /// then the status alone must do.
    pub(crate) fn from_body(body: &[u8]) -> Self {
        let body = text::without_byte_order_mark(body);
        match serde_json::from_slice(body) {
            Ok(Value::Object(object)) => {
                Self::from_envelope(&object).unwrap_or_else(|| Self::from_object(&object))
            }
            Ok(Value::String(message)) => Self::from_message(message),
            _ => Self::default(),
        }
    }

    /// Reads a body, or an event of a stream, that is an error only if it has a top-level `error`.
    pub(crate) fn from_success(body: &[u8]) -> Option<Self> {
        match serde_json::from_slice(text::without_byte_order_mark(body)) {
            Ok(Value::Object(object)) => Self::from_envelope(&object),
            _ => None,
        }
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

    /// What happened, and what to do about it.
    pub(super) fn in_words(&self, status: StatusCode) -> (&'static str, Option<&'static str>) {
        match (status.as_u16(), self.code.as_deref()) {
            (413, Some("rate_limit_exceeded")) => (
                "the request alone needs more tokens than the limit per minute",
                Some("shorten it, or lower max_completion_tokens"),
            ),
            (400, Some("model_decommissioned")) => (
                "the model was switched off",
                Some("see console.groq.com/docs/deprecations for its successor"),
            ),
            (400, _) => ("the request is invalid", None),
            (401, _) => ("the API key is not accepted", Some("check GROQ_API_KEY")),
            (403, _) => (
                "access is denied",
                Some("check what the key, the organization and this network may use"),
            ),
            (404, Some("model_not_found")) => (
                "there is no such model for this key",
                Some("list the models to see which there are"),
            ),
            (404, _) => ("not found", Some("check the id and the base URL")),
            (408, _) => ("the server timed out", None),
            (409, _) => ("the call is in conflict with another one", None),
            (413, _) => ("the request is too large", Some("make it smaller")),
            (422, _) => ("the request cannot be processed", None),
            (424, _) => ("a service that the request depends on failed", None),
            (429, _) => ("rate limited", None),
            (498, _) => (
                "the flex tier is at capacity",
                Some("try again later, or ask for service_tier on_demand"),
            ),
            (200..=299, _) => ("the server reports an error", None),
            (500..=599, _) => ("the server failed", Some("try again later")),
            _ => ("the server refused the request", None),
        }
    }

    fn from_envelope(object: &Map<String, Value>) -> Option<Self> {
        match object.get("error")? {
            Value::Object(error) => Some(Self::from_object(error)),
            Value::String(message) => Some(Self {
                message: Some(message.clone()),
                ..Self::from_object(object)
            }),
            Value::Null | Value::Bool(false) => None,
            _ => Some(Self::from_object(object)),
        }
    }

    fn from_object(object: &Map<String, Value>) -> Self {
        // `detail` is what the web frameworks behind OpenAI-compatible servers say.
        let message = ["message", "detail"]
            .into_iter()
            .find_map(|key| scalar(object.get(key)));
        Self {
            message,
            error_type: scalar(object.get("type")),
            code: scalar(object.get("code")),
            param: scalar(object.get("param")),
            failed_generation: object
                .get("failed_generation")
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    }
}

/// A string, or a number as one: `code` is a string at Groq, and a number elsewhere.
fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
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

    #[test]
    fn the_failed_generation_is_kept_even_when_empty() {
        let error = ApiError::from_body(br#"{"error":{"message":"m","failed_generation":""}}"#);
        assert_eq!(error.failed_generation.as_deref(), Some(""));
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
        }
    }

    #[test]
    fn deep_nesting_is_survived() {
        let body = "[".repeat(200_000);
        assert_eq!(ApiError::from_body(body.as_bytes()), ApiError::default());
    }
}
