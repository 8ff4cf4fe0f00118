//! Requests of web pages: those of pages on this machine are answered, by the rules of CORS.

use http::Method;

use crate::request::Request;
use crate::response::{Body, Response};
use crate::state::State;

const METHODS: &str = "GET, POST, DELETE";
/// Headers of an answer that a page may read, beside the usual ones.
const EXPOSED: &str = "x-request-id, retry-after, x-ratelimit-limit-requests, x-ratelimit-limit-tokens, \
    x-ratelimit-remaining-requests, x-ratelimit-remaining-tokens, x-ratelimit-reset-requests, x-ratelimit-reset-tokens";

/// Whether the request comes from a page of another site than the mock itself.
#[cfg_attr(
    not(feature = "record"),
    expect(dead_code, reason = "recording alone asks for it")
)]
pub(crate) fn is_cross_site(request: &Request) -> bool {
    let fetched = request.header("sec-fetch-site");
    let host = request
        .head()
        .authority
        .as_deref()
        .or_else(|| request.header("host"));
    let own = |origin: &str| host.is_some_and(|host| origin == format!("http://{host}"));
    request
        .headers()
        .get("origin")
        .is_some_and(|origin| !origin.to_str().is_ok_and(own))
        || fetched.is_some_and(|site| !matches!(site, "same-origin" | "none"))
}

/// The answer to the question that a browser asks before it sends a request of a page.
pub(crate) fn preflight(state: &State, request: &Request) -> Option<Response> {
    let asks = request
        .headers()
        .contains_key("access-control-request-method");
    if request.method() != Method::OPTIONS || !asks {
        return None;
    }
    allowed(state, request)?;
    let headers = request
        .header("access-control-request-headers")
        .unwrap_or("*");
    let response = Response::new(204, Body::Whole(bytes::Bytes::new()))
        .with("access-control-allow-methods", METHODS)
        .with("access-control-allow-headers", headers)
        .with("access-control-max-age", "600");
    Some(response)
}

/// Lets the page that sent the request read the answer, if it is a page of this machine.
pub(crate) fn allow(state: &State, request: &Request, response: &mut Response) {
    if let Some(origin) = allowed(state, request)
        && !matches!(response.body, Body::Raw(_))
    {
        response.set("access-control-allow-origin", origin);
        response.set("access-control-expose-headers", EXPOSED);
        response.set("vary", "origin");
    }
}

/// The origin of the page, if it is on this machine.
fn allowed<'a>(state: &State, request: &'a Request) -> Option<&'a str> {
    let origin = request.header("origin")?;
    let (_, host) = origin.split_once("://")?;
    state.options.is_own_host(host).then_some(origin)
}
