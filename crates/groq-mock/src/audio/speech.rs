//! `POST /openai/v1/audio/speech`.

use bytes::Bytes;
use groq_models::ModelKind;
use serde_json::Value;

use super::{tones, wav};
use crate::api_error::{ApiError, Outcome};
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::limits::Charge;
use crate::models::ModelEntry;
use crate::response::{Body, Response};

const DEFAULT_RATE: u32 = 48_000;
/// Bytes of one piece of the answer.
const PIECE: usize = 16 * 1024;

/// Checks the request, counts it, and beeps.
pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::SPEECH_REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let model = exchange.model(text("model"), ModelKind::Speech, "speech")?;
    let input = text("input").unwrap_or_default();
    check_input(input, model.info.max_input_chars.unwrap_or(usize::MAX))?;
    check_voice(model, text("voice").unwrap_or_default())?;
    if text("response_format").is_some_and(|format| format != "wav") {
        return Err(
            ApiError::invalid("response_format must be one of [wav]").param("response_format")
        );
    }
    let rate = body.get("sample_rate").and_then(check::whole);
    let rate = rate
        .and_then(|rate| u32::try_from(rate).ok())
        .unwrap_or(DEFAULT_RATE);
    let speed = body.get("speed").and_then(Value::as_f64).unwrap_or(1.0);
    let spent = u64::try_from(input.chars().count()).unwrap_or(u64::MAX);
    let charge = Charge::tokens(&model.id, spent);
    Ok(exchange.metered(charge, |_| spoken(&said(input), rate, speed)))
}

fn check_input(input: &str, most: usize) -> Outcome<()> {
    if said(input).trim().is_empty() {
        return Err(ApiError::invalid("`input` must not be empty").param("input"));
    }
    let length = input.chars().count();
    if length > most {
        let message = format!("`input` must be {most} characters or fewer, it has {length}");
        return Err(ApiError::invalid(message).param("input"));
    }
    Ok(())
}

fn check_voice(model: &ModelEntry, voice: &str) -> Outcome<()> {
    let voices = &model.info.voices;
    if voices.iter().any(|known| known == voice) {
        return Ok(());
    }
    let message = format!("voice must be one of [{}]", voices.join(" "));
    Err(ApiError::invalid(message).param("voice"))
}

/// The text without directions, which are in square brackets.
fn said(input: &str) -> String {
    let mut said = String::new();
    let mut rest = input;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((_, after)) = after.split_once(']') else {
            break;
        };
        said.push_str(before);
        said.push(' ');
        rest = after;
    }
    said + rest
}

/// In pieces of unknown number, as the service sends it.
fn spoken(text: &str, rate: u32, speed: f64) -> Response {
    let bytes = Bytes::from(wav::write(&tones::speak(text, rate, speed)));
    let pieces = (0..bytes.len())
        .step_by(PIECE)
        .map(move |start| bytes.slice(start..bytes.len().min(start + PIECE)));
    Response::new(200, Body::Frames(Box::new(pieces))).with("content-type", "audio/wav")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_are_not_said() {
        for (input, expected) in [
            ("plain", "plain"),
            ("[cheerful] Hello", "  Hello"),
            ("a [b] c [d", "a   c [d"),
        ] {
            assert_eq!(said(input), expected);
        }
    }
}
