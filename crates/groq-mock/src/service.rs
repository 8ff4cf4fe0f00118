//! The way from a request to its answer: script, recordings, or the operation.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

use crate::api_error::ApiError;
use crate::batches::job::{BatchLine, LineAnswer};
use crate::cors;
use crate::exchange::Exchange;
use crate::faults::Fault;
use crate::ids;
use crate::reply::Reply;
use crate::request::{Head, Request, Seen};
use crate::response::{Body, Response};
use crate::router;
use crate::state::State;

/// The answer, and what goes wrong with it.
pub(crate) fn answer(state: &State, request: &Request) -> (Response, Vec<Fault>) {
    let (mut response, faults) = match state.script.take(Seen::Whole(request)) {
        Some(reply) => resolve(state, request, &reply),
        None => (generate(state, request), Vec::new()),
    };
    cors::allow(state, request, &mut response);
    (response, faults)
}

/// The answer where there are recordings; a script goes before them.
#[cfg(feature = "record")]
pub(crate) async fn answer_recorded(
    state: &State,
    request: &Request,
) -> Option<(Response, Vec<Fault>)> {
    let recordings = state.recordings.as_ref()?;
    if let Some(reply) = state.script.take(Seen::Whole(request)) {
        return Some(resolve(state, request, &reply));
    }
    let cross_site = || recordings.is_recording() && cors::is_cross_site(request);
    let response = match refused(state, request) {
        Some(error) => error.response(),
        None if cross_site() => {
            let message = "requests of web pages are not recorded: they would use your key";
            ApiError::with_status(403, message).response()
        }
        None => recordings.answer(request).await,
    };
    Some((response, Vec::new()))
}

/// The answer of a scripted reply.
pub(crate) fn resolve(state: &State, request: &Request, reply: &Reply) -> (Response, Vec<Fault>) {
    let (mut response, faults) = reply.resolve(request, || generate(state, request));
    if !matches!(response.body, Body::Raw(_)) && !response.has("x-request-id") {
        let id = ids::request(&mut state.unique(request));
        response = response.with("x-request-id", id);
    }
    (response, faults)
}

/// The mock's own answer.
fn generate(state: &State, request: &Request) -> Response {
    let exchange = exchange(state, request, false);
    let id = exchange.id.clone();
    let refused = refused(state, request).map(|error| error.response());
    let mut response = refused
        .or_else(|| cors::preflight(state, request))
        .unwrap_or_else(|| router::answer(exchange));
    response.wait = response.wait.saturating_add(state.options.latency);
    response.with("x-request-id", id)
}

fn exchange<'a>(state: &'a State, request: &'a Request, in_batch: bool) -> Exchange<'a> {
    let mut unique = state.unique(request);
    let id = ids::request(&mut unique);
    Exchange {
        state,
        request,
        id,
        unique,
        in_batch,
        run_line: answer_line,
    }
}

/// The answer to a line of a batch, scripted or the mock's own; `None` where it is scripted to break off.
fn answer_line(state: &State, line: &BatchLine<'_>) -> Option<LineAnswer> {
    let mut head = Head {
        method: Method::POST,
        path: line.path.to_owned(),
        query: None,
        authority: None,
        headers: HeaderMap::new(),
    };
    let authorization = line.authorization.clone();
    head.headers
        .extend(authorization.map(|value| (AUTHORIZATION, value)));
    let request = Request::new(head, line.body.clone(), line.number, 0);
    let exchange = exchange(state, &request, true);
    let id = exchange.id.clone();
    let generate = || router::answer(exchange);
    let (response, faults) = match state.script.take(Seen::Whole(&request)) {
        Some(reply) => reply.resolve(&request, generate),
        None => (generate(), Vec::new()),
    };
    match response.body {
        Body::Whole(body) if !faults.iter().any(Fault::breaks_off) => Some(LineAnswer {
            status: response.status,
            id,
            body,
        }),
        _ => None,
    }
}

/// Whether the answer may take long: such a request is answered off the threads that serve connections.
pub(crate) fn is_heavy(request: &Request) -> bool {
    /// Bytes of a recording, and of any other body.
    const LONG: [usize; 2] = [256 * 1024, 32 * 1024];
    let body: &Bytes = request.body();
    let is_audio = request.path().contains("/audio/");
    let long = LONG[usize::from(!is_audio)];
    body.len() > long || (!is_audio && memchr::memmem::find(body, b"\"$ref\"").is_some())
}

/// Refuses a request under a host name that is not the mock's own: a web page in a browser must not reach it.
fn refused(state: &State, request: &Request) -> Option<Box<ApiError>> {
    let host = request
        .head()
        .authority
        .as_deref()
        .or_else(|| request.header("host"))?;
    (!state.options.is_own_host(host)).then(|| {
        let message = "this mock answers to loopback names only: see Builder::allow_host";
        ApiError::with_status(403, message)
    })
}
