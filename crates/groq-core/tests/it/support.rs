//! A server that does exactly what a test says, and a clock that waits for nobody.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use groq_core::runtime::{Purpose, Runtime, Sleep, TokioRuntime};
use groq_core::types::{ChatCompletionRequest, Message};
use groq_core::{Client, ClientBuilder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// The key of all tests: no output of the client may hold it.
pub(crate) const CANARY: &str = "gsk_canary0123456789";

/// A server on this machine. It answers the requests in the order of its script, and hangs up when the script is at its end.
pub(crate) struct Server {
    address: SocketAddr,
    log: Arc<Mutex<Log>>,
}

/// What answers each request.
type Handler = Arc<dyn Fn(&Request) -> Reply + Send + Sync>;

#[derive(Default)]
struct Log {
    script: VecDeque<Reply>,
    handler: Option<Handler>,
    requests: Vec<Request>,
    connections: usize,
    open: usize,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// The method and the target.
    pub(crate) fn line(&self) -> &str {
        self.head
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches(" HTTP/1.1")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("a JSON body")
    }
}

/// What the server does in answer to one request.
#[derive(Clone, Default)]
pub(crate) struct Reply {
    steps: Vec<Step>,
}

#[derive(Clone)]
enum Step {
    Write(Vec<u8>),
    Wait(Duration),
    /// Goes on when there is a permit for it.
    Until(Arc<Semaphore>),
    /// Keeps the connection open, and says nothing more.
    Hang,
    Close,
    /// Closes with a reset.
    Reset,
}

impl Reply {
    /// Bytes as they stand.
    pub(crate) fn raw(bytes: impl AsRef<[u8]>) -> Self {
        Self::default().write(bytes)
    }

    /// A whole answer, with a length.
    pub(crate) fn whole(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        Self::raw(head + "\r\n").write(body)
    }

    pub(crate) fn json(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::whole(status, &[("content-type", "application/json")], body)
    }

    /// An error status with Groq's envelope, and headers.
    pub(crate) fn error(status: u16, headers: &[(&str, &str)]) -> Self {
        let body = r#"{"error":{"message":"told you so","type":"some_type","code":"some_code"}}"#;
        Self::whole(status, headers, body)
    }

    /// The head of an event stream that ends with its connection; the events follow with [`write`](Self::write).
    pub(crate) fn stream() -> Self {
        Self::raw(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nx-request-id: req_stream\r\n\r\n",
        )
    }

    /// An event stream with these events, and the end of its connection.
    pub(crate) fn events(events: &[&str]) -> Self {
        events
            .iter()
            .fold(Self::stream(), |reply, event| reply.event(event))
            .close()
    }

    pub(crate) fn write(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.steps.push(Step::Write(bytes.as_ref().to_vec()));
        self
    }

    pub(crate) fn event(self, data: &str) -> Self {
        self.write(format!("data: {data}\n\n"))
    }

    pub(crate) fn wait(mut self, duration: Duration) -> Self {
        self.steps.push(Step::Wait(duration));
        self
    }

    /// Says nothing more until there is a permit, which it takes.
    pub(crate) fn until(mut self, gate: &Arc<Semaphore>) -> Self {
        self.steps.push(Step::Until(Arc::clone(gate)));
        self
    }

    /// This, and then the other.
    pub(crate) fn then(mut self, other: Self) -> Self {
        self.steps.extend(other.steps);
        self
    }

    pub(crate) fn hang(mut self) -> Self {
        self.steps.push(Step::Hang);
        self
    }

    pub(crate) fn close(mut self) -> Self {
        self.steps.push(Step::Close);
        self
    }

    pub(crate) fn reset(mut self) -> Self {
        self.steps.push(Step::Reset);
        self
    }
}

impl Server {
    /// A server with one reply for each request.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::with(Log {
            script: script.into_iter().collect(),
            ..Log::default()
        })
        .await
    }

    /// A server that looks at each request. It keeps none of them.
    pub(crate) async fn handling(
        handler: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::with(Log {
            handler: Some(Arc::new(handler)),
            ..Log::default()
        })
        .await
    }

    async fn with(log: Log) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let log = Arc::new(Mutex::new(log));
        let shared = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let log = Arc::clone(&shared);
                tokio::spawn(async move {
                    change(&log, |log| {
                        log.connections += 1;
                        log.open += 1;
                    });
                    serve(socket, &log).await;
                    change(&log, |log| log.open -= 1);
                });
            }
        });
        Self { address, log }
    }

    /// A server that gives the same reply to every request.
    pub(crate) async fn repeating(reply: Reply) -> Self {
        Self::start(std::iter::repeat_n(reply, 1000)).await
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.log.lock().expect("a log").requests.clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.log.lock().expect("a log").requests.len()
    }

    pub(crate) fn connections(&self) -> usize {
        self.log.lock().expect("a log").connections
    }

    /// Waits until the client has closed all its connections; says whether it has, in a time that no machine is too slow for.
    pub(crate) async fn all_closed(&self) -> bool {
        for _ in 0..3000 {
            if self.log.lock().expect("a log").open == 0 {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        false
    }

    /// A builder of clients for this server.
    pub(crate) fn builder(&self) -> ClientBuilder {
        Client::builder().api_key(CANARY).base_url(self.url())
    }

    /// A client whose waits take no time, and the record of them.
    pub(crate) fn client(&self) -> (Client, Waits) {
        let waits = Waits::default();
        let client = self
            .builder()
            .runtime(waits.clone())
            .build()
            .expect("a client");
        (client, waits)
    }
}

fn change(log: &Mutex<Log>, change: impl FnOnce(&mut Log)) {
    change(&mut log.lock().expect("a log"));
}

async fn serve(mut socket: TcpStream, log: &Mutex<Log>) {
    let mut input = Vec::new();
    while let Some(request) = read_request(&mut socket, &mut input).await {
        let reply = {
            let mut log = log.lock().expect("a log");
            if let Some(handler) = log.handler.clone() {
                drop(log);
                Some(handler(&request))
            } else {
                log.requests.push(request);
                log.script.pop_front()
            }
        };
        let Some(reply) = reply else { return };
        for step in reply.steps {
            match step {
                Step::Write(bytes) => {
                    if socket.write_all(&bytes).await.is_err() || socket.flush().await.is_err() {
                        return;
                    }
                }
                Step::Wait(duration) => tokio::time::sleep(duration).await,
                Step::Until(gate) => gate.acquire().await.expect("it is never closed").forget(),
                Step::Hang => {
                    // Until the client hangs up.
                    let _ = socket.read(&mut [0]).await;
                    return;
                }
                Step::Close => {
                    let _ = socket.shutdown().await;
                    return;
                }
                Step::Reset => {
                    #[expect(
                        deprecated,
                        reason = "a lingering close does no harm with a zero time"
                    )]
                    let _ = socket.set_linger(Some(Duration::ZERO));
                    return;
                }
            }
        }
    }
}

