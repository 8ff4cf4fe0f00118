//! Which scripted reply a request gets.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::Value;

use crate::lock::lock;
use crate::reply::Reply;
use crate::request::{Request, Seen};

/// Conditions on requests: which ones a scripted reply is for. All of them must hold.
///
/// ```
/// use groq_mock::When;
///
/// let any = When::any();
/// let chats = When::post("/openai/v1/chat/completions");
/// let streams = chats.clone().json(|body| body["stream"] == true);
/// let retried = chats.header("x-stainless-retry-count", "1");
/// ```
#[derive(Clone, Default)]
#[must_use = "a matcher is used when it is given to a mock"]
pub struct When {
    method: Option<Method>,
    path: Option<String>,
    headers: Vec<(String, String)>,
    predicates: Vec<Predicate>,
}

type Predicate = Arc<dyn Fn(&Request) -> bool + Send + Sync>;

impl When {
    /// Matches every request.
    pub fn any() -> Self {
        Self::default()
    }

    /// Matches GET requests of a path.
    pub fn get(path: impl Into<String>) -> Self {
        Self::any().method(Method::GET).path(path)
    }

    /// Matches POST requests of a path.
    pub fn post(path: impl Into<String>) -> Self {
        Self::any().method(Method::POST).path(path)
    }

    /// Matches DELETE requests of a path.
    ///
    /// ```
    /// let deletions = groq_mock::When::delete("/openai/v1/files/*");
    /// ```
    pub fn delete(path: impl Into<String>) -> Self {
        Self::any().method(Method::DELETE).path(path)
    }

    /// Adds the condition that the method is this one.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Adds the condition that the path is this one, as it is sent. A `*` at its end stands for anything.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Adds the condition that the request has this header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds the condition that the body is JSON for which the function returns true.
    ///
    /// ```
    /// let streams = groq_mock::When::any().json(|body| body["stream"] == true);
    /// ```
    pub fn json(self, predicate: impl Fn(&Value) -> bool + Send + Sync + 'static) -> Self {
        self.matching(move |request| request.json().is_some_and(&predicate))
    }

    /// Adds the condition that the function returns true for the request.
    ///
    /// ```
    /// let large = groq_mock::When::any().matching(|request| request.body().len() > 1_000_000);
    /// ```
    pub fn matching(
        mut self,
        predicate: impl Fn(&Request) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.predicates.push(Arc::new(predicate));
        self
    }

    fn matches(&self, seen: Seen<'_>) -> bool {
        let head = seen.head();
        let method = self
            .method
            .as_ref()
            .is_none_or(|method| *method == head.method);
        let path = self
            .path
            .as_deref()
            .is_none_or(|path| match path.strip_suffix('*') {
                Some(start) => head.path.starts_with(start),
                None => head.path == path,
            });
        let header = |(name, value): &(String, String)| {
            head.headers
                .get_all(name)
                .iter()
                .any(|found| found.as_bytes() == value.as_bytes())
        };
        method && path && self.headers.iter().all(header) && self.holds(seen)
    }

    fn holds(&self, seen: Seen<'_>) -> bool {
        match seen {
            Seen::Whole(request) => self.predicates.iter().all(|predicate| predicate(request)),
            Seen::Head(_) => self.predicates.is_empty(),
        }
    }
}

impl fmt::Debug for When {
    /// Without the values of headers, which may be keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, path, .. } = self;
        let headers: Vec<&String> = self.headers.iter().map(|(name, _)| name).collect();
        let predicates = self.predicates.len();
        write!(
            f,
            "When({method:?}, {path:?}, {headers:?}, {predicates} predicates)"
        )
    }
}

/// All scripted replies that are still to be given.
#[derive(Debug, Default)]
pub(crate) struct Script {
    rules: Mutex<Rules>,
}

#[derive(Debug, Default)]
struct Rules {
    /// Each reply once, in the order in which they were given.
    once: Vec<(When, VecDeque<Reply>)>,
    /// As often as it matches, after the others; the newest first.
    always: Vec<(When, Reply)>,
}

impl Script {
    pub(crate) fn once(&self, when: When, replies: impl IntoIterator<Item = Reply>) {
        let replies: VecDeque<Reply> = replies.into_iter().collect();
        self.with(|rules| rules.once.push((when, replies)));
    }

    pub(crate) fn always(&self, when: When, reply: Reply) {
        self.with(|rules| rules.always.insert(0, (when, reply)));
    }

