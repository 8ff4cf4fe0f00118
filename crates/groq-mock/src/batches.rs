//! Batches, and their operations.
//!
//! A batch goes from state to state when it is retrieved: one state each time, or as many as are due where
//! [`Builder::batch_step`](crate::Builder::batch_step) sets a pace. Its requests go through the same handlers as
//! any others.

pub(crate) mod job;
mod lines;
pub(crate) mod store;
mod wire;

use std::sync::PoisonError;
use std::time::Duration;

use serde_json::{Map, Value, json};

use self::job::{BatchLine, Host, Job, LineAnswer};
use self::wire::Batch;
use crate::api_error::{ApiError, Outcome};
use crate::check;
use crate::exchange::Exchange;
use crate::files::store::Files;
use crate::generated::requests;
use crate::response::Response;

const MAX_METADATA: usize = 16;
const HOUR: u64 = 3_600;

impl Host for Exchange<'_> {
    fn files(&self) -> &Files {
        &self.state.files
    }

    fn now(&self) -> u64 {
        self.state.unix_time()
    }

    fn step(&self) -> Duration {
        self.state.options.batch_step
    }

    fn run(&self, line: &BatchLine<'_>) -> Option<LineAnswer> {
        (self.run_line)(self.state, line)
    }
}

pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::BATCH_REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let window = window(text("completion_window"))?;
    let metadata = metadata(body)?;
    let state = exchange.state;
    let input = state.files.about(text("input_file_id"))?;
    if input.purpose != "batch" {
        let (id, purpose) = (&input.id, &input.purpose);
        let message = format!("The purpose of the file `{id}` is `{purpose}`, not `batch`.");
        return Err(ApiError::invalid(message).param("input_file_id"));
    }
    let batch = Batch {
        endpoint: text("endpoint").to_owned(),
        completion_window: text("completion_window").to_owned(),
        metadata,
        ..Batch::new(&mut exchange.unique, input.id, state.unix_time(), window)
    };
    let response = Response::of(&batch);
    let window = state.options.batch_expires_after.unwrap_or(window);
    let authorization = exchange.request.headers().get("authorization").cloned();
    let random = exchange.unique.fork("batch");
    state
        .batches
        .add(Job::new(batch, window, authorization, random))?;
    Ok(response)
}

/// `24h` to `7d`.
fn window(text: &str) -> Outcome<Duration> {
    let seconds = text.char_indices().last().and_then(|(at, unit)| {
        let number: u64 = text[..at].parse().ok()?;
        let unit = match unit {
            'h' => HOUR,
            'd' => 24 * HOUR,
            _ => return None,
        };
        number.checked_mul(unit)
    });
    let seconds = seconds.filter(|seconds| (24 * HOUR..=7 * 24 * HOUR).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| {
        ApiError::invalid("`completion_window` must be from `24h` to `7d`")
            .param("completion_window")
    })
}

fn metadata(body: &Map<String, Value>) -> Outcome<Option<Map<String, Value>>> {
    match body.get("metadata").and_then(Value::as_object) {
        Some(metadata) if metadata.len() > MAX_METADATA => Err(ApiError::invalid(format!(
            "'metadata' : maximum number of properties is {MAX_METADATA}"
        ))),
        metadata => Ok(metadata.cloned()),
    }
}

/// The newest first, and none of them a state further.
pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    let batches = exchange.state.batches.all();
    let batches = batches.iter().rev().map(|job| {
        let job = job.lock().unwrap_or_else(PoisonError::into_inner);
        job.batch().clone()
    });
    Response::of(&json!({"object": "list", "data": batches.collect::<Vec<_>>()}))
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let job = exchange.state.batches.find(id)?;
    let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
    job.advance(exchange);
    Ok(Response::of(job.batch()))
}

pub(crate) fn cancel(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let job = exchange.state.batches.find(id)?;
    let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
    job.cancel(exchange.state.unix_time())?;
    Ok(Response::of(job.batch()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows() {
        for (text, hours) in [
            ("24h", 24),
            ("1d", 24),
            ("7d", 168),
            ("168h", 168),
            ("36h", 36),
        ] {
            assert_eq!(window(text).ok(), Some(Duration::from_secs(hours * HOUR)));
        }
        for text in [
            "",
            "h",
            "23h",
            "8d",
            "24",
            "24m",
            "-1d",
            "999999999999999999d",
            "é",
        ] {
            assert!(window(text).is_err(), "{text}");
        }
    }
}
