//! Fine-tunings: adapters that are made at once.

use std::sync::MutexGuard;

use serde_json::{Value, json};

use crate::api_error::{ApiError, Outcome};
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::ids;
use crate::lock::lock;
use crate::response::Response;

const MAX_TUNINGS: usize = 1_000;
const MAX_NAME: usize = 256;

pub(crate) fn create(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let body = check::body(exchange.request, &requests::FINE_TUNING_REQUEST)?;
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let base = text("base_model").unwrap_or("llama-3.1-8b-instant");
    let base_model = &exchange.state.models.find(base)?.id;
    let input_file_id = text("input_file_id").unwrap_or_default();
    if !input_file_id.is_empty() {
        exchange.state.files.about(input_file_id)?;
    }
    let name = text("name").unwrap_or("adapter");
    if name.len() > MAX_NAME {
        let message = format!("'name' : maximum string length is {MAX_NAME}");
        return Err(ApiError::invalid(message));
    }
    let id = ids::prefixed("ft_01", &mut exchange.unique);
    let tuning = json!({
        "fine_tuned_model": format!("{base_model}/{id}"),
        "id": id,
        "name": name,
        "base_model": base_model,
        "type": "lora",
        "input_file_id": input_file_id,
        "created_at": exchange.state.unix_time(),
    });
    let mut kept = kept(&exchange);
    if kept.len() >= MAX_TUNINGS {
        let message = "the organization has no room for another fine-tuning: delete some";
        return Err(ApiError::invalid(message));
    }
    kept.push(tuning.clone());
    Ok(one(&tuning))
}

pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    Response::of(&json!({"object": "list", "data": *kept(exchange)}))
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let kept = kept(exchange);
    Ok(one(&kept[place(&kept, id)?]))
}

pub(crate) fn delete(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let mut kept = kept(exchange);
    let place = place(&kept, id)?;
    kept.remove(place);
    Ok(Response::of(
        &json!({"id": id, "object": "fine_tuning", "deleted": true}),
    ))
}

fn kept<'a>(exchange: &Exchange<'a>) -> MutexGuard<'a, Vec<Value>> {
    let state = exchange.state;
    lock(&state.fine_tunings)
}

fn place(kept: &[Value], id: &str) -> Outcome<usize> {
    let place = kept.iter().position(|tuning| tuning["id"] == id);
    place.ok_or_else(|| {
        ApiError::with_status(404, format!("The fine-tuning `{id}` does not exist."))
    })
}

fn one(tuning: &Value) -> Response {
    Response::of(&json!({"id": tuning["id"], "object": "fine_tuning", "data": tuning}))
}
