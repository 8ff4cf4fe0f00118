//! Batches, and their operations.
//!
//! A batch changes its state when it is retrieved: by one each time, or by as many as are due if
//! [`Builder::batch_step`](crate::Builder::batch_step) is set. Its requests go through the same handlers as any others.

pub(crate) mod job;
mod lines;
pub(crate) mod store;

use std::time::Duration;

use serde_json::{Value, json};

use self::job::{Host, Job};
use crate::api_error::{ApiError, Outcome};
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::ids;
use crate::lock::lock;
use crate::response::Response;

const MAX_METADATA: usize = 16;
const HOUR: u64 = 3_600;

pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::BATCH_REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let window = window(text("completion_window"))?;
    let metadata = body.get("metadata").and_then(Value::as_object);
    if metadata.is_some_and(|metadata| metadata.len() > MAX_METADATA) {
        let message = format!("'metadata' : maximum number of properties is {MAX_METADATA}");
        return Err(ApiError::invalid(message));
    }
    let state = exchange.state;
    let input = state.files.about(text("input_file_id"))?;
    if input.purpose != "batch" {
        let (id, purpose) = (&input.id, &input.purpose);
        let message = format!("The purpose of the file `{id}` is `{purpose}`, not `batch`.");
        return Err(ApiError::invalid(message).param("input_file_id"));
    }
    let (id, now) = (
        ids::prefixed("batch_01", &mut exchange.unique),
        state.unix_time(),
    );
    let batch = json!({
        "id": id,
        "object": "batch",
        "endpoint": text("endpoint"),
        "errors": null,
        "input_file_id": input.id,
        "completion_window": text("completion_window"),
        "status": "validating",
        "output_file_id": null,
        "error_file_id": null,
        "created_at": now,
        "in_progress_at": null,
        "expires_at": now.saturating_add(window.as_secs()),
        "finalizing_at": null,
        "completed_at": null,
        "failed_at": null,
        "expired_at": null,
        "cancelling_at": null,
        "cancelled_at": null,
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "metadata": metadata,
    });
    let response = Response::of(&batch);
    let window = state.options.batch_expires_after.unwrap_or(window);
    let authorization = exchange.request.headers().get("authorization").cloned();
    let random = exchange.unique.fork("batch");
    let job = Job::new(batch, window, authorization, random);
    state.batches.add(id, job)?;
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

/// The newest first; listing does not change a state.
pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    let batches = exchange.state.batches.all();
    let batches = batches.iter().rev().map(|job| lock(job).batch.clone());
    Response::of(&json!({"object": "list", "data": batches.collect::<Vec<_>>()}))
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let job = exchange.state.batches.find(id)?;
    let mut job = lock(&job);
    job.advance(&Host {
        files: &exchange.state.files,
        now: exchange.state.unix_time(),
        step: exchange.state.options.batch_step,
        run: &|line| (exchange.run_line)(exchange.state, line),
    });
    Ok(Response::of(&job.batch))
}

pub(crate) fn cancel(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let job = exchange.state.batches.find(id)?;
    let mut job = lock(&job);
    job.cancel(exchange.state.unix_time())?;
    Ok(Response::of(&job.batch))
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
