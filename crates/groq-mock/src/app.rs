//! What all connections share, and the way from a request to its answer.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Method};

use crate::api_error::{ApiError, Outcome};
use crate::batches::Batches;
use crate::chat::cache::PromptCache;
use crate::faults::Fault;
use crate::files::Files;
use crate::fine_tunings::FineTunings;
use crate::ids;
use crate::limits::{Limiter, Standing, Throttle, Use};
use crate::log::Log;
use crate::models::Models;
use crate::options::Options;
use crate::random::{Digest, Random};
use crate::reply::Reply;
use crate::request::{Head, Request, Seen};
use crate::response::{Body, Response};
use crate::router;
use crate::script::Script;

/// The state of one mock.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) options: Options,
    pub(crate) models: Models,
    pub(crate) limiter: Limiter,
    pub(crate) script: Script,
    pub(crate) log: Log,
    pub(crate) files: Files,
    pub(crate) batches: Batches,
    pub(crate) fine_tunings: FineTunings,
    pub(crate) prompts: PromptCache,
    #[cfg(feature = "record")]
    pub(crate) recordings: Option<crate::recordings::Recordings>,
    requests: AtomicU64,
    connections: AtomicU64,
    open: AtomicUsize,
}

/// One request on its way through an operation.
pub(crate) struct Exchange<'a> {
    pub(crate) app: &'a App,
    pub(crate) request: &'a Request,
    /// The request id, in the header and in `x_groq`.
    pub(crate) id: String,
    /// For what must differ between equal requests: ids and timings.
    pub(crate) unique: Random,
    /// Whether it is a line of a batch, which has no limits and no file beside it.
    pub(crate) in_batch: bool,
}

/// A request that a batch makes.
pub(crate) struct BatchLine<'a> {
    pub(crate) path: &'a str,
    pub(crate) body: Bytes,
    pub(crate) authorization: Option<HeaderValue>,
    /// Sets it apart from equal ones.
    pub(crate) number: u64,
}

impl BatchLine<'_> {
    /// As it would have come over the network.
    fn request(&self) -> Request {
        let mut head = Head {
            method: Method::POST,
            path: self.path.to_owned(),
            query: None,
            authority: None,
            headers: HeaderMap::new(),
        };
        let authorization = self.authorization.clone();
        head.headers
            .extend(authorization.map(|value| (AUTHORIZATION, value)));
        Request::new(head, self.body.clone(), self.number, 0)
    }
}

/// The answer to one.
pub(crate) struct LineAnswer {
    pub(crate) status: u16,
    /// The request id.
    pub(crate) id: String,
    pub(crate) body: Bytes,
}

impl Exchange<'_> {
    /// Counts a request, or refuses it.
    pub(crate) fn charge(&self, wanted: Use<'_>, now: Instant) -> (Standing, Outcome<()>) {
        if self.in_batch {
            return (Standing::default(), Ok(()));
        }
        self.app.limiter.charge(wanted, now)
    }
}

impl App {
    pub(crate) fn new(options: Options) -> Self {
        let models = Models::new(&options.extra_models);
        let mut limits = Vec::new();
        if options.free_plan {
            limits.extend(
                models
                    .ids()
                    .map(|id| (id.to_owned(), Throttle::free_plan_for(id))),
            );
        }
        // Of two for a model, the later one holds.
        limits.extend(options.model_throttle.iter().cloned());
        Self {
            models,
            limiter: Limiter::new(options.limits.clone(), limits),
            log: Log::new(options.max_log_requests, options.max_log_bytes),
            script: Script::default(),
            files: Files::new(options.folder.clone()),
            batches: Batches::default(),
            fine_tunings: FineTunings::default(),
            prompts: PromptCache::default(),
            #[cfg(feature = "record")]
            recordings: None,
            requests: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            open: AtomicUsize::new(0),
            options,
        }
    }

    pub(crate) fn count_connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn open_connections(&self) -> usize {
        self.open.load(Ordering::Relaxed)
    }

    /// Counts a connection as open until the guard is dropped, which happens however its task ends.
    pub(crate) fn open_connection(self: &Arc<Self>) -> OpenGuard {
        self.open.fetch_add(1, Ordering::Relaxed);
        OpenGuard(Arc::clone(self))
    }

