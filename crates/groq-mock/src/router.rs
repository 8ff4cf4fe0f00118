//! Which operation a request is for.

use http::Method;

use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::audio;
use crate::batches;
use crate::chat;
use crate::embeddings;
use crate::files;
use crate::fine_tunings;
use crate::models;
use crate::percent;
use crate::request::Request;
use crate::reranking;
use crate::response::Response;
use crate::responses;

const ROOT: &str = "/openai/v1/";
/// Fine-tunings have no `/openai` before them.
const BARE_ROOT: &str = "/v1/";

/// The answer of the operation that the request is for.
pub(crate) fn answer(exchange: Exchange<'_>) -> Response {
    route(exchange).unwrap_or_else(|error| error.response())
}

fn route(exchange: Exchange<'_>) -> Outcome<Response> {
    let request = exchange.request.clone();
    let (method, path) = (request.method(), request.path());
    let operation = match path.strip_prefix(ROOT) {
        Some(rest) => operation(method, rest),
        None => path
            .strip_prefix(BARE_ROOT)
            .and_then(|rest| bare_operation(method, rest)),
    };
    let Some(operation) = operation else {
        return Err(ApiError::unknown_url(method.as_str(), path));
    };
    authorize(&exchange)?;
    perform(operation, exchange)
}

fn perform(operation: Operation, exchange: Exchange<'_>) -> Outcome<Response> {
    match operation {
        Operation::CreateChatCompletion => chat::create(exchange),
        Operation::ListModels => Ok(models::list(&exchange)),
        Operation::RetrieveModel(id) => models::retrieve(&exchange, &id),
        Operation::DeleteModel(id) => Err(models::delete(&exchange, &id)),
        Operation::UploadFile => files::upload(exchange),
        Operation::ListFiles => Ok(files::list(&exchange)),
        Operation::RetrieveFile(id) => files::retrieve(&exchange, &id),
        Operation::DeleteFile(id) => files::delete(&exchange, &id),
        Operation::DownloadFile(id) => files::download(&exchange, &id),
        Operation::CreateBatch => batches::create(exchange),
        Operation::ListBatches => Ok(batches::list(&exchange)),
        Operation::RetrieveBatch(id) => batches::retrieve(&exchange, &id),
        Operation::CancelBatch(id) => batches::cancel(&exchange, &id),
        Operation::CreateResponse => responses::create(exchange),
        Operation::CreateSpeech => audio::speak(&exchange),
        Operation::CreateTranscription => audio::transcribe(&exchange),
        Operation::CreateTranslation => audio::translate(&exchange),
        Operation::CreateEmbedding => embeddings::create(&exchange),
        Operation::CreateReranking => reranking::create(&exchange),
        Operation::CreateFineTuning => fine_tunings::create(exchange),
        Operation::ListFineTunings => Ok(fine_tunings::list(&exchange)),
        Operation::GetFineTuning(id) => fine_tunings::retrieve(&exchange, &id),
        Operation::DeleteFineTuning(id) => fine_tunings::delete(&exchange, &id),
    }
}

/// The operations that are there, with their path parameters.
#[derive(Debug, PartialEq)]
enum Operation {
    CreateChatCompletion,
    ListModels,
    RetrieveModel(String),
    DeleteModel(String),
    UploadFile,
    ListFiles,
    RetrieveFile(String),
    DeleteFile(String),
    DownloadFile(String),
    CreateBatch,
    ListBatches,
    RetrieveBatch(String),
    CancelBatch(String),
    CreateResponse,
    CreateSpeech,
    CreateTranscription,
    CreateTranslation,
    CreateEmbedding,
    CreateReranking,
    CreateFineTuning,
    ListFineTunings,
    GetFineTuning(String),
    DeleteFineTuning(String),
}

