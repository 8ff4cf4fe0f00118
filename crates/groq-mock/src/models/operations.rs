//! The operations on models.

use groq_models::ModelKind;
use serde_json::json;

use super::{ModelEntry, Models};
use crate::api_error::{ApiError, Outcome};
use crate::exchange::Exchange;
use crate::response::Response;

pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    // Two operations have models that the live list does not show.
    let shown = |model: &&ModelEntry| {
        !matches!(model.info.kind, ModelKind::Embedding | ModelKind::Reranking)
    };
    let models = exchange.state.models.all().iter().filter(shown);
    let models: Vec<_> = models.map(ModelEntry::listed).collect();
    Response::of(&json!({"object": "list", "data": models}))
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let model = known(&exchange.state.models, id)?;
    Ok(Response::of(&model.listed()))
}

/// These models belong to others than the caller.
pub(crate) fn delete(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    known(&exchange.state.models, id)?;
    let message = format!("You have insufficient permissions to delete the model `{id}`.");
    Err(ApiError::with_status(403, message))
}

fn known<'a>(models: &'a Models, id: &str) -> Outcome<&'a ModelEntry> {
    let found = models.all().iter().find(|model| model.id == id);
    found.ok_or_else(|| ApiError::unknown_model(id))
}
