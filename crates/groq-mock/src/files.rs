//! Files, and their operations: what batches read and what they write.

mod store;

use serde::Serialize;

pub(crate) use self::store::{About, Files};
use crate::api_error::{ApiError, Outcome};
use crate::app::Exchange;
use crate::ids;
use crate::multipart::{Form, Part};
use crate::response::{Body, Response};

/// In bytes.
pub(crate) const MAX_FILE: usize = 100 * 1024 * 1024;
const MAX_NAME: usize = 1_024;

#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: &'a [About],
}

#[derive(Serialize)]
struct Deletion<'a> {
    id: &'a str,
    object: &'static str,
    deleted: bool,
}

/// `POST /openai/v1/files`.
pub(crate) fn upload(mut exchange: Exchange<'_>) -> Outcome<Response> {
    let form = Form::of(exchange.request)?;
    form.only(&["file", "purpose"])?;
    let file = form
        .part("file")
        .ok_or_else(|| ApiError::invalid("property 'file' is missing"))?;
    match form.text("purpose")? {
        Some("batch") => {}
        Some(_) => {
            let message = "'purpose' : value is not one of the allowed values [`batch`]";
            return Err(ApiError::invalid(message));
        }
        None => return Err(ApiError::invalid("property 'purpose' is missing")),
    }
    let about = About {
        id: ids::file(&mut exchange.unique),
        object: "file".into(),
        bytes: u64::try_from(file.content.len()).unwrap_or(u64::MAX),
        created_at: exchange.app.unix_time(),
        filename: file_name(file)?.to_owned(),
        purpose: "batch".into(),
    };
    let app = exchange.app;
    app.files.add(about.clone(), file.content.clone())?;
    Ok(json(&about))
}

/// The name of a file that may be uploaded.
fn file_name(file: &Part) -> Outcome<&str> {
    if file.extension().as_deref() != Some("jsonl") {
        return Err(ApiError::invalid(
            "file must be one of the following types: [jsonl]",
        ));
    }
    if file.content.is_empty() {
        return Err(ApiError::invalid("file is empty"));
    }
    if file.content.len() > MAX_FILE {
        return Err(
            ApiError::with_status(413, "Request Entity Too Large").code("request_too_large")
        );
    }
    let name = file.file_name.as_deref().unwrap_or_default();
    if name.len() > MAX_NAME {
        return Err(ApiError::invalid("the name of the file is too long"));
    }
    Ok(base(name))
}

/// A name without the folders that some clients send with it, and others would write to.
fn base(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

/// `GET /openai/v1/files`.
pub(crate) fn list(exchange: &Exchange<'_>) -> Response {
    let data = exchange.app.files.list();
    json(&List {
        object: "list",
        data: &data,
    })
}

/// `GET /openai/v1/files/{file_id}`.
pub(crate) fn retrieve(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    Ok(json(&exchange.app.files.about(id)?))
}

/// `DELETE /openai/v1/files/{file_id}`.
pub(crate) fn delete(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    exchange.app.files.remove(id)?;
    Ok(json(&Deletion {
        id,
        object: "file",
        deleted: true,
    }))
}

/// `GET /openai/v1/files/{file_id}/content`.
pub(crate) fn download(exchange: &Exchange<'_>, id: &str) -> Outcome<Response> {
    let content = exchange.app.files.content(id)?;
    let response = Response::new(200, Body::Whole(content));
    Ok(response.with("content-type", "application/octet-stream"))
}

fn json(value: &impl Serialize) -> Response {
    Response::json(200, serde_json::to_vec(value).unwrap_or_default())
}
