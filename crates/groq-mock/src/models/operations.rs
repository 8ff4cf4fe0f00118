//! The operations on models.

use groq_models::ModelKind;
use groq_types::Model;
use serde::Serialize;

use super::{ModelEntry, Models};
use crate::api_error::{ApiError, Outcome};
use crate::exchange::Exchange;
use crate::response::Response;

#[derive(Serialize)]
struct List {
    object: &'static str,
    data: Vec<Model>,
}

pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    // Two operations have models that the live list does not show.
    let shown = |model: &&ModelEntry| {
        !matches!(model.info.kind, ModelKind::Embedding | ModelKind::Reranking)
    };
    let models = exchange.state.models.all().iter().filter(shown);
    Response::of(&List {
        object: "list",
        data: models.map(ModelEntry::listed).collect(),
    })
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let model = known(&exchange.state.models, id)?;
    Ok(Response::of(&model.listed()))
}

/// Nobody owns one of these models.
pub(crate) fn delete(exchange: &Exchange<'_>, id: &str) -> Box<ApiError> {
    known(&exchange.state.models, id).map_or_else(
        |unknown| unknown,
        |_| {
            let message = format!("You have insufficient permissions to delete the model `{id}`.");
            ApiError::with_status(403, message)
        },
    )
}

fn known<'a>(models: &'a Models, id: &str) -> Outcome<&'a ModelEntry> {
    let found = models.all().iter().find(|model| model.id == id);
    found.ok_or_else(|| ApiError::unknown_model(id))
}
