//! Files, and their operations: what batches read and what they write.

pub(crate) mod store;

use serde_json::{Value, json};

use self::store::{About, MAX_FILE};
use crate::api_error::{ApiError, Outcome};
use crate::check;
use crate::exchange::Exchange;
use crate::generated::requests;
use crate::ids;
use crate::multipart::{Form, Part};
use crate::response::{Body, Response};

const MAX_NAME: usize = 1_024;

pub(crate) fn upload(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let form = Form::of(exchange.request)?;
    let values = Value::Object(form.values(&requests::FILE_UPLOAD)?);
    check::value(&values, &requests::FILE_UPLOAD)?;
    if values["purpose"] != "batch" {
        let message = "'purpose' : value is not one of the allowed values [`batch`]";
        return Err(ApiError::invalid(message));
    }
    let missing = || ApiError::invalid("property 'file' is missing");
    let file = form.part("file").ok_or_else(missing)?;
    let about = About {
        id: ids::prefixed("file_01", &mut exchange.unique),
        object: "file".into(),
        bytes: u64::try_from(file.content.len()).unwrap_or(u64::MAX),
        created_at: exchange.state.unix_time(),
        filename: file_name(file)?.to_owned(),
        purpose: "batch".into(),
    };
    exchange
        .state
        .files
        .add(about.clone(), file.content.clone())?;
    Ok(Response::of(&about))
}

/// The name of a file that may be uploaded, without the folders that some clients send with it.
fn file_name(file: &Part) -> Outcome<&str> {
    let refuse = |message: &str| Err(ApiError::invalid(message));
    if file.extension().as_deref() != Some("jsonl") {
        return refuse("file must be one of the following types: [jsonl]");
    }
    if file.content.is_empty() {
        return refuse("file is empty");
    }
    if file.content.len() > MAX_FILE {
        return Err(ApiError::too_large());
    }
    let name = file.file_name.as_deref().unwrap_or_default();
    if name.len() > MAX_NAME {
        return refuse("the name of the file is too long");
    }
    Ok(name.rsplit(['/', '\\']).next().unwrap_or(name))
}

pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    Response::of(&json!({"object": "list", "data": exchange.state.files.list()}))
}

pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    Ok(Response::of(&exchange.state.files.about(id)?))
}

pub(crate) fn delete(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    exchange.state.files.remove(id)?;
    Ok(Response::of(
        &json!({"id": id, "object": "file", "deleted": true}),
    ))
}

pub(crate) fn download(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let content = exchange.state.files.content(id)?;
    let response = Response::new(200, Body::Whole(content));
    Ok(response.with("content-type", "application/octet-stream"))
}
