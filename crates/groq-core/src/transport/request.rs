//! Requests: what every one of them carries, and what none of them may.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, header};
use reqwest::{Request, Url};
use serde::Serialize;
use serde_json::{Map, Value};

use super::failure::Failure;
#[cfg(not(target_arch = "wasm32"))]
use super::http_client::USER_AGENT;
use super::upload::Source;
use crate::client::Client;
use crate::error::Error;
use crate::retry::decision::Outcome;
use crate::runtime::within;

/// What goes out with each attempt of a call.
pub(crate) struct Outgoing {
    pub(super) request: Request,
    /// A body that is not in memory: it is made anew for each attempt.
    pub(super) upload: Option<Arc<dyn Source>>,
}

impl From<Request> for Outgoing {
    fn from(request: Request) -> Self {
        Self {
            request,
            upload: None,
        }
    }
}

impl Outgoing {
    /// Whether the body cannot be sent once more.
    pub(super) fn is_used_up(&self) -> bool {
        self.upload
            .as_ref()
            .is_some_and(|upload| upload.is_used_up())
    }
}

/// A request with a body that is made piece by piece.
pub(crate) fn upload_request(
    client: &Client,
    path: &str,
    content_type: &str,
    upload: Arc<dyn Source>,
) -> Result<Outgoing, Error> {
    let mut request = Request::new(Method::POST, client.shared().base_url.at(path));
    let content_type = HeaderValue::from_str(content_type)
        .map_err(|error| Error::refused("the content type is none").with_source(error))?;
    let headers = request.headers_mut();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(header::CONTENT_TYPE, content_type);
    Ok(Outgoing {
        request,
        upload: Some(upload),
    })
}

/// A request for something that is no JSON.
pub(crate) fn download_request(client: &Client, path: &str) -> Request {
    let mut request = Request::new(Method::GET, client.shared().base_url.at(path));
    let any = HeaderValue::from_static("*/*");
    request.headers_mut().insert(header::ACCEPT, any);
    request
}

/// A request with JSON, for what the raw client cannot do. `path` is as the API description writes it.
pub(crate) fn json_request(
    client: &Client,
    method: Method,
    path: &str,
    accept: HeaderValue,
    body: &impl Serialize,
) -> Result<Request, Error> {
    let url = client.shared().base_url.at(path);
    let body = serde_json::to_vec(body).map_err(|error| {
        Error::refused("the request cannot be written as JSON").with_source(error)
    })?;
    let mut request = Request::new(method, url);
    request.headers_mut().insert(header::ACCEPT, accept);
    request.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    *request.body_mut() = Some(body.into());
    Ok(request)
}

/// Puts the path under the base URL, and adds the key and the headers of the user.
pub(super) fn complete(client: &Client, request: &mut Request) -> Result<(), Error> {
    let settings = client.settings();
    let path = client.shared().base_url.path_of(request.url().path());
    if let Cow::Owned(path) = path {
        request.url_mut().set_path(&path);
    }
    if !settings.query.is_empty() {
        request
            .url_mut()
            .query_pairs_mut()
            .extend_pairs(&settings.query);
    }
    if !settings.extra_body.is_empty() {
        add_fields(request, &settings.extra_body)?;
    }
    let headers = request.headers_mut();
    // The version of our own API description; progenitor sends it, and it means nothing to Groq.
    headers.remove(&API_VERSION);
    // A browser has one of its own.
    #[cfg(not(target_arch = "wasm32"))]
    headers.insert(header::USER_AGENT, USER_AGENT);
    // What is small, binary, or wanted at once is not worth it.
    if cfg!(not(target_arch = "wasm32"))
        && settings.compression
        && headers
            .get(header::ACCEPT)
            .is_some_and(|accept| accept == "application/json")
    {
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    }
    // In place of what stands there, but each of several values of one name.
    headers.extend(settings.headers.clone());
    Ok(())
}

/// Puts in the key that is good now.
pub(super) async fn authorize(client: &Client, request: &mut Request) -> Result<(), Error> {
    let header = client.shared().api_key.header();
    let limit = client.settings().first_byte_timeout;
    let header = within(client.runtime().as_ref(), limit, header)
        .await
        .ok_or_else(|| Error::config("the key provider gave no key in time"))??;
    request.headers_mut().insert(header::AUTHORIZATION, header);
    Ok(())
}

/// Adds fields to a JSON body.
fn add_fields(request: &mut Request, fields: &Map<String, Value>) -> Result<(), Error> {
    let body = request.body().and_then(reqwest::Body::as_bytes);
    let object = serde_json::from_slice::<Map<String, Value>>(body.unwrap_or_default());
    let mut object = object.map_err(|_| {
        Error::refused("fields can only be added to a request that is a JSON object")
    })?;
    object.extend(fields.clone());
    let body = serde_json::to_vec(&object).map_err(|error| {
        Error::refused("the request cannot be written as JSON").with_source(error)
    })?;
    *request.body_mut() = Some(body.into());
    Ok(())
}

static API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// A copy for an attempt. All bodies are held in memory, and copying one only counts a reference.
pub(super) fn copy(request: &Request) -> Result<Request, Failure> {
    request.try_clone().ok_or_else(|| {
        let error = Error::refused("the body of the request cannot be sent twice");
        Failure::new(error, Outcome::Final, "body used up")
    })
}

/// Any request at all.
pub(crate) fn any_request(
    client: &Client,
    method: Method,
    path: &str,
    accept: HeaderValue,
    body: Option<(String, Bytes)>,
) -> Result<Request, Error> {
    // Otherwise it could become a part of the host.
    if !path.starts_with('/') {
        return Err(Error::refused("the path does not begin with a slash"));
    }
    let url = format!("{}{path}", client.shared().base_url.origin());
    let url = Url::parse(&url)
        .map_err(|error| Error::refused("the path is not part of a URL").with_source(error))?;
    // A URL knows dots in disguise, and takes a backslash for a slash.
    let plain = path.to_ascii_lowercase().replace("%2e", ".");
    if plain
        .split(['/', '\\', '?'])
        .any(|segment| matches!(segment, "." | ".."))
        || url.fragment().is_some()
    {
        return Err(Error::refused("the path would name another one"));
    }
    let mut request = Request::new(method, url);
    request.headers_mut().insert(header::ACCEPT, accept);
    if let Some((content_type, bytes)) = body {
        let content_type = HeaderValue::from_str(&content_type)
            .map_err(|error| Error::refused("the content type is none").with_source(error))?;
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, content_type);
        *request.body_mut() = Some(bytes.into());
    }
    Ok(request)
}
