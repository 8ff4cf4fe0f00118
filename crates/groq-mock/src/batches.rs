//! Batches, and their operations.
//!
//! A batch goes from state to state when it is looked at: one state a look, or as many as are due where
//! [`Builder::batch_step`](crate::Builder::batch_step) sets a pace. Its requests go through the same handlers as
//! any others.

mod job;
mod lines;
mod wire;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use self::job::Job;
use self::wire::Batch;
use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::check::{self, Field, Rule};
use crate::response::Response;

const MAX_BATCHES: usize = 1_000;
const MAX_METADATA: usize = 16;
const HOUR: u64 = 3_600;

const REQUEST: &[Field] = &[
    Field::required("input_file_id", Rule::Text),
    Field::required("endpoint", Rule::OneOf(ENDPOINTS)),
    Field::required("completion_window", Rule::Text),
    Field::optional("metadata", Rule::Map(&Rule::Text)),
];

const ENDPOINTS: &[&str] = &[
    "/v1/chat/completions",
    "/v1/audio/transcriptions",
    "/v1/audio/translations",
];

/// All batches of one mock, oldest first. Each has a lock of its own, held while it runs.
#[derive(Debug, Default)]
pub(crate) struct Batches(Mutex<Vec<Entry>>);

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    job: Arc<Mutex<Job>>,
}

#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Batch>,
}

impl Batches {
    fn all(&self) -> Vec<Entry> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn add(&self, job: Job) -> Outcome<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_BATCHES {
            return Err(ApiError::invalid("the organization has too many batches"));
        }
        kept.push(Entry {
            id: job.batch().id.clone(),
            job: Arc::new(Mutex::new(job)),
        });
        Ok(())
    }

    fn find(&self, id: &str) -> Outcome<Arc<Mutex<Job>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|entry| entry.id == id);
        found
            .map(|entry| Arc::clone(&entry.job))
            .ok_or_else(|| ApiError::with_status(404, format!("The batch `{id}` does not exist.")))
    }
}

/// `POST /openai/v1/batches`.
pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::object(check::body(exchange.request)?, REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
    let window = window(text("completion_window"))?;
    let metadata = metadata(body)?;
    let input = exchange.app.files.about(text("input_file_id"))?;
    if input.purpose != "batch" {
        let message = format!(
            "The purpose of the file `{}` is `{}`, not `batch`.",
            input.id, input.purpose
        );
        return Err(ApiError::invalid(message).param("input_file_id"));
    }
    let batch = Batch {
        endpoint: text("endpoint").to_owned(),
        completion_window: text("completion_window").to_owned(),
        metadata,
        ..Batch::new(
            &mut exchange.unique,
            input.id,
            exchange.app.unix_time(),
            window,
        )
    };
    let response = json(&batch);
    exchange
        .app
        .batches
        .add(Job::new(batch, &exchange, window))?;
    Ok(response)
}

/// `24h` to `7d`.
fn window(text: &str) -> Outcome<Duration> {
    let seconds = text
        .char_indices()
        .last()
        .and_then(|(at, unit)| {
            let number: u64 = text[..at].parse().ok()?;
            let unit = match unit {
                'h' => HOUR,
                'd' => 24 * HOUR,
                _ => return None,
            };
            number.checked_mul(unit)
        })
        .filter(|seconds| (24 * HOUR..=7 * 24 * HOUR).contains(seconds));
    seconds.map(Duration::from_secs).ok_or_else(|| {
        ApiError::invalid("`completion_window` must be from `24h` to `7d`")
            .param("completion_window")
    })
}

fn metadata(body: &Map<String, Value>) -> Outcome<Option<Map<String, Value>>> {
    let metadata = body.get("metadata").and_then(Value::as_object);
    match metadata {
        Some(metadata) if metadata.len() > MAX_METADATA => Err(ApiError::invalid(format!(
            "'metadata' : maximum number of properties is {MAX_METADATA}"
        ))),
        metadata => Ok(metadata.cloned()),
    }
}

/// `GET /openai/v1/batches`: the newest first, and none of them a state further.
pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    let shown = |entry: Entry| {
        let job = entry.job.lock().unwrap_or_else(PoisonError::into_inner);
        job.batch().clone()
    };
    let data = exchange.app.batches.all().into_iter().rev().map(shown);
    json(&List {
        object: "list",
        data: data.collect(),
    })
}

/// `GET /openai/v1/batches/{batch_id}`.
pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let job = exchange.app.batches.find(id)?;
    let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
    job.advance(exchange.app);
    Ok(json(job.batch()))
}

/// `POST /openai/v1/batches/{batch_id}/cancel`.
pub(crate) fn cancel(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let job = exchange.app.batches.find(id)?;
    let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
    job.cancel(exchange.app)?;
    Ok(json(job.batch()))
}

fn json(value: &impl Serialize) -> Response {
    Response::json(200, serde_json::to_vec(value).unwrap_or_default())
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
