//! What goes out with each attempt of a call.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use reqwest::Request;
use serde::Serialize;
use serde_json::Value;
use url::Url;

#[cfg(not(target_arch = "wasm32"))]
use super::http_client::USER_AGENT;
use super::source::Source;
use crate::error::Error;
use crate::limits::CallEstimate;
use crate::runtime::within;
use crate::shared::Core;

/// A call, of which each attempt makes a request anew.
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) accept: HeaderValue,
    pub(crate) body: Payload,
    pub(crate) estimate: CallEstimate,
}

/// The body of a call.
pub(crate) enum Payload {
    None,
    /// JSON that this crate wrote, with all fields that were to be added.
    Json(Bytes),
    Bytes(HeaderValue, Bytes),
    /// A body that is not in memory: it is made anew for each attempt.
    Upload(HeaderValue, Arc<dyn Source>),
}

impl Payload {
    /// Writes a value as JSON, with the fields that options add.
    pub(crate) fn json(core: &Core, value: &impl Serialize) -> Result<Self, Error> {
        let added = &core.settings().extra_body;
        let written = if added.is_empty() {
            serde_json::to_vec(value)
        } else {
            let Value::Object(mut object) = serde_json::to_value(value).map_err(unwritable)? else {
                return Err(no_object());
            };
            object.extend(added.clone());
            serde_json::to_vec(&object)
        };
        written
            .map(|json| Self::Json(json.into()))
            .map_err(unwritable)
    }

    /// Adds a member, with its comma, to an object that is not empty.
    pub(crate) fn with_member(self, member: &[u8]) -> Self {
        let Self::Json(json) = &self else {
            return self;
        };
        match json.strip_suffix(b"}") {
            Some(object) => Self::Json([object, member, b"}"].concat().into()),
            None => self,
        }
    }

    fn content_type(&self) -> Option<HeaderValue> {
        match self {
            Self::None => None,
            Self::Json(_) => Some(JSON),
            Self::Bytes(content_type, _) | Self::Upload(content_type, _) => {
                Some(content_type.clone())
            }
        }
    }
}

/// As many as a chat call has, with `Host`: the next larger table is too large for the allocator's cache.
const USUAL_HEADERS: usize = 6;

/// The media type of JSON.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

fn unwritable(error: serde_json::Error) -> Error {
    Error::refused("the request cannot be written as JSON").with_source(error)
}

fn no_object() -> Error {
    Error::refused("fields can only be added to a request that is a JSON object")
}

impl Outgoing {
    /// A call without a body that says nothing of itself.
    pub(crate) fn new(method: Method, url: Url, accept: HeaderValue) -> Self {
        Self {
            method,
            url,
            accept,
            body: Payload::None,
            estimate: CallEstimate::default(),
        }
    }

    /// Sets the body, and what it says about the call.
    pub(crate) fn body(mut self, body: Payload, estimate: CallEstimate) -> Self {
        self.estimate = estimate;
        if let Payload::Json(json) | Payload::Bytes(_, json) = &body {
            self.estimate.request_bytes = json.len() as u64;
        }
        self.body = body;
        self
    }

    /// Adds what the settings say, or refuses the call.
    pub(super) fn complete(&mut self, core: &Core) -> Result<(), Error> {
        let settings = core.settings();
        settings.check()?;
        if !settings.query.is_empty() {
            let mut query = self.url.query_pairs_mut();
            query.extend_pairs(&settings.query);
        }
        if !settings.extra_body.is_empty() && !matches!(self.body, Payload::Json(_)) {
            return Err(no_object());
        }
        Ok(())
    }

    /// The headers of an attempt, without the key.
    pub(super) fn headers(&self, core: &Core) -> HeaderMap {
        let settings = core.settings();
        let mut headers = HeaderMap::with_capacity(USUAL_HEADERS + settings.headers.len());
        headers.insert(header::ACCEPT, self.accept.clone());
        if let Some(content_type) = self.body.content_type() {
            headers.insert(header::CONTENT_TYPE, content_type);
        }
        // A browser sets its own.
        #[cfg(not(target_arch = "wasm32"))]
        headers.insert(header::USER_AGENT, USER_AGENT);
        // What is small, binary, or wanted at once is not worth it.
        if cfg!(not(target_arch = "wasm32")) && settings.compression && self.accept == JSON {
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if !settings.headers.is_empty() {
            // In place of what stands there, but each of several values of one name.
            headers.extend(settings.headers.clone());
        }
        headers
    }

    /// The request of an attempt; its upload, if it has one, is still to be added.
    pub(super) fn request(&self, url: Url, headers: HeaderMap) -> Request {
        let mut request = Request::new(self.method.clone(), url);
        *request.headers_mut() = headers;
        if let Payload::Json(bytes) | Payload::Bytes(_, bytes) = &self.body {
            *request.body_mut() = Some(bytes.clone().into());
        }
        request
    }

    pub(super) fn upload(&self) -> Option<&dyn Source> {
        match &self.body {
            Payload::Upload(_, source) => Some(source.as_ref()),
            _ => None,
        }
    }

    /// Whether the body cannot be sent once more.
    pub(super) fn is_consumed(&self) -> bool {
        self.upload().is_some_and(Source::is_consumed)
    }
}

/// The header with the key that is good now.
pub(super) async fn key(core: &Core) -> Result<HeaderValue, Error> {
    let header = core.shared().api_key.header();
    let limit = core.settings().first_byte_timeout;
    within(core.runtime().as_ref(), limit, header)
        .await
        .ok_or_else(|| Error::config("the key provider returned no key in time"))?
}

/// The URL of a path that a user wrote.
pub(crate) fn custom_url(core: &Core, path: &str) -> Result<Url, Error> {
    // Otherwise it could become a part of the host.
    if !path.starts_with('/') {
        return Err(Error::refused("the path does not begin with a slash"));
    }
    let base_url = &core.shared().base_url;
    let mut url = Url::parse(&format!("{}{path}", base_url.origin()))
        .map_err(|error| Error::refused("the path is not part of a URL").with_source(error))?;
    // A URL knows dots in disguise, and takes a backslash for a slash.
    let plain = path.to_ascii_lowercase().replace("%2e", ".");
    if plain
        .split(['/', '\\', '?'])
        .any(|segment| matches!(segment, "." | ".."))
        || url.fragment().is_some()
    {
        return Err(Error::refused(
            "the path must not contain `.`, `..` or a fragment",
        ));
    }
    let placed = base_url.path_of(url.path()).into_owned();
    if placed != url.path() {
        url.set_path(&placed);
    }
    Ok(url)
}

/// Reads a media type.
pub(crate) fn content_type(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text)
        .map_err(|error| Error::refused("invalid content type").with_source(error))
}
