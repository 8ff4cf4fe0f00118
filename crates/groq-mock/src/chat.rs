//! `POST /openai/v1/chat/completions`.

pub(crate) mod answer;
pub(crate) mod ask;
pub(crate) mod cache;
mod citations;
mod complete;
pub(crate) mod executed;
mod json;
pub(crate) mod rules;
mod shape;
mod stream;
mod tools;

use std::time::{Duration, Instant};

use groq_types::{ModelUsage, UsageBreakdown};
use serde_json::Value;

use self::answer::{Answer, Manner};
use self::ask::Ask;
use self::complete::Frame;
use self::stream::{Events, Settings};
use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::check;
use crate::ids;
use crate::limits::Use;
use crate::models::Family;
use crate::random::{Digest, Random};
use crate::response::Response;

/// Checks the request, counts it, and answers whole or in a stream.
pub(crate) fn create(exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::object(check::body(exchange.request)?, shape::REQUEST)?;
    let name = body
        .get("model")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let ask = Ask::new(body, exchange.app.models.find(name)?);
    rules::check(&ask)?;
    let prompt_tokens = ask.prompt_tokens();
    if prompt_tokens > ask.model.context {
        return Err(too_long());
    }
    let options = &exchange.app.options;
    let mut answer = Answer::new(
        &ask,
        Manner {
            seed: options.seed,
            null_arguments: options.null_arguments,
        },
    );
    answer.cached_tokens = exchange.app.prompts.look_up(&ask, prompt_tokens);
    let wanted = Use {
        model: &ask.model.id,
        tier: ask.tier(),
        requested: prompt_tokens
            .saturating_add(ask.max_tokens().unwrap_or(answer.completion_tokens)),
        // What the cache held is given back.
        spent: prompt_tokens + answer.completion_tokens - answer.cached_tokens,
        seconds: 0,
    };
    let (standing, admitted) = exchange.charge(wanted, Instant::now());
    let mut response = match admitted {
        Ok(()) => written(answer, &ask, exchange),
        Err(refused) => refused.response(),
    };
    standing.write(&mut response);
    Ok(response)
}

fn too_long() -> Box<ApiError> {
    ApiError::invalid("Please reduce the length of the messages or completion.")
        .param("messages")
        .code("context_length_exceeded")
}

fn written(answer: Answer, ask: &Ask<'_>, exchange: Exchange<'_>) -> Response {
    let options = &exchange.app.options;
    if let Some(failure) = answer.failure.as_ref().filter(|_| !ask.streams()) {
        return failure.response();
    }
    let tokens = answer.completion_tokens;
    let frame = frame(&answer, ask, exchange);
    // One token takes so long, or no time where no speed is set.
    let pace = options.tokens_per_second.map_or(Duration::ZERO, |speed| {
        Duration::from_secs_f64(1.0 / speed.max(1e-6))
    });
    if ask.streams() {
        let settings = Settings {
            include_usage: ask.includes_usage(),
            split_arguments: options.split_arguments,
            names_channel: ask.model.family == Family::GptOss,
        };
        let mut response = Response::events(Box::new(Events::new(answer, frame, settings)));
        response.pace = pace;
        return response;
    }
    let mut response = Response::json(200, complete::write(&answer, &frame));
    response.wait = pace.saturating_mul(u32::try_from(tokens).unwrap_or(u32::MAX));
    response
}

fn frame(answer: &Answer, ask: &Ask<'_>, mut exchange: Exchange<'_>) -> Frame {
    let options = &exchange.app.options;
    // Without a seed in the request there is one all the same; it follows from the request, so that it repeats it.
    let own_seed = i64::try_from(ask.digest(options.seed).finish() >> 33).unwrap_or(0);
    let usage = answer.usage(options.tokens_per_second, &exchange.unique);
    let breakdown = executed::is_compound(ask).then(|| {
        let model = ModelUsage::new(ask.model.id.clone()).with_usage(usage.clone());
        UsageBreakdown::new().with_models([model])
    });
    Frame {
        usage,
        breakdown,
        id: ids::completion(&mut exchange.unique),
        created: exchange.app.unix_time(),
        model: ask.model.id.clone(),
        fingerprint: ids::fingerprint(&mut Random::new(
            Digest::new(0).text(&ask.model.id).finish(),
        )),
        request_id: exchange.id,
        seed: ask.number("seed").unwrap_or(own_seed),
        tier: ask.tier(),
    }
}