    /// Numbers a request and writes it to the log.
    pub(crate) fn request(&self, head: Head, body: Bytes, connection: u64) -> Request {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let request = Request::new(head, body, number, connection);
        self.log.push(request.clone());
        request
    }

    /// A scripted reply that goes out before the body is read.
    pub(crate) fn early_reply(&self, seen: Seen<'_>) -> Option<Reply> {
        self.script.take(seen)
    }

    /// The answer, and what goes wrong with it.
    pub(crate) fn answer(&self, request: &Request) -> (Response, Vec<Fault>) {
        match self.script.take(Seen::Whole(request)) {
            Some(reply) => self.resolve(request, &reply),
            None => (self.generate(request), Vec::new()),
        }
    }

    /// The answer where there are recordings; a script goes before them.
    #[cfg(feature = "record")]
    pub(crate) async fn answer_recorded(
        &self,
        request: &Request,
    ) -> Option<(Response, Vec<Fault>)> {
        let recordings = self.recordings.as_ref()?;
        if let Some(reply) = self.script.take(Seen::Whole(request)) {
            return Some(self.resolve(request, &reply));
        }
        let response = match self.refused(request) {
            Some(error) => error.response(),
            None => recordings.answer(request).await,
        };
        Some((response, Vec::new()))
    }

    /// The answer of a scripted reply.
    pub(crate) fn resolve(&self, request: &Request, reply: &Reply) -> (Response, Vec<Fault>) {
        let (mut response, faults) = reply.resolve(request, || self.generate(request));
        if !matches!(response.body, Body::Raw(_)) && !response.has("x-request-id") {
            let id = ids::request(&mut self.unique(request));
            response = response.with("x-request-id", id);
        }
        (response, faults)
    }

    /// The mock's own answer.
    fn generate(&self, request: &Request) -> Response {
        let mut unique = self.unique(request);
        let id = ids::request(&mut unique);
        let exchange = Exchange {
            app: self,
            request,
            id: id.clone(),
            unique,
            in_batch: false,
        };
        let mut response = self
            .refused(request)
            .map_or_else(|| router::answer(exchange), |error| error.response());
        response.wait = response.wait.saturating_add(self.options.latency);
        response.with("x-request-id", id)
    }

    /// The answer to a line of a batch, scripted or the mock's own; `None` where it is scripted to break off.
    pub(crate) fn answer_line(&self, line: &BatchLine<'_>) -> Option<LineAnswer> {
        let request = line.request();
        let mut unique = self.unique(&request);
        let id = ids::request(&mut unique);
        let generate = || {
            router::answer(Exchange {
                app: self,
                request: &request,
                id: id.clone(),
                unique,
                in_batch: true,
            })
        };
        let (response, faults) = match self.script.take(Seen::Whole(&request)) {
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

    /// What keeps a page in somebody's browser from talking to the mock under a name of its own.
    fn refused(&self, request: &Request) -> Option<Box<ApiError>> {
        let head = request.head();
        let host = head
            .authority
            .as_deref()
            .or_else(|| request.header("host"))?;
        let name = host_name(host);
        let allowed = self
            .options
            .hosts
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(name))
            || is_loopback(name);
        (!allowed).then(|| {
            ApiError::with_status(
                403,
                "this mock answers to loopback names only: see Builder::allow_host",
            )
        })
    }

    fn unique(&self, request: &Request) -> Random {
        let digest = Digest::new(self.options.seed)
            .text(request.path())
            .bytes(request.body());
        Random::new(digest.number(request.number()).finish())
    }

    /// The time for `created`: the clock's, or the one that was fixed.
    pub(crate) fn unix_time(&self) -> u64 {
        self.options.created.unwrap_or_else(|| {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or(Duration::ZERO)
                .as_secs()
        })
    }
}

/// An open connection, counted.
pub(crate) struct OpenGuard(Arc<App>);

impl Drop for OpenGuard {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A host header without its port.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.split(':').next().unwrap_or(host)
}

fn is_loopback(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_hosts() {
        for host in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:80",
            "localhost.",
        ] {
            assert!(is_loopback(host_name(host)), "{host}");
        }
        for host in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "10.0.0.1",
            "",
            "[::2]",
        ] {
            assert!(!is_loopback(host_name(host)), "{host}");
        }
    }
}