fn operation(method: &Method, rest: &str) -> Option<Operation> {
    let (get, post, delete) = (
        method == Method::GET,
        method == Method::POST,
        method == Method::DELETE,
    );
    // A model's id may contain slashes, written as they are or as %2F.
    if let Some(id) = rest.strip_prefix("models/") {
        let id = Some(percent::decoded(id)).filter(|id| !id.is_empty())?;
        return match () {
            () if get => Some(Operation::RetrieveModel(id)),
            () if delete => Some(Operation::DeleteModel(id)),
            () => None,
        };
    }
    match rest.split('/').collect::<Vec<_>>().as_slice() {
        ["chat", "completions"] if post => Some(Operation::CreateChatCompletion),
        ["models"] if get => Some(Operation::ListModels),
        ["files"] if post => Some(Operation::UploadFile),
        ["files"] if get => Some(Operation::ListFiles),
        ["files", id] if get => Some(Operation::RetrieveFile(parameter(id)?)),
        ["files", id] if delete => Some(Operation::DeleteFile(parameter(id)?)),
        ["files", id, "content"] if get => Some(Operation::DownloadFile(parameter(id)?)),
        ["batches"] if post => Some(Operation::CreateBatch),
        ["batches"] if get => Some(Operation::ListBatches),
        ["batches", id] if get => Some(Operation::RetrieveBatch(parameter(id)?)),
        ["batches", id, "cancel"] if post => Some(Operation::CancelBatch(parameter(id)?)),
        ["responses"] if post => Some(Operation::CreateResponse),
        ["audio", "speech"] if post => Some(Operation::CreateSpeech),
        ["audio", "transcriptions"] if post => Some(Operation::CreateTranscription),
        ["audio", "translations"] if post => Some(Operation::CreateTranslation),
        ["embeddings"] if post => Some(Operation::CreateEmbedding),
        ["reranking"] if post => Some(Operation::CreateReranking),
        _ => None,
    }
}

fn bare_operation(method: &Method, rest: &str) -> Option<Operation> {
    match (method, rest.split('/').collect::<Vec<_>>().as_slice()) {
        (&Method::POST, ["fine_tunings"]) => Some(Operation::CreateFineTuning),
        (&Method::GET, ["fine_tunings"]) => Some(Operation::ListFineTunings),
        (&Method::GET, ["fine_tunings", id]) => Some(Operation::GetFineTuning(parameter(id)?)),
        (&Method::DELETE, ["fine_tunings", id]) => {
            Some(Operation::DeleteFineTuning(parameter(id)?))
        }
        _ => None,
    }
}

fn parameter(text: &str) -> Option<String> {
    Some(percent::decoded(text)).filter(|text| !text.is_empty())
}

/// A missing key is refused as a wrong one is.
fn authorize(exchange: &Exchange<'_>) -> Outcome<()> {
    let key = bearer(exchange.request).ok_or_else(ApiError::bad_key)?;
    match &exchange.app.options.api_key {
        Some(expected) if expected != key => Err(ApiError::bad_key()),
        _ => Ok(()),
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, key) = request.header("authorization")?.split_once(' ')?;
    let key = key.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_ids_with_slashes() {
        for path in [
            "models/openai%2Fgpt-oss-20b",
            "models/openai/gpt-oss-20b",
            "models/openai%2fgpt-oss-20b",
        ] {
            let expected = Operation::RetrieveModel("openai/gpt-oss-20b".into());
            assert_eq!(operation(&Method::GET, path), Some(expected), "{path}");
        }
    }

    #[test]
    fn paths_that_are_no_operation() {
        for (method, path) in [
            (Method::GET, "chat/completions"),
            (Method::POST, "models"),
            (Method::GET, "models/"),
            (Method::GET, "model"),
            (Method::GET, "files/"),
            (Method::GET, "files/a/b"),
            (Method::DELETE, "files"),
            (Method::GET, "files/a/content/b"),
            (Method::GET, "batches/a/cancel"),
            (Method::POST, "fine_tunings"),
            (Method::GET, ""),
        ] {
            assert_eq!(operation(&method, path), None, "{method} {path}");
        }
    }
}
