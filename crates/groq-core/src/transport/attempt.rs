//! One attempt: a request out, an answer in.

use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use reqwest::Request;

use super::admission::Pass;
use super::body::ResponseBody;
use super::failure::Failure;
use super::gunzip::Encoding;
use super::http_client::{Answering, Incoming};
use super::redirect::{self, Redirect};
use super::request::Outgoing;
use super::upload;
use crate::client::Client;
use crate::error::{ApiError, Error, ErrorKind, TimeoutKind};
use crate::retry::decision::Outcome;
use crate::retry::retry_after;
use crate::runtime::{Instant, within};

/// How many redirects within the origin are followed.
const MAX_REDIRECTS: u32 = 3;

/// An answer with a good status.
pub(super) struct Answer<B> {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: B,
}

/// What becomes of the body of a good answer.
pub(crate) trait Reading: Sized {
    fn read(
        body: ResponseBody,
        answer: &Head,
    ) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// Keeps the leave to send as long as the answer is being read.
    fn hold(&mut self, pass: Pass);
}

/// An answer before its body.
pub(crate) struct Head {
    status: StatusCode,
    headers: HeaderMap,
    max_bytes: usize,
}

/// The whole body.
impl Reading for Bytes {
    async fn read(body: ResponseBody, answer: &Head) -> Result<Self, Failure> {
        let length = content_length(&answer.headers);
        body.read_whole(length, answer.max_bytes)
            .await
            .map_err(|failure| {
                Failure::body(failure).answered(answer.status, answer.headers.clone(), Bytes::new())
            })
    }

    fn hold(&mut self, mut pass: Pass) {
        pass.read_spent(self);
    }
}

/// The body, to be read as it comes.
impl Reading for ResponseBody {
    async fn read(body: ResponseBody, _answer: &Head) -> Result<Self, Failure> {
        Ok(body)
    }

    fn hold(&mut self, pass: Pass) {
        self.keep(pass);
    }
}

/// Makes one attempt, and follows redirects that stay within the origin.
pub(super) async fn attempt<B: Reading>(
    client: &Client,
    outgoing: &Outgoing,
    started: Instant,
) -> Result<Answer<B>, Failure> {
    let mut url = None;
    let mut redirects = 0;
    loop {
        let mut request = super::request::copy(&outgoing.request)?;
        if let Some(url) = &url {
            *request.url_mut() = Clone::clone(url);
        }
        let response = match &outgoing.upload {
            None => send(client, request, started).await?,
            Some(source) => upload::send(client, request, source.as_ref(), started).await?,
        };
        let from = url.as_ref().unwrap_or(outgoing.request.url());
        match redirect::of(response.status(), response.headers(), from) {
            Redirect::None => return read(client, response, started).await,
            Redirect::Follow(next) if redirects < MAX_REDIRECTS => {
                url = Some(next);
                redirects += 1;
            }
            refused => {
                return Err(Failure::redirect(
                    &refused,
                    response.status(),
                    response.headers(),
                ));
            }
        }
    }
}

pub(super) async fn send(
    client: &Client,
    request: Request,
    started: Instant,
) -> Result<Answering, Failure> {
    let (limit, which) = time_for_the_first_byte(client, started);
    let sent = within(
        client.runtime().as_ref(),
        limit,
        client.shared().http.execute(request),
    );
    match sent.await {
        Some(Ok(response)) => Ok(response),
        Some(Err(error)) => Err(Failure::sending(error, client)),
        None => Err(Failure::timeout(which, limit_in_words(client, which))),
    }
}

/// The limit that ends first, and what it is called.
fn time_for_the_first_byte(client: &Client, started: Instant) -> (Duration, TimeoutKind) {
    let settings = client.settings();
    let first_byte = settings.first_byte_timeout;
    match settings.timeout {
        Some(deadline) => {
            let elapsed = client.runtime().now().saturating_duration_since(started);
            let remaining = deadline.saturating_sub(elapsed);
            if remaining < first_byte {
                (remaining, TimeoutKind::Total)
            } else {
                (first_byte, TimeoutKind::FirstByte)
            }
        }
        None => (first_byte, TimeoutKind::FirstByte),
    }
}

fn limit_in_words(client: &Client, which: TimeoutKind) -> Duration {
    match which {
        TimeoutKind::Total => client.settings().timeout.unwrap_or_default(),
        _ => client.settings().first_byte_timeout,
    }
}

async fn read<B: Reading>(
    client: &Client,
    response: Answering,
    started: Instant,
) -> Result<Answer<B>, Failure> {
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
            let body = B::read(body, &head).await?;
            let Head {
                status, headers, ..
            } = head;
            Ok(Answer {
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
            Err(refused(client, head, body).await)
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
            let encoding = head.headers.get(header::CONTENT_ENCODING);
            let message = format!("the body came encoded as {encoding:?}, which was not asked for");
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

/// An answer by which the server refuses the call, or says that it failed.
async fn refused(client: &Client, head: Head, body: ResponseBody) -> Failure {
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
    let error = Error::api(api, head.status).with_retry_after(asked);
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

fn asked_to_wait(client: &Client, head: &Head, api: &ApiError) -> Option<Duration> {
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
