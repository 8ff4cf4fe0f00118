//! Recordings: what a service answered once, kept in a file and given again.
//!
//! A file has the form of the crate `httpmock`: YAML documents, each with a `when` and a `then`. So either can read
//! what the other wrote.

mod client;
mod file;
mod scrub;

use std::collections::HashSet;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::{Bytes, BytesMut};
use futures_util::stream;
use http::HeaderMap;
use serde_json::Value;

use self::client::{Answer, Upstream};
use self::file::{Exchange, Header, Then, When};
use self::scrub::Secrets;
use crate::api_error::ApiError;
use crate::error::{Kind, StartError};
use crate::lock::lock;
use crate::request::Request;
use crate::response::{Body, Live, Response};

/// The variable of the environment that has recordings made anew; anything but nothing and `0` does.
const VARIABLE: &str = "GROQ_RECORD";
/// Where they are made.
const SERVICE: &str = "https://api.groq.com";
/// Headers of an answer that are kept; others say who asked, or how the bytes travelled.
const KEPT: [&str; 3] = ["content-type", "retry-after", "x-request-id"];

/// What a mock does with recordings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mode {
    pub(crate) path: PathBuf,
    /// The origin that requests are handed on to; without one, recordings are given again.
    pub(crate) upstream: Option<String>,
}

impl Mode {
    /// Gives recordings again, unless the environment asks for new ones.
    pub(crate) fn by_environment(path: PathBuf) -> Self {
        let wanted =
            std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty() && value != "0");
        let upstream = wanted.then(|| SERVICE.to_owned());
        Self { path, upstream }
    }
}

/// The recordings of one file, on their way in or out.
#[derive(Debug)]
pub(crate) struct Recordings {
    path: PathBuf,
    upstream: Option<Upstream>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    exchanges: Vec<Exchange>,
    /// Those that were given before: of equal requests each gets the next answer, and then the last one again.
    given: HashSet<usize>,
}

impl Recordings {
    pub(crate) fn open(mode: &Mode) -> Result<Self, StartError> {
        Self::read(mode).map_err(|why| StartError::new(Kind::Recording(mode.path.clone()), why))
    }

    fn read(mode: &Mode) -> io::Result<Self> {
        let upstream = mode.upstream.as_deref().map(Upstream::new).transpose()?;
        if upstream.is_some() {
            file::check_target(&mode.path)?;
        }
        let exchanges = match upstream {
            Some(_) => Vec::new(),
            None => file::read(&mode.path)?,
        };
        Ok(Self {
            path: mode.path.clone(),
            upstream,
            kept: Mutex::new(Kept {
                exchanges,
                given: HashSet::new(),
            }),
        })
    }

    pub(crate) fn is_recording(&self) -> bool {
        self.upstream.is_some()
    }

    /// The answer of the service, or the recorded one.
    pub(crate) async fn answer(self: &Arc<Self>, request: &Request) -> Response {
        let answered = match &self.upstream {
            Some(upstream) => self.record(upstream, request).await,
            None => self.replay(request),
        };
        answered.unwrap_or_else(|error| error.response())
    }

    async fn record(
        self: &Arc<Self>,
        upstream: &Upstream,
        request: &Request,
    ) -> Result<Response, Box<ApiError>> {
        let failed = |what: &'static str| {
            move |error| ApiError::with_status(502, format!("{what}: {error}")).kind("recording")
        };
        let unsent = failed("the request could not be handed on to be recorded");
        let mut answer = upstream.send(request).await.map_err(unsent)?;
        let secrets = Secrets::of(request);
        let mut exchange = Exchange {
            when: when(request, &secrets),
            then: then(answer.status, &answer.headers, &secrets),
        };
        if exchange.then.streams() {
            let mut given = response(&exchange.then);
            given.body = Body::Live(Arc::clone(self).live(exchange, secrets, answer));
            return Ok(given);
        }
        let mut body = BytesMut::new();
        while let Some(bytes) = answer.next().await.map_err(unsent)? {
            body.extend_from_slice(&bytes);
        }
        exchange.then.set_body(&secrets.bytes(&body));
        let given = response(&exchange.then);
        self.keep(exchange)
            .map_err(failed("the recording could not be written"))?;
        Ok(given)
    }

    /// The pieces of a stream as they arrive. It is recorded before its end is given, unless it breaks off.
    fn live(self: Arc<Self>, exchange: Exchange, secrets: Secrets, answer: Answer) -> Live {
        let begun = (self, exchange, secrets, answer, BytesMut::new());
        let next = |(all, mut exchange, secrets, mut answer, mut body): (
            Arc<Self>,
            Exchange,
            Secrets,
            Answer,
            BytesMut,
        )| async move {
            if let Some(bytes) = answer.next().await? {
                body.extend_from_slice(&bytes);
                return Ok(Some((bytes, (all, exchange, secrets, answer, body))));
            }
            exchange.then.set_body(&secrets.bytes(&body));
            all.keep(exchange)?;
            Ok(None)
        };
        Box::pin(stream::try_unfold(begun, next))
    }

    fn keep(&self, exchange: Exchange) -> io::Result<()> {
        let mut kept = lock(&self.kept);
        kept.exchanges.push(exchange);
        file::write(&self.path, &kept.exchanges)
    }

    fn replay(&self, request: &Request) -> Result<Response, Box<ApiError>> {
        let wanted = when(request, &Secrets::of(request));
        let mut kept = lock(&self.kept);
        let Kept { exchanges, given } = &mut *kept;
        let matching =
            || (0..exchanges.len()).filter(|index| matches(&exchanges[*index].when, &wanted));
        let chosen = matching()
            .find(|index| !given.contains(index))
            .or_else(|| matching().next_back());
        let Some(chosen) = chosen else {
            return Err(self.unknown(&wanted, exchanges));
        };
        given.insert(chosen);
        Ok(response(&exchanges[chosen].then))
    }

    /// A status that no client tries again.
    fn unknown(&self, wanted: &When, exchanges: &[Exchange]) -> Box<ApiError> {
        let same = exchanges
            .iter()
            .filter(|known| known.when.path == wanted.path)
            .count();
        let why = if same == 0 {
            "there is none of this path".to_owned()
        } else {
            format!("{same} of this path differ in method, query or body")
        };
        ApiError::invalid(format!(
            "no recording in {} answers {} {}: {why}; set {VARIABLE}=1 to record anew",
            self.path.display(),
            wanted.method,
            wanted.path
        ))
        .kind("recording")
    }
}

