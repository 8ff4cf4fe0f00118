//! `POST /openai/v1/audio/transcriptions` and `POST /openai/v1/audio/translations`.

use groq_models::ModelKind;
use serde_json::json;

use super::recording::Recording;
use super::request::{AudioRequest, Format, Task};
use super::transcript;
use crate::api_error::{ApiError, Outcome};
use crate::cast::rounded;
use crate::exchange::Exchange;
use crate::limits::Charge;
use crate::models::ModelEntry;
use crate::response::{Body, Response};

pub(crate) fn transcribe(exchange: Exchange<'_>) -> Outcome<Response> {
    create(exchange, Task::Transcribe)
}

pub(crate) fn translate(exchange: Exchange<'_>) -> Outcome<Response> {
    create(exchange, Task::Translate)
}

fn create(mut exchange: Exchange<'_>, task: Task) -> Outcome<Response> {
    let request = AudioRequest::new(&exchange, task)?;
    let model = exchange.model(Some(&request.model), ModelKind::Transcription, "audio")?;
    if task == Task::Translate {
        translatable(&request, model)?;
    }
    let options = &exchange.state.options;
    let recording = Recording::new(&request.source, options.seed, &options.transcript_noise)?;
    // Whole seconds, and ten at least.
    let seconds = rounded(recording.duration.ceil().max(10.0));
    let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
    let charge = Charge::audio(&model.id, seconds);
    Ok(exchange.metered(charge, |exchange| {
        written(&recording, &request, task, &exchange.id)
    }))
}

fn translatable(request: &AudioRequest, model: &ModelEntry) -> Outcome<()> {
    if model
        .info
        .transcription
        .is_some_and(|info| !info.translates)
    {
        let message = format!("The model `{}` does not support translation", request.model);
        return Err(ApiError::invalid(message));
    }
    if request
        .language
        .as_deref()
        .is_some_and(|language| language != "en")
    {
        return Err(ApiError::invalid("language must be one of [en]").param("language"));
    }
    Ok(())
}

fn written(recording: &Recording, request: &AudioRequest, task: Task, id: &str) -> Response {
    let text = transcript::text(&recording.words);
    let mut answer = json!({"text": text, "x_groq": {"id": id}});
    match request.format {
        Format::Text => {
            return Response::new(200, Body::Whole(text.into()))
                .with("content-type", "text/plain; charset=utf-8");
        }
        Format::Json => {}
        Format::Verbose => {
            answer["task"] = json!(task.name());
            answer["language"] = json!(language(request, task));
            answer["duration"] = json!((recording.duration * 1e6).round() / 1e6);
            if request.segments {
                answer["segments"] = json!(transcript::segments(recording, request.temperature));
            }
            if request.words {
                answer["words"] = json!(transcript::words(recording));
            }
        }
    }
    Response::json(200, answer.to_string())
}

/// The name of the language, where it is one of the usual ones; tones are English.
fn language(request: &AudioRequest, task: Task) -> &str {
    if task == Task::Translate {
        return "english";
    }
    match request.language.as_deref() {
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
