//! `/v1/fine_tunings`, which has no `/openai` before it: adapters that are made at once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::check::{self, Field, Rule};
use crate::ids;
use crate::response::Response;

const MAX_TUNINGS: usize = 1_000;
const MAX_NAME: usize = 256;

const REQUEST: &[Field] = &[
    Field::plain("base_model", Rule::Text),
    Field::plain("input_file_id", Rule::Text),
    Field::plain("name", Rule::Text),
    Field::plain("type", Rule::OneOf(&["lora"])),
];

/// All fine-tunings of one mock, oldest first.
#[derive(Debug, Default)]
pub(crate) struct FineTunings(Mutex<Vec<Tuning>>);

#[derive(Clone, Debug, Serialize)]
struct Tuning {
    id: String,
    name: String,
    base_model: String,
    #[serde(rename = "type")]
    kind: &'static str,
    input_file_id: String,
    created_at: u64,
    fine_tuned_model: String,
}

#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    object: &'static str,
    data: &'a Tuning,
}

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: &'a [Tuning],
}

#[derive(Serialize)]
struct Deletion<'a> {
    id: &'a str,
    object: &'static str,
    deleted: bool,
}

impl FineTunings {
    fn lock(&self) -> MutexGuard<'_, Vec<Tuning>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::object(check::body(exchange.request)?, REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let base = text("base_model").unwrap_or("llama-3.1-8b-instant");
    let base_model = exchange.app.models.find(base)?.id.clone();
    let input_file_id = text("input_file_id").unwrap_or_default().to_owned();
    if !input_file_id.is_empty() {
        exchange.app.files.about(&input_file_id)?;
    }
    let name = text("name").unwrap_or("adapter").to_owned();
    if name.len() > MAX_NAME {
        return Err(ApiError::invalid(format!(
            "'name' : maximum string length is {MAX_NAME}"
        )));
    }
    let id = ids::fine_tuning(&mut exchange.unique);
    let tuning = Tuning {
        fine_tuned_model: format!("{base_model}/{id}"),
        id,
        name,
        base_model,
        kind: "lora",
        input_file_id,
        created_at: exchange.app.unix_time(),
    };
    let mut kept = exchange.app.fine_tunings.lock();
    if kept.len() >= MAX_TUNINGS {
        return Err(ApiError::invalid(
            "the organization has no room for another fine-tuning: delete some",
        ));
    }
    kept.push(tuning.clone());
    Ok(one(&tuning))
}

pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    let data = exchange.app.fine_tunings.lock().clone();
    json(&List {
        object: "list",
        data: &data,
    })
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let kept = exchange.app.fine_tunings.lock();
    let tuning = kept.iter().find(|tuning| tuning.id == id);
    tuning.map(one).ok_or_else(|| missing(id))
}

pub(crate) fn delete(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let mut kept = exchange.app.fine_tunings.lock();
    let place = kept.iter().position(|tuning| tuning.id == id);
    kept.remove(place.ok_or_else(|| missing(id))?);
    Ok(json(&Deletion {
        id,
        object: "fine_tuning",
        deleted: true,
    }))
}

fn one(tuning: &Tuning) -> Response {
    json(&One {
        id: &tuning.id,
        object: "fine_tuning",
        data: tuning,
    })
}

fn missing(id: &str) -> Box<ApiError> {
    ApiError::with_status(404, format!("The fine-tuning `{id}` does not exist."))
}

fn json(value: &impl Serialize) -> Response {
    Response::json(200, serde_json::to_vec(value).unwrap_or_default())
}
