//! `POST /openai/v1/audio/transcriptions` and `POST /openai/v1/audio/translations`.

use std::time::Instant;

use serde_json::json;

use super::ask::{Ask, Shape};
use super::hear::Recording;
use super::transcript;
use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::limits::Use;
use crate::models::catalogue::Task;
use crate::response::{Body, Response};

pub(crate) fn transcribe(exchange: &Exchange<'_>) -> Outcome<Response> {
    create(exchange, "transcribe")
}

pub(crate) fn translate(exchange: &Exchange<'_>) -> Outcome<Response> {
    create(exchange, "translate")
}

fn create(exchange: &Exchange<'_>, task: &'static str) -> Outcome<Response> {
    let ask = Ask::new(exchange)?;
    let model = exchange.app.models.find(&ask.model)?;
    if model.task != Task::Transcription {
        return Err(ApiError::unsupported_task(&model.id, "audio"));
    }
    if task == "translate" {
        translatable(&ask)?;
    }
    let options = &exchange.app.options;
    let mut recording = Recording::new(&ask.source, options.seed)?;
    options.transcript_noise.apply(&mut recording);
    let wanted = Use {
        model: &model.id,
        tier: "on_demand",
        requested: 0,
        spent: 0,
        seconds: billed(recording.duration),
    };
    let (standing, admitted) = exchange.charge(wanted, Instant::now());
    let mut response = match admitted {
        Ok(()) => written(&recording, &ask, task, &exchange.id),
        Err(refused) => refused.response(),
    };
    standing.write(&mut response);
    Ok(response)
}

/// Whole seconds, and ten at least.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a duration is positive, and far shorter than that"
)]
fn billed(duration: f64) -> u64 {
    duration.ceil().max(10.0) as u64
}

fn translatable(ask: &Ask) -> Outcome<()> {
    if ask.model.contains("turbo") {
        let message = format!("The model `{}` does not support translation", ask.model);
        return Err(ApiError::invalid(message));
    }
    if ask
        .language
        .as_deref()
        .is_some_and(|language| language != "en")
    {
        return Err(ApiError::invalid("language must be one of [en]").param("language"));
    }
    if ask.words {
        let message = "timestamp_granularities[] must be one of [segment]";
        return Err(ApiError::invalid(message).param("timestamp_granularities[]"));
    }
    Ok(())
}

fn written(recording: &Recording, ask: &Ask, task: &str, id: &str) -> Response {
    let text = transcript::text(&recording.words);
    let mut answer = json!({"text": text, "x_groq": {"id": id}});
    match ask.form {
        Shape::Text => {
            return Response::new(200, Body::Whole(text.into()))
                .with("content-type", "text/plain; charset=utf-8");
        }
        Shape::Json => {}
        Shape::Verbose => {
            answer["task"] = json!(task);
            answer["language"] = json!(language(ask, task));
            answer["duration"] = json!((recording.duration * 1e6).round() / 1e6);
            if ask.segments {
                answer["segments"] = json!(transcript::segments(recording, ask.temperature));
            }
            if ask.words {
                answer["words"] = json!(transcript::words(recording));
            }
        }
    }
    Response::json(200, answer.to_string())
}

/// The name of the language, where it is one of the usual ones; tones are English.
fn language<'a>(ask: &'a Ask, task: &str) -> &'a str {
    if task == "translate" {
        return "english";
    }
    match ask.language.as_deref() {
        None | Some("en") => "English",
        Some("de") => "German",
        Some("fr") => "French",
        Some("es") => "Spanish",
        Some("it") => "Italian",
        Some("pt") => "Portuguese",
        Some("ja") => "Japanese",
        Some("zh") => "Chinese",
        Some(code) => code,
    }
}
