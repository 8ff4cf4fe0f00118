//! One attempt: a request out, a response in.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use memchr::memmem;
use reqwest::Request;

use super::body::ResponseBody;
use super::failure::Failure;
use super::gunzip::Encoding;
use super::http_client::{Answering, Incoming, notice_closed_connections};
use super::redirect::{self, Redirect};
use super::request::Outgoing;
use super::upload;
use crate::error::{ApiError, Error, ErrorKind, TimeoutKind};
use crate::retry::decision::{Outcome, Replay};
use crate::retry::retry_after;
use crate::runtime::{Instant, within};
use crate::shared::Core;
use url::Url;

/// How many redirects within the origin are followed.
const MAX_REDIRECTS: u32 = 3;

/// A response with a good status.
pub(super) struct Response<B> {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: B,
}

/// What becomes of the body of a good response.
pub(crate) trait FromBody: Sized {
    fn from_body(
        body: ResponseBody,
        head: &Head,
    ) -> impl Future<Output = Result<Self, Failure>> + Send;
}

/// A response before its body.
pub(crate) struct Head {
    status: StatusCode,
    headers: HeaderMap,
    max_bytes: usize,
}

/// The whole body.
impl FromBody for Bytes {
    async fn from_body(body: ResponseBody, head: &Head) -> Result<Self, Failure> {
        let length = content_length(&head.headers);
        body.read_whole(length, head.max_bytes)
            .await
            .map_err(|failure| {
                Failure::body(failure).answered(head.status, head.headers.clone(), Bytes::new())
            })
    }
}

/// The body, to be read as it comes.
impl FromBody for ResponseBody {
    async fn from_body(body: ResponseBody, _head: &Head) -> Result<Self, Failure> {
        Ok(body)
    }
}

/// Makes one attempt, and follows redirects that stay within the origin.
pub(super) async fn attempt<B: FromBody>(
    core: &Core,
    replay: Replay,
    outgoing: &Outgoing,
    headers: HeaderMap,
    key: &HeaderValue,
    started: Instant,
) -> Result<Response<B>, Failure> {
    if replay != Replay::Idempotent || outgoing.upload().is_some() {
        notice_closed_connections().await;
    }
    let request = authorized(outgoing, outgoing.url.clone(), headers, key);
    let response = send_with_body(core, outgoing, request, started).await?;
    if !redirect::is_redirect(response.status()) {
        return read(core, response, started).await;
    }
    let redirected = follow(core, outgoing, key, response, started);
    read(core, Box::pin(redirected).await?, started).await
}

/// Follows redirects. The headers of middleware stay behind.
async fn follow(
    core: &Core,
    outgoing: &Outgoing,
    key: &HeaderValue,
    mut response: Answering,
    started: Instant,
) -> Result<Answering, Failure> {
    let mut url = outgoing.url.clone();
    for redirects in 0.. {
        match redirect::of(response.status(), response.headers(), &url) {
            Redirect::None => break,
            Redirect::Follow(next) if redirects < MAX_REDIRECTS => url = next,
            refused => {
                let (status, headers) = (response.status(), response.headers());
                return Err(Failure::redirect(&refused, status, headers));
            }
        }
        let request = authorized(outgoing, url.clone(), outgoing.headers(core), key);
        response = send_with_body(core, outgoing, request, started).await?;
    }
    Ok(response)
}

fn authorized(outgoing: &Outgoing, url: Url, mut headers: HeaderMap, key: &HeaderValue) -> Request {
    headers.insert(header::AUTHORIZATION, key.clone());
    outgoing.request(url, headers)
}

/// Sends a request, and takes the key out of the headers of the response.
async fn send_with_body(
    core: &Core,
    outgoing: &Outgoing,
    request: Request,
    started: Instant,
) -> Result<Answering, Failure> {
    let mut response = match outgoing.upload() {
        None => send(core, request, started).await?,
        Some(source) => Box::pin(upload::send(core, request, source, started)).await?,
    };
    core.shared().http.answered(&response);
    mask_key(
        response.headers_mut(),
        core.shared().api_key.expose().as_ref(),
    );
    Ok(response)
}

/// A server or a gateway may echo the key. Headers end up in errors, attempts and logs.
fn mask_key(headers: &mut HeaderMap, key: &str) {
    for value in headers.values_mut() {
        if value.len() >= key.len()
            && !key.is_empty()
            && memmem::find(value.as_bytes(), key.as_bytes()).is_some()
        {
            *value = HeaderValue::from_static("[key]");
        }
    }
}

