//! Responses: the same answers as chat completions, in another form.

mod object;
mod stream;
mod translate;

use serde_json::{Map, Value};

use self::object::Settings;
use crate::api_error::{ApiError, Outcome};
use crate::chat;
use crate::chat::answer::Answer;
use crate::chat::request::ChatRequest;
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::response::Response;

pub(crate) fn create(exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::RESPONSE_REQUEST)?;
    supported(body)?;
    let model = exchange
        .state
        .models
        .find(body["model"].as_str().unwrap_or_default())?;
    let chat = translate::chat(body, model.family);
    let write = |answer: &Answer, exchange: &mut Exchange<'_>, _: &ChatRequest<'_>| {
        written(answer, body, exchange)
    };
    let request = ChatRequest::new(&chat, model);
    chat::answer(exchange, &request, ["input", "output"], write)
}

/// Refuses what comparable services do and this one does not.
fn supported(body: &Map<String, Value>) -> Outcome<()> {
    let refuse = |name: &str, message: &str| Err(ApiError::invalid(message).param(name));
    if body.get("store").and_then(Value::as_bool) == Some(true) {
        return refuse("store", "`store` must be false: responses are not kept");
    }
    if body.get("truncation").and_then(Value::as_str) == Some("auto") {
        return refuse("truncation", "`truncation` must be `disabled`");
    }
    if body["input"].as_array().is_some_and(Vec::is_empty) {
        return refuse("input", "'input' : minimum number of items is 1");
    }
    let metadata = body.get("metadata").and_then(Value::as_object);
    if metadata.is_some_and(|metadata| metadata.len() > 16) {
        return refuse(
            "metadata",
            "'metadata' : maximum number of properties is 16",
        );
    }
    Ok(())
}

fn written(answer: &Answer, body: &Map<String, Value>, exchange: &mut Exchange<'_>) -> Response {
    let streams = body.get("stream").and_then(Value::as_bool) == Some(true);
    if let Some(failure) = answer.failure.as_ref().filter(|_| !streams) {
        return failure.response();
    }
    let beta = exchange.request.header("groq-beta").unwrap_or_default();
    let speed = exchange.state.options.tokens_per_second;
    let usage = || answer.usage(speed, &exchange.unique);
    let usage = beta.contains("inference-metrics").then(usage);
    let settings = Settings {
        request: body,
        created: exchange.state.unix_time(),
        metrics: usage.as_ref(),
    };
    let object = object::object(answer, &settings, &mut exchange.unique);
    let pace = exchange.pace();
    if streams {
        let mut response = Response::events(Box::new(stream::events(&object).into_iter()));
        response.pace = pace;
        return response;
    }
    let mut response = Response::json(200, object.to_string());
    let tokens = u32::try_from(answer.completion_tokens).unwrap_or(u32::MAX);
    response.wait = pace.saturating_mul(tokens);
    response
}