    pub(crate) fn clear(&self) {
        self.with(|rules| *rules = Rules::default());
    }

    /// How many replies of the queues have not been given.
    pub(crate) fn pending(&self) -> usize {
        self.with(|rules| rules.once.iter().map(|(_, replies)| replies.len()).sum())
    }

    /// The reply for a request. With the head alone, only a reply that goes out early is taken.
    pub(crate) fn take(&self, seen: Seen<'_>) -> Option<Reply> {
        self.with(|rules| rules.take(seen))
    }

    fn with<T>(&self, work: impl FnOnce(&mut Rules) -> T) -> T {
        work(&mut lock(&self.rules))
    }
}

impl Rules {
    fn take(&mut self, seen: Seen<'_>) -> Option<Reply> {
        if self.once.is_empty() && self.always.is_empty() {
            return None;
        }
        self.once.retain(|(_, replies)| !replies.is_empty());
        let matching = self.once.iter_mut().find(|(when, _)| when.matches(seen));
        if let Some((_, replies)) = matching {
            return match replies.front() {
                Some(reply) if in_time(reply, seen) => replies.pop_front(),
                // It is this request's reply, but the body must be there first.
                _ => None,
            };
        }
        let (_, reply) = self.always.iter().find(|(when, _)| when.matches(seen))?;
        in_time(reply, seen).then(|| reply.clone())
    }
}

fn in_time(reply: &Reply, seen: Seen<'_>) -> bool {
    match seen {
        Seen::Head(_) => reply.is_early(),
        Seen::Whole(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;
    use crate::faults::Fault;
    use crate::request::Head;

    fn request(method: Method, path: &str, body: &'static str) -> Request {
        let head = Head {
            method,
            path: path.into(),
            query: None,
            authority: None,
            headers: HeaderMap::new(),
        };
        Request::new(head, Bytes::from_static(body.as_bytes()), 0, 0)
    }

    fn status(script: &Script, request: &Request) -> Option<u16> {
        script
            .take(Seen::Whole(request))?
            .made()
            .map(|response| response.status)
    }

    #[test]
    fn replies_are_given_in_order_and_once() {
        let script = Script::default();
        let chat = request(Method::POST, "/chat", r#"{"stream":true}"#);
        script.once(When::post("/chat"), [Reply::new(429), Reply::new(500)]);
        script.once(When::any(), [Reply::new(503)]);
        assert_eq!(script.pending(), 3);
        let given: Vec<_> = (0..4).map(|_| status(&script, &chat)).collect();
        assert_eq!(given, [Some(429), Some(500), Some(503), None]);
        assert_eq!(script.pending(), 0);
    }

    #[test]
    fn standing_replies_come_after_queues_and_the_newest_wins() {
        let script = Script::default();
        let chat = request(Method::POST, "/chat", "");
        script.always(When::any(), Reply::new(500));
        script.always(When::post("/ch*"), Reply::new(501));
        script.once(When::any(), [Reply::new(200)]);
        let given: Vec<_> = (0..3).map(|_| status(&script, &chat)).collect();
        assert_eq!(given, [Some(200), Some(501), Some(501)]);
        assert_eq!(status(&script, &request(Method::GET, "/x", "")), Some(500));
        script.clear();
        assert_eq!(status(&script, &chat), None);
    }

    #[test]
    fn predicates_look_into_the_body() {
        let script = Script::default();
        script.always(
            When::any().json(|body| body["stream"] == true),
            Reply::new(418),
        );
        assert_eq!(
            status(&script, &request(Method::POST, "/", r#"{"stream":true}"#)),
            Some(418)
        );
        assert_eq!(
            status(&script, &request(Method::POST, "/", r#"{"stream":false}"#)),
            None
        );
        assert_eq!(
            status(&script, &request(Method::POST, "/", "not JSON")),
            None
        );
    }

    #[test]
    fn only_early_replies_are_taken_before_the_body() {
        let script = Script::default();
        let request = request(Method::POST, "/files", "");
        script.once(
            When::any(),
            [Reply::new(500), Reply::new(413).fault(Fault::AnswerEarly)],
        );
        assert!(script.take(Seen::Head(request.head())).is_none());
        assert_eq!(status(&script, &request), Some(500));
        assert!(script.take(Seen::Head(request.head())).is_some());
    }
}
