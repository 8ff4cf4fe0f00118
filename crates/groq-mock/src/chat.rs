//! Chat completions.

pub(crate) mod answer;
mod complete;
mod executed;
mod json;
pub(crate) mod request;
mod rules;
mod stream;
mod tools;

use groq_types::{ModelUsage, UsageBreakdown};
use serde_json::Value;

use self::answer::Answer;
use self::complete::Frame;
use self::request::ChatRequest;
use crate::api_error::{ApiError, Outcome};
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::ids;
use crate::limits::Charge;
use crate::random::{Digest, Random};
use crate::response::Response;

pub(crate) fn create(exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::CHAT_COMPLETION_REQUEST)?;
    let name = body
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let request = ChatRequest::new(body, exchange.state.models.find(name)?);
    answer(exchange, &request, ["messages", "completion"], written)
}

/// Checks a request, decides on its answer, counts it, and writes the answer; `input` and `output` are what its API
/// calls them.
pub(crate) fn answer(
    mut exchange: Exchange<'_>,
    request: &ChatRequest<'_>,
    [input, output]: [&'static str; 2],
    write: impl FnOnce(&Answer, &mut Exchange<'_>, &ChatRequest<'_>) -> Response,
) -> Outcome<Response> {
    rules::check(request)?;
    let prompt_tokens = request.prompt_tokens();
    if prompt_tokens > request.model.context {
        let message = format!("Please reduce the length of the {input} or {output}.");
        let error = ApiError::invalid(message).param(input);
        return Err(error.code("context_length_exceeded"));
    }
    let answer = Answer::new(request, exchange.state.options.seed)?;
    let most = request.max_tokens().unwrap_or(answer.completion_tokens);
    let charge = Charge {
        tier: request.tier(),
        requested: prompt_tokens.saturating_add(most),
        ..Charge::tokens(&request.model.id, prompt_tokens + answer.completion_tokens)
    };
    Ok(exchange.metered(charge, |exchange| write(&answer, exchange, request)))
}

fn written(answer: &Answer, exchange: &mut Exchange<'_>, request: &ChatRequest<'_>) -> Response {
    if let Some(failure) = answer.failure.as_ref().filter(|_| !request.streams()) {
        return failure.response();
    }
    let tokens = u32::try_from(answer.completion_tokens).unwrap_or(u32::MAX);
    let frame = frame(answer, request, exchange);
    if request.streams() {
        let events = stream::events(answer, &frame, request);
        let mut response = Response::events(Box::new(events.into_iter()));
        response.pace = exchange.pace();
        return response;
    }
    let mut response = Response::json(200, complete::write(answer, &frame));
    response.wait = exchange.pace().saturating_mul(tokens);
    response
}

fn frame(answer: &Answer, request: &ChatRequest<'_>, exchange: &mut Exchange<'_>) -> Frame {
    let options = &exchange.state.options;
    // Without a seed in the request there is one all the same; equal requests have equal ones.
    let own_seed = i64::try_from(request.digest(options.seed).finish() >> 33).unwrap_or(0);
    let usage = answer.usage(options.tokens_per_second, &exchange.unique);
    let model = &request.model.id;
    let breakdown = executed::is_compound(request).then(|| {
        let model = ModelUsage::new(model.clone()).with_usage(usage.clone());
        UsageBreakdown::new().with_models([model])
    });
    Frame {
        usage,
        breakdown,
        id: ids::completion(&mut exchange.unique),
        created: exchange.state.unix_time(),
        model: model.clone(),
        fingerprint: ids::fingerprint(&mut Random::new(Digest::new(0).text(model).finish())),
        request_id: exchange.id.clone(),
        seed: request.number("seed").unwrap_or(own_seed),
        tier: request.tier(),
    }
}
