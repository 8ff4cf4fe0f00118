//! From a request to the operation that it is for. The paths come from the API description.

use groq_types::operations::{self, DELETE_MODEL, Method, Operation, RETRIEVE_MODEL};
use percent_encoding::percent_decode_str;

use crate::api_error::{ApiError, Outcome};
use crate::audio;
use crate::batches;
use crate::chat;
use crate::embeddings;
use crate::exchange::Exchange;
use crate::files;
use crate::fine_tunings;
use crate::models::operations as models;
use crate::reranking;
use crate::response::Response;
use crate::responses;

/// The answer of the operation that the request is for.
pub(crate) fn answer(exchange: Exchange<'_>) -> Response {
    route(exchange).unwrap_or_else(|error| error.response())
}

fn route(exchange: Exchange<'_>) -> Outcome<Response> {
    let request = exchange.request;
    let (method, path) = (request.method().as_str(), request.path());
    let unknown = || ApiError::unknown_url(method, path);
    let (operation, id) = find(method, path).ok_or_else(unknown)?;
    authorize(&exchange)?;
    perform(operation, &id, exchange).unwrap_or_else(|| Err(unknown()))
}

/// The operation of a request, and the value of its path parameter, if it has one.
fn find(method: &str, path: &str) -> Option<(&'static Operation, String)> {
    let method = Method::from_name(method)?;
    if let Some((operation, values)) = operations::find(method, path) {
        let id = values.first().map_or_else(String::new, |id| decoded(id));
        // What is not UTF-8 once it is decoded names nothing.
        return (values.is_empty() || !id.is_empty()).then_some((operation, id));
    }
    // The id of a model may hold slashes, and clients send them as they are.
    let models = [&RETRIEVE_MODEL, &DELETE_MODEL].into_iter();
    let mut models = models.filter(|operation| operation.method == method);
    models.find_map(|operation| {
        let id = path.strip_prefix(operation.path.trim_end_matches("{model}"))?;
        Some((operation, decoded(id))).filter(|(_, id)| !id.is_empty())
    })
}

/// Empty where it is not UTF-8.
pub(crate) fn decoded(text: &str) -> String {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.unwrap_or_default().into_owned()
}

/// `None` where the description has an operation that this mock does not.
fn perform(operation: &Operation, id: &str, exchange: Exchange<'_>) -> Option<Outcome<Response>> {
    Some(match operation.id {
        "createChatCompletion" => chat::create(exchange),
        "listModels" => Ok(models::list(&exchange)),
        "retrieveModel" => models::retrieve(&exchange, id),
        "deleteModel" => models::delete(&exchange, id),
        "uploadFile" => files::upload(exchange),
        "listFiles" => Ok(files::list(&exchange)),
        "retrieveFile" => files::retrieve(&exchange, id),
        "deleteFile" => files::delete(&exchange, id),
        "downloadFile" => files::download(&exchange, id),
        "createBatch" => batches::create(exchange),
        "listBatches" => Ok(batches::list(&exchange)),
        "retrieveBatch" => batches::retrieve(&exchange, id),
        "cancelBatch" => batches::cancel(&exchange, id),
        "createResponse" => responses::create(exchange),
        "createSpeech" => audio::speech::create(exchange),
        "createTranscription" => audio::transcription::transcribe(exchange),
        "createTranslation" => audio::transcription::translate(exchange),
        "createEmbedding" => embeddings::create(exchange),
        "createReranking" => reranking::create(exchange),
        "createFineTuning" => fine_tunings::create(exchange),
        "listFineTunings" => Ok(fine_tunings::list(&exchange)),
        "getFineTuning" => fine_tunings::retrieve(&exchange, id),
        "deleteFineTuning" => fine_tunings::delete(&exchange, id),
        _ => return None,
    })
}

/// A missing key is refused as a wrong one is.
fn authorize(exchange: &Exchange<'_>) -> Outcome<()> {
    let key = exchange.request.bearer().ok_or_else(ApiError::bad_key)?;
    match &exchange.state.options.api_key {
        Some(expected) if expected != key => Err(ApiError::bad_key()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, path: &str) -> Option<(&'static str, String)> {
        find(method, path).map(|(operation, id)| (operation.id, id))
    }

    #[test]
    fn model_ids_with_slashes() {
        for id in [
            "openai%2Fgpt-oss-20b",
            "openai/gpt-oss-20b",
            "openai%2fgpt-oss-20b",
        ] {
            let expected = Some(("retrieveModel", "openai/gpt-oss-20b".to_owned()));
            assert_eq!(
                found("GET", &format!("/openai/v1/models/{id}")),
                expected,
                "{id}"
            );
        }
    }

    #[test]
    fn paths_that_are_no_operation() {
        for (method, path) in [
            ("GET", "/openai/v1/chat/completions"),
            ("POST", "/openai/v1/models"),
            ("GET", "/openai/v1/models/"),
            ("GET", "/openai/v1/model"),
            ("GET", "/openai/v1/files/"),
            ("GET", "/openai/v1/files/a/b"),
            ("GET", "/openai/v1/files/%ff"),
            ("DELETE", "/openai/v1/files"),
            ("GET", "/openai/v1/files/a/content/b"),
            ("GET", "/openai/v1/batches/a/cancel"),
            ("POST", "/openai/v1/fine_tunings"),
            ("OPTIONS", "/openai/v1/models"),
            ("GET", "/openai/v1/"),
        ] {
            assert_eq!(found(method, path), None, "{method} {path}");
        }
    }
}