async fn read_request(socket: &mut TcpStream, input: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(end) = input.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if socket.read_buf(input).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(input[..end].to_vec()).ok()?;
    let mut request = Request {
        head,
        body: Vec::new(),
    };
    if request.header("transfer-encoding") == Some("chunked") {
        input.drain(..end);
        while let Some(chunk) = read_chunk(socket, input).await? {
            request.body.extend_from_slice(&chunk);
        }
        return Some(request);
    }
    let length = request
        .header("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    while input.len() < end + length {
        if socket.read_buf(input).await.ok()? == 0 {
            return None;
        }
    }
    request.body = input[end..end + length].to_vec();
    input.drain(..end + length);
    Some(request)
}

/// One chunk of a body without a length; an inner `None` for the last one.
async fn read_chunk(socket: &mut TcpStream, input: &mut Vec<u8>) -> Option<Option<Vec<u8>>> {
    loop {
        if let Some(line) = input.windows(2).position(|window| window == b"\r\n") {
            let size = std::str::from_utf8(&input[..line]).ok()?;
            let size = usize::from_str_radix(size, 16).expect("a size");
            let (begin, end) = (line + 2, line + 2 + size + 2);
            if input.len() >= end {
                let chunk = input[begin..begin + size].to_vec();
                input.drain(..end);
                return Some((size > 0).then_some(chunk));
            }
        }
        if socket.read_buf(input).await.ok()? == 0 {
            return None;
        }
    }
}

/// A runtime on which waits take no time, though its clock goes on as if they had; it records them. Timeouts are real.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waits {
    waits: Arc<Mutex<Vec<Duration>>>,
}

impl Waits {
    pub(crate) fn all(&self) -> Vec<Duration> {
        self.waits.lock().expect("waits").clone()
    }

    pub(crate) fn sum(&self) -> Duration {
        self.all().iter().sum()
    }
}

impl Runtime for Waits {
    fn now(&self) -> Instant {
        TokioRuntime.now() + self.sum()
    }

    fn system_time(&self) -> SystemTime {
        TokioRuntime.system_time() + self.sum()
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn sleep(&self, duration: Duration, purpose: Purpose) -> Sleep {
        if purpose == Purpose::Wait {
            self.waits.lock().expect("waits").push(duration);
            return Box::pin(std::future::ready(()));
        }
        TokioRuntime.sleep(duration, purpose)
    }
}

/// A request for a chat completion.
pub(crate) fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", [Message::user("canary prompt")])
}

/// A whole chat completion.
pub(crate) const COMPLETION: &str = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"canary reply"},"finish_reason":"stop","logprobs":null}]}"#;

/// A list of no models.
pub(crate) const MODELS: &str = r#"{"object":"list","data":[]}"#;

/// A good answer for a list of models.
pub(crate) fn models() -> Reply {
    Reply::json(200, MODELS)
}

/// A chunk with some text.
pub(crate) fn text(content: &str) -> String {
    chunk(&format!(
        r#"{{"index":0,"delta":{{"content":{content:?}}},"finish_reason":null}}"#
    ))
}

/// The chunk that ends the choice.
pub(crate) fn stop() -> String {
    chunk(r#"{"index":0,"delta":{},"finish_reason":"stop"}"#)
}

/// A chunk with these choices.
pub(crate) fn chunk(choices: &str) -> String {
    format!(
        r#"{{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{choices}]}}"#
    )
}