pub(super) async fn send(
    core: &Core,
    request: Request,
    started: Instant,
) -> Result<Answering, Failure> {
    let settings = core.settings();
    let mut due = (
        settings.first_byte_timeout,
        settings.first_byte_timeout,
        TimeoutKind::FirstByte,
    );
    if let Some(limit) = settings.timeout {
        let elapsed = core.runtime().now().saturating_duration_since(started);
        let left = limit.saturating_sub(elapsed);
        if left < due.0 {
            due = (left, limit, TimeoutKind::Total);
        }
    }
    let (wait, limit, which) = due;
    let sent = core.shared().http.execute(request);
    match within(core.runtime().as_ref(), wait, sent).await {
        Some(Ok(response)) => Ok(response),
        Some(Err(error)) => Err(Failure::sending(error, core)),
        None => Err(Failure::timeout(which, limit, core)),
    }
}

async fn read<B: FromBody>(
    client: &Core,
    response: Answering,
    started: Instant,
) -> Result<Response<B>, Failure> {
    let (parts, body) = http::Response::<Incoming>::from(response).into_parts();
    let head = Head {
        status: parts.status,
        headers: parts.headers,
        max_bytes: client.settings().max_response(),
    };
    let body = ResponseBody::new(client, body, started);
    match head.status.as_u16() {
        200..=203 => {
            let body = decoded(&head, body)?;
            let body = B::from_body(body, &head).await?;
            let Head {
                status, headers, ..
            } = head;
            Ok(Response {
                status,
                headers,
                body,
            })
        }
        400..=599 => {
            // What cannot be decompressed is read as it is: the status says enough.
            let body = match Encoding::of(&head.headers) {
                Encoding::Gzip => body.gunzip(),
                _ => body,
            };
            Err(Box::pin(refused(client, head, body)).await)
        }
        _ => Err(Failure::unexpected(head.status, head.headers)),
    }
}

/// Makes sure that the body can be read.
fn decoded(head: &Head, body: ResponseBody) -> Result<ResponseBody, Failure> {
    match Encoding::of(&head.headers) {
        Encoding::None => Ok(body),
        Encoding::Gzip => Ok(body.gunzip()),
        Encoding::Unknown => {
            let encodings = head.headers.get_all(header::CONTENT_ENCODING);
            let encodings: Vec<_> = encodings.iter().map(HeaderValue::as_bytes).collect();
            let encodings = encodings.join(&b", "[..]);
            let encodings = encodings.escape_ascii();
            let message = format!("the body came encoded as {encodings}, which was not asked for");
            let error = Error::new(ErrorKind::UnexpectedResponse, message);
            Err(
                Failure::new(error, Outcome::Final, "unknown encoding").answered(
                    head.status,
                    head.headers.clone(),
                    Bytes::new(),
                ),
            )
        }
    }
}

/// A response by which the server refuses the call, or says that it failed.
async fn refused(client: &Core, head: Head, body: ResponseBody) -> Failure {
    let settings = client.settings();
    // What does not come in time is missed: the status says enough.
    let read = within(
        client.runtime().as_ref(),
        settings.read_timeout,
        body.read_beginning(settings.max_error()),
    );
    let body = Bytes::from(read.await.unwrap_or_default());
    let api = ApiError::from_body(&body).without(client.shared().api_key.expose());
    let asked = asked_to_wait(client, &head, &api);
    let mut error = Error::api(api, head.status).with_retry_after(asked);
    if body.trim_ascii_start().starts_with(b"<") {
        error = error.with_page();
    }
    let outcome = Outcome::Answered {
        status: head.status,
        should_retry: retry_after::should_retry(&head.headers),
        retry_after: asked,
    };
    Failure::new(error, outcome, "error status").answered(
        head.status,
        head.headers,
        client.kept(&body),
    )
}

fn asked_to_wait(client: &Core, head: &Head, api: &ApiError) -> Option<Duration> {
    retry_after::from_headers(&head.headers, client.runtime().system_time()).or_else(|| {
        let message = api.message.as_deref()?;
        (head.status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| retry_after::from_message(message))
            .flatten()
    })
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .parse()
        .ok()
}