/// What a request is known by.
fn when(request: &Request, secrets: &Secrets) -> When {
    let content_type = request.header("content-type").unwrap_or_default();
    let is_form = content_type.starts_with("multipart/");
    let headers = ["accept", "content-type"];
    let header = |name: &str| {
        let value = request
            .header(name)
            .filter(|_| !(is_form && name == "content-type"))?;
        Some(Header::new(name, secrets.text(value)))
    };
    // The boundary of a form is another one each time: such a request is known by its path alone.
    let body = Some(request.body()).filter(|body| !is_form && !body.is_empty());
    let clean = body.map(|body| secrets.bytes(body));
    let (text, coded) = clean.as_deref().map(file::body).unwrap_or_default();
    let query = request.query().map_or_else(Vec::new, file::query);
    let clean = |pair: Header| {
        let value = if scrub::is_secret(&pair.name) {
            "REDACTED".to_owned()
        } else {
            secrets.text(&pair.value)
        };
        Header::new(secrets.text(&pair.name), value)
    };
    When {
        path: secrets.text(request.path()),
        method: request.method().as_str().to_owned(),
        query_param: query.into_iter().map(clean).collect(),
        header: headers.into_iter().filter_map(header).collect(),
        body: text,
        body_base64: coded,
        json_body: None,
    }
}

fn then(status: u16, headers: &HeaderMap, secrets: &Secrets) -> Then {
    let is_kept = |name: &str| KEPT.contains(&name) || name.starts_with("x-ratelimit-");
    let header = headers
        .iter()
        .filter(|(name, _)| is_kept(name.as_str()))
        .filter_map(|(name, value)| {
            Some(Header::new(
                name.as_str(),
                secrets.text(value.to_str().ok()?),
            ))
        })
        .collect();
    Then {
        status,
        header,
        body: None,
        body_base64: None,
    }
}

fn matches(known: &When, wanted: &When) -> bool {
    let json = |text: &Option<String>| serde_json::from_str::<Value>(text.as_deref()?).ok();
    let known_json = known.json_body.clone().or_else(|| json(&known.body));
    let body = match (known_json, json(&wanted.body)) {
        (Some(one), Some(two)) => one == two,
        _ => known.body == wanted.body && known.body_base64 == wanted.body_base64,
    };
    known.path == wanted.path
        && known.method == wanted.method
        && known.query_param == wanted.query_param
        && body
}

fn response(then: &Then) -> Response {
    let bytes = then.bytes();
    let body = if then.streams() {
        Body::Frames(Box::new(events(bytes)))
    } else {
        Body::Whole(bytes)
    };
    let mut response = Response::new(then.status, body);
    for header in &then.header {
        response.set(header.name.clone(), header.value.clone());
    }
    response
}

/// Each event on its own, as it was sent: how the bytes were cut in between is not recorded.
fn events(mut bytes: Bytes) -> impl Iterator<Item = Bytes> + Send {
    std::iter::from_fn(move || {
        let end = memchr::memmem::find(&bytes, b"\n\n").map_or(bytes.len(), |at| at + 2);
        Some(bytes.split_to(end)).filter(|event| !event.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_given_one_by_one() {
        let cut =
            |text: &'static str| events(Bytes::from_static(text.as_bytes())).collect::<Vec<_>>();
        assert_eq!(
            cut("data: 1\n\ndata: 2\n\nrest"),
            ["data: 1\n\n", "data: 2\n\n", "rest"]
        );
        assert!(cut("").is_empty());
    }

    #[test]
    fn json_is_compared_as_json() {
        let with = |body: &str| When {
            body: Some(body.to_owned()),
            ..When::default()
        };
        assert!(matches(
            &with("{\"a\": 1, \"b\": 2}"),
            &with("{\"b\":2,\"a\":1}")
        ));
        assert!(!matches(&with("{\"a\": 1}"), &with("{\"a\": 2}")));
        assert!(matches(&with("text"), &with("text")));
        assert!(!matches(&with("text"), &with("other")));
        assert!(!matches(&with("{}"), &When::default()));
    }
}
