//! `POST /openai/v1/audio/speech`.

use std::time::Instant;

use bytes::Bytes;
use serde_json::{Map, Value};

use super::{tones, wav};
use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::check::{self, Field, Rule};
use crate::limits::Use;
use crate::models::{Known, catalogue::Task};
use crate::response::{Body, Response};

/// In characters, directions included.
const MAX_INPUT: usize = 200;
const RATES: &[u32] = &[8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];
const DEFAULT_RATE: u32 = 48_000;
/// Bytes of one piece of the answer.
const PIECE: usize = 16 * 1024;

const ENGLISH: &[&str] = &["autumn", "diana", "hannah", "austin", "daniel", "troy"];
const ARABIC: &[&str] = &["abdullah", "fahad", "sultan", "lulwa", "noura", "aisha"];

const REQUEST: &[Field] = &[
    Field::required("model", Rule::Text),
    Field::required("input", Rule::Text),
    Field::required("voice", Rule::Text),
    Field::plain("response_format", Rule::Text),
    Field::plain("sample_rate", Rule::Integer(0, i64::MAX)),
    Field::plain("speed", Rule::Number(0.5, 5.0)),
];

/// Checks the request, counts it, and beeps.
pub(crate) fn create(exchange: &Exchange<'_>) -> Outcome<Response> {
    let body = check::object(check::body(exchange.request)?, REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let model = exchange
        .app
        .models
        .find(text("model").unwrap_or_default())?;
    if model.task != Task::Speech {
        return Err(ApiError::unsupported_task(&model.id, "speech"));
    }
    let input = text("input").unwrap_or_default();
    check_input(input)?;
    check_voice(model, text("voice").unwrap_or_default())?;
    if text("response_format").is_some_and(|format| format != "wav") {
        return Err(
            ApiError::invalid("response_format must be one of [wav]").param("response_format")
        );
    }
    let rate = rate(body)?;
    let speed = body.get("speed").and_then(Value::as_f64).unwrap_or(1.0);
    let spent = u64::try_from(input.chars().count()).unwrap_or(u64::MAX);
    let wanted = Use {
        model: &model.id,
        tier: "on_demand",
        requested: spent,
        spent,
        seconds: 0,
    };
    let (standing, admitted) = exchange.charge(wanted, Instant::now());
    let mut response = match admitted {
        Ok(()) => spoken(&said(input), rate, speed),
        Err(refused) => refused.response(),
    };
    standing.write(&mut response);
    Ok(response)
}

fn check_input(input: &str) -> Outcome<()> {
    if said(input).trim().is_empty() {
        return Err(ApiError::invalid("`input` must not be empty").param("input"));
    }
    let length = input.chars().count();
    if length > MAX_INPUT {
        let message = format!("`input` must be {MAX_INPUT} characters or fewer, it has {length}");
        return Err(ApiError::invalid(message).param("input"));
    }
    Ok(())
}

fn check_voice(model: &Known, voice: &str) -> Outcome<()> {
    let voices = if model.id.contains("arabic") {
        ARABIC
    } else {
        ENGLISH
    };
    if voices.contains(&voice) {
        return Ok(());
    }
    let message = format!("voice must be one of [{}]", voices.join(" "));
    Err(ApiError::invalid(message).param("voice"))
}

fn rate(body: &Map<String, Value>) -> Outcome<u32> {
    let Some(wanted) = body.get("sample_rate").and_then(Value::as_f64) else {
        return Ok(DEFAULT_RATE);
    };
    let known = RATES
        .iter()
        .find(|rate| (f64::from(**rate) - wanted).abs() < 0.5);
    known.copied().ok_or_else(|| {
        let rates: Vec<String> = RATES.iter().map(u32::to_string).collect();
        let message = format!("sample_rate must be one of [{}]", rates.join(" "));
        ApiError::invalid(message).param("sample_rate")
    })
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
