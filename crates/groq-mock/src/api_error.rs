//! Groq's error envelope, and the errors that several operations share.

use std::time::Duration;

use serde::Serialize;

use crate::response::Response;

/// What an operation gives instead of its reply. Boxed: it is rare and not small.
pub(crate) type Outcome<T> = Result<T, Box<ApiError>>;

/// A refusal in Groq's shape: a status and `{"error": {...}}`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct ApiError {
    #[serde(skip)]
    pub(crate) status: u16,
    pub(crate) message: String,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) param: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failed_generation: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schema_kind: Option<&'static str>,
    /// Becomes the `retry-after` header.
    #[serde(skip)]
    pub(crate) retry_after: Option<Duration>,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: &'a ApiError,
}

impl ApiError {
    /// A 400 without a code, which is what most checks end in.
    pub(crate) fn invalid(message: impl Into<String>) -> Box<Self> {
        Self::with_status(400, message)
    }

    pub(crate) fn with_status(status: u16, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            status,
            message: message.into(),
            kind: "invalid_request_error",
            param: None,
            code: None,
            failed_generation: None,
            schema_path: None,
            schema_kind: None,
            retry_after: None,
        })
    }

    pub(crate) fn code(mut self: Box<Self>, code: &'static str) -> Box<Self> {
        self.code = Some(code);
        self
    }

    pub(crate) fn kind(mut self: Box<Self>, kind: &'static str) -> Box<Self> {
        self.kind = kind;
        self
    }

    pub(crate) fn param(mut self: Box<Self>, param: impl Into<String>) -> Box<Self> {
        self.param = Some(param.into());
        self
    }

    pub(crate) fn failed_generation(mut self: Box<Self>, text: impl Into<String>) -> Box<Self> {
        self.failed_generation = Some(text.into());
        self
    }

    pub(crate) fn unknown_url(method: &str, path: &str) -> Box<Self> {
        let message = format!(
            "Unknown request URL: {method} {path}. Look for a typo in it, or read https://console.groq.com/docs/"
        );
        Self::with_status(404, message).code("unknown_url")
    }

    pub(crate) fn bad_key() -> Box<Self> {
        Self::with_status(401, "Invalid API Key").code("invalid_api_key")
    }

    /// A body or a part of it is over its limit.
    pub(crate) fn too_large() -> Box<Self> {
        Self::with_status(413, "Request Entity Too Large").code("request_too_large")
    }

    pub(crate) fn unknown_model(id: &str) -> Box<Self> {
        let message = format!("The model `{id}` does not exist or you do not have access to it.");
        Self::with_status(404, message).code("model_not_found")
    }

    /// `{"error": {...}}`.
    pub(crate) fn body(&self) -> String {
        serde_json::to_string(&Envelope { error: self }).unwrap_or_default()
    }

    pub(crate) fn response(&self) -> Response {
        let mut response = Response::json(self.status, self.body());
        if let Some(wait) = self.retry_after {
            // Whole seconds, rounded up: a client that waits this long must not be refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.set("retry-after", seconds.to_string());
        }
        response
    }
}
