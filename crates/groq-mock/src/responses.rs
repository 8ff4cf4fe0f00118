//! `POST /openai/v1/responses`: the same answers as chat's, in another form.

mod mcp;
mod object;
mod shape;
mod stream;
mod translate;

use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use self::object::Settings;
use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::chat::answer::{Answer, Manner};
use crate::chat::ask::Ask;
use crate::chat::rules;
use crate::check;
use crate::limits::Use;
use crate::response::Response;

/// Checks the request, counts it, and answers whole or in events.
pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::object(check::body(exchange.request)?, shape::REQUEST)?;
    supported(body)?;
    let name = body["model"].as_str().unwrap_or_default();
    let model = exchange.app.models.find(name)?;
    let chat = translate::chat(body, model.family)?;
    let ask = Ask::new(&chat, model);
    rules::check(&ask)?;
    let prompt_tokens = ask.prompt_tokens();
    if prompt_tokens > model.context {
        return Err(too_long());
    }
    let options = &exchange.app.options;
    let manner = Manner {
        seed: options.seed,
        null_arguments: options.null_arguments,
    };
    let mut answer = Answer::new(&ask, manner);
    answer.cached_tokens = exchange.app.prompts.look_up(&ask, prompt_tokens);
    let wanted = Use {
        model: &model.id,
        tier: ask.tier(),
        requested: prompt_tokens
            .saturating_add(ask.max_tokens().unwrap_or(answer.completion_tokens)),
        spent: prompt_tokens + answer.completion_tokens - answer.cached_tokens,
        seconds: 0,
    };
    let (standing, admitted) = exchange.charge(wanted, Instant::now());
    let mut response = match admitted {
        Ok(()) => written(&answer, body, ask.prompt(), &mut exchange),
        Err(refused) => refused.response(),
    };
    standing.write(&mut response);
    Ok(response)
}

/// What comparable services do and this one does not.
fn supported(body: &Map<String, Value>) -> Outcome<()> {
    let refuse = |name: &str, message: &str| Err(ApiError::invalid(message).param(name));
    if body.get("store").and_then(Value::as_bool) == Some(true) {
        return refuse("store", "`store` must be false: responses are not kept");
    }
    if body.get("truncation").and_then(Value::as_str) == Some("auto") {
        return refuse("truncation", "`truncation` must be `disabled`");
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

fn too_long() -> Box<ApiError> {
    ApiError::invalid("Please reduce the length of the input or output.")
        .param("input")
        .code("context_length_exceeded")
}

fn written(
    answer: &Answer,
    body: &Map<String, Value>,
    prompt: &str,
    exchange: &mut Exchange<'_>,
) -> Response {
    let streams = body.get("stream").and_then(Value::as_bool) == Some(true);
    if let Some(failure) = answer.failure.as_ref().filter(|_| !streams) {
        return failure.response();
    }
    let beta = exchange.request.header("groq-beta").unwrap_or_default();
    let usage = beta
        .contains("inference-metrics")
        .then(|| answer.usage(exchange.app.options.tokens_per_second, &exchange.unique));
    let settings = Settings {
        request: body,
        created: exchange.app.unix_time(),
        prompt,
        metrics: usage.as_ref(),
    };
    let object = object::object(answer, &settings, &mut exchange.unique);
    let speed = exchange.app.options.tokens_per_second;
    // One token takes so long, or no time where no speed is set.
    let pace = speed.map_or(Duration::ZERO, |speed| {
        Duration::from_secs_f64(1.0 / speed.max(1e-6))
    });
    if streams {
        let events = stream::events(&object);
        let mut response = Response::events(Box::new(events.into_iter()));
        response.pace = pace;
        return response;
    }
    let mut response = Response::json(200, object.to_string());
    let tokens = u32::try_from(answer.completion_tokens).unwrap_or(u32::MAX);
    response.wait = pace.saturating_mul(tokens);
    response
}
