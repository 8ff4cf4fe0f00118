//! The shapes that errors come in.
//!
//! Groq sends `{"error": {...}}`. Gateways and other servers send the object alone, put another one into it, send a string in its place, or
//! a list of one.

use serde_json::{Map, Value};

use super::ApiError;

/// Errors are nested this deep at most.
const MAX_DEPTH: usize = 4;

/// A body that is an error, be its shape what it may.
pub(super) fn any(value: &Value) -> Option<ApiError> {
    match value {
        Value::Object(object) => {
            Some(envelope(value).unwrap_or_else(|| account(object, MAX_DEPTH)))
        }
        Value::String(message) => Some(ApiError::from_message(message.clone())),
        Value::Array(all) => any(all.first().filter(|first| first.is_object())?),
        _ => None,
    }
}

/// A body that is an error if it has a top-level `error`.
pub(super) fn envelope(value: &Value) -> Option<ApiError> {
    match value {
        Value::Object(object) => is_error(object.get("error")?).then(|| account(object, MAX_DEPTH)),
        Value::Array(all) => envelope(all.first().filter(|first| first.is_object())?),
        _ => None,
    }
}

/// An event that is an error: by an `error` at one of the places for it, or by having nothing of a reply, and words of an error.
pub(super) fn event(value: &Value) -> Option<ApiError> {
    if let Some(error) = envelope(value) {
        return Some(error);
    }
    let object = value.as_object()?;
    let inner = |value: &Value| {
        let object = value.as_object()?;
        is_error(object.get("error")?).then(|| account(object, MAX_DEPTH))
    };
    if let Some(error) = object.get("x_groq").and_then(inner) {
        return Some(error);
    }
    let choices = object.get("choices").and_then(Value::as_array);
    if let Some(error) = choices.into_iter().flatten().find_map(inner) {
        return Some(error);
    }
    let says = |key: &str, word: &str| object.get(key).and_then(Value::as_str) == Some(word);
    let bare = [
        "id", "choices", "object", "model", "usage", "response", "item", "delta",
    ]
    .iter()
    .all(|key| !object.contains_key(*key))
        && !object
            .get("type")
            .and_then(Value::as_str)
            .is_some_and(|kind| kind.starts_with("response."));
    let words = ["message", "detail", "code", "status_code", "errors"]
        .iter()
        .any(|key| object.get(*key).is_some_and(is_error));
    let is_error = says("object", "error") || says("type", "error") || bare && words;
    is_error.then(|| account(object, MAX_DEPTH))
}

/// Whether a value says that something failed: some servers send an empty `error` with each event.
pub(super) fn is_error(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        _ => true,
    }
}

/// What an object says of an error; what stands deeper in it is nearer to the error.
fn account(object: &Map<String, Value>, depth: usize) -> ApiError {
    // `detail` is what the web frameworks behind OpenAI-compatible servers say.
    let message = ["message", "detail", "msg"]
        .into_iter()
        .find_map(|key| scalar(object.get(key)));
    let status = object.get("status");
    let kind = scalar(object.get("type")).filter(|kind| kind != "error");
    let own = ApiError {
        message,
        // Google's APIs name the sort of an error in `status`.
        error_type: kind.or_else(|| {
            let word = status.and_then(Value::as_str)?;
            word.parse::<u16>().is_err().then(|| word.to_owned())
        }),
        code: scalar(object.get("code")),
        param: scalar(object.get("param")),
        failed_generation: object
            .get("failed_generation")
            .filter(|generation| !generation.is_null())
            // Some services send the document itself instead of its text.
            .map(|generation| {
                generation
                    .as_str()
                    .map_or_else(|| generation.to_string(), str::to_owned)
            }),
        status: ["status_code", "statusCode", "http_status", "status", "code"]
            .into_iter()
            .find_map(|key| status_in(object.get(key)?)),
    };
    if depth == 0 {
        return own;
    }
    ["error", "detail", "message", "errors"]
        .into_iter()
        .filter_map(|key| match object.get(key)? {
            Value::Object(inner) => Some(account(inner, depth - 1)),
            Value::Array(all) => Some(account(all.first()?.as_object()?, depth - 1)),
            Value::String(words) if key == "error" => Some(ApiError::from_message(words.clone())),
            _ => None,
        })
        .reduce(ApiError::or)
        .unwrap_or_default()
        .or(own)
}

/// A status of a failure, as a number or in digits.
fn status_in(value: &Value) -> Option<u16> {
    let status = match value {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(digits) => digits.parse().ok()?,
        _ => return None,
    };
    (400..600).contains(&status).then_some(status)
}

/// A string, or a number as one: `code` is a string at Groq, and a number elsewhere.
fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
