//! One connection: requests in, answers out, faults carried out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf as _, Bytes, BytesMut};
use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::error::Elapsed;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::read::{self, Bad, Chunks, Incoming, Length, TOO_LARGE, TOO_MUCH_HEAD};
use crate::api_error::ApiError;
use crate::faults::Fault;
use crate::faults::plan::{Framing, Plan, Step};
use crate::ids;
use crate::random::{Digest, Random};
use crate::reply::Reply;
use crate::request::{Request, Seen};
use crate::response::Response;
use crate::service;
use crate::state::State;

/// What is read and thrown away, at most, before a connection is closed on a client that still sends.
const MAX_DRAIN: usize = 8 * 1024 * 1024;
/// Bytes of a body that come in a second at least, on average: a trickle would hold a connection for days.
const SLOWEST: f64 = 16.0 * 1024.0;
const DRAIN_TIME: Duration = Duration::from_secs(1);

/// Serves a connection until it is over.
pub(crate) async fn serve(
    stream: TcpStream,
    state: Arc<State>,
    number: u64,
    stop: watch::Receiver<bool>,
) {
    let open = state.open_connection();
    let mut connection = Connection {
        stream,
        buffer: BytesMut::with_capacity(8 * 1024),
        state,
        number,
        stop,
    };
    // An error means that the client is gone, so it is dropped.
    let _ = connection.run().await;
    drop(open);
}

struct Connection {
    stream: TcpStream,
    buffer: BytesMut,
    state: Arc<State>,
    number: u64,
    stop: watch::Receiver<bool>,
}

/// Whether the connection carries another request.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Request,
    End,
}

/// Why a request cannot be read; `None` if the client is gone.
type Failure = Option<Bad>;

const fn too_slow(message: &'static str) -> Bad {
    Bad {
        status: 408,
        message,
    }
}

impl Connection {
    async fn run(&mut self) -> io::Result<()> {
        loop {
            let incoming = match self.read_head().await {
                Ok(Some(incoming)) => incoming,
                Ok(None) | Err(None) => return Ok(()),
                Err(Some(bad)) => return self.refuse(bad).await,
            };
            if self.exchange(incoming).await? == Next::End {
                return Ok(());
            }
        }
    }

    /// One request and its answer.
    async fn exchange(&mut self, incoming: Incoming) -> io::Result<Next> {
        let framing = Framing {
            chunked: incoming.is_http_1_1,
            keep_alive: incoming.keep_alive && !*self.stop.borrow(),
            head_only: incoming.head.method == Method::HEAD,
        };
        if let Some(reply) = self.state.script.take(Seen::Head(&incoming.head)) {
            return self.answer_early(incoming, &reply, framing).await;
        }
        let body = match self.read_body(&incoming).await {
            Ok(body) => body,
            Err(None) => return Ok(Next::End),
            Err(Some(bad)) => {
                self.refuse(bad).await?;
                return Ok(Next::End);
            }
        };
        let request = self.state.request(incoming.head, body, self.number);
        let (response, faults) = self.answer(request).await?;
        self.send(Plan::new(response, faults, framing)).await
    }

    /// The answer; one that may take long is found on a thread of its own.
    async fn answer(&self, request: Request) -> io::Result<(Response, Vec<Fault>)> {
        #[cfg(feature = "record")]
        if let Some(answer) = service::answer_recorded(&self.state, &request).await {
            return Ok(answer);
        }
        if !service::is_heavy(&request) {
            return Ok(service::answer(&self.state, &request));
        }
        let state = Arc::clone(&self.state);
        let answer = move || service::answer(&state, &request);
        Ok(tokio::task::spawn_blocking(answer).await?)
    }

    /// The request line and headers; `None` where the client has nothing more to ask.
    async fn read_head(&mut self) -> Result<Option<Incoming>, Failure> {
        let mut deadline = Instant::now() + self.state.options.idle_timeout;
        let mut begun = false;
        let mut searched = 0;
        loop {
            // Some clients send an empty line after a body.
            while searched == 0 && matches!(self.buffer.first(), Some(b'\r' | b'\n')) {
                self.buffer.advance(1);
            }
            if let Some(end) = read::head_end(&self.buffer, searched) {
                if end > read::MAX_HEAD {
                    return Err(TOO_MUCH_HEAD.into());
                }
                let head = self.buffer.split_to(end);
                let incoming = read::head(&head)?;
                read::check_host(&incoming)?;
                return Ok(Some(incoming));
            }
            searched = self.buffer.len();
            if searched > read::MAX_HEAD {
                return Err(TOO_MUCH_HEAD.into());
            }
            if !begun && searched > 0 {
                begun = true;
                deadline = Instant::now() + self.state.options.read_timeout;
            }
            match self.more(deadline).await {
                Some(Ok(0) | Err(_)) => return Ok(None),
                Some(Ok(_)) => {}
                None if begun => return Err(too_slow("the request came too slowly").into()),
                None => return Ok(None),
            }
        }
    }

    /// Reads what there is; `None` when time is up or the server stops.
    async fn more(&mut self, deadline: Instant) -> Option<io::Result<usize>> {
        tokio::select! {
            biased;
            read = self.stream.read_buf(&mut self.buffer) => Some(read),
            _ = self.stop.wait_for(|stop| *stop) => None,
            () = sleep_until(deadline) => None,
        }
    }

    async fn read_body(&mut self, incoming: &Incoming) -> Result<Bytes, Failure> {
        let max = self.state.options.max_body;
        let waits = incoming.length != Length::Known(0);
        if matches!(incoming.length, Length::Known(length) if length > max) {
            return Err(TOO_LARGE.into());
        }
        if incoming.expects_continue && waits {
            let going_on = self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
            going_on.await.map_err(|_| None)?;
        }
        match incoming.length {
            Length::Known(0) => Ok(Bytes::new()),
            Length::Known(length) => self.read_known(length).await,
            Length::Chunked => self.read_chunks(max).await,
        }
    }

    /// The body goes to a buffer of its own, so that the log does not keep the connection's.
    async fn read_known(&mut self, length: usize) -> Result<Bytes, Failure> {
        let here = length.min(self.buffer.len());
        let began = Instant::now();
        // A length is only a claim: memory is taken as bytes arrive.
        let mut body = BytesMut::with_capacity(length.min(1 << 20));
        body.extend_from_slice(&self.buffer.split_to(here));
        while body.len() < length {
            let left = u64::try_from(length - body.len()).unwrap_or(u64::MAX);
            let deadline = self.body_deadline(began, body.len());
            let mut limited = (&mut self.stream).take(left);
            some_bytes(&timeout_at(deadline, limited.read_buf(&mut body)).await)?;
        }
        Ok(body.freeze())
    }

    /// When the next read must have come: soon, and the whole body not slower than a slow line.
    fn body_deadline(&self, began: Instant, received: usize) -> Instant {
        let most = self.state.options.read_timeout;
        let received = u32::try_from(received).unwrap_or(u32::MAX);
        let earned = Duration::from_secs_f64(f64::from(received) / SLOWEST);
        (began + most + earned).min(Instant::now() + most)
    }

    async fn read_chunks(&mut self, max: usize) -> Result<Bytes, Failure> {
        let (mut chunks, mut body) = (Chunks::default(), BytesMut::new());
        let began = Instant::now();
        while !chunks.decode(&mut self.buffer, &mut body, max)? {
            let deadline = self.body_deadline(began, body.len());
            let read = self.stream.read_buf(&mut self.buffer);
            some_bytes(&timeout_at(deadline, read).await)?;
        }
        Ok(body.freeze())
    }

    /// An answer that does not wait for the request's body.
    async fn answer_early(
        &mut self,
        incoming: Incoming,
        reply: &Reply,
        framing: Framing,
    ) -> io::Result<Next> {
        let request = self.state.request(incoming.head, Bytes::new(), self.number);
        if reply.faults().contains(&Fault::NeverRead) {
            let _ = self.pause(Duration::MAX).await;
            return Ok(Next::End);
        }
        let (response, faults) = service::resolve(&self.state, &request, reply);
        let framing = Framing {
            keep_alive: false,
            ..framing
        };
        self.send(Plan::new(response, faults, framing)).await?;
        self.drain().await;
        Ok(Next::End)
    }

    async fn refuse(&mut self, bad: Bad) -> io::Result<()> {
        let error = ApiError::with_status(bad.status, bad.message);
        let framing = Framing {
            chunked: true,
            keep_alive: false,
            head_only: false,
        };
        let digest = Digest::new(self.state.options.seed).number(self.number);
        let id = ids::request(&mut Random::new(digest.finish()));
        let response = error.response().with("x-request-id", id);
        self.send(Plan::new(response, Vec::new(), framing)).await?;
        self.drain().await;
        Ok(())
    }

    /// Carries out the steps of an answer.
    async fn send(&mut self, mut plan: Plan) -> io::Result<Next> {
        let mut began = None;
        loop {
            // What is recorded may be long in coming; the client may be gone by then.
            let step = tokio::select! {
                biased;
                step = plan.step() => step,
                () = hung_up(&self.stream) => return Ok(Next::End),
            };
            let Some(step) = step else { break };
            match step {
                Step::Write(bytes) => {
                    // A client that reads nothing within the timeout is gone.
                    let idle = self.state.options.idle_timeout;
                    timeout(idle, self.stream.write_all(&bytes)).await??;
                }
                Step::Sleep(pause) => self.pause(pause).await?,
                Step::Until(due) => {
                    let due = (*began.get_or_insert_with(Instant::now)).checked_add(due);
                    let left = due.map_or(Duration::MAX, |due| {
                        due.saturating_duration_since(Instant::now())
                    });
                    self.pause(left).await?;
                }
                Step::Reset => {
                    self.stream.set_zero_linger()?;
                    return Ok(Next::End);
                }
                Step::Close => {
                    self.stream.shutdown().await?;
                    return Ok(Next::End);
                }
            }
        }
        Ok(if plan.keeps_alive() {
            Next::Request
        } else {
            Next::End
        })
    }

    /// Waits, unless the client hangs up or the server stops. [`Duration::MAX`] waits for those alone.
    async fn pause(&mut self, time: Duration) -> io::Result<()> {
        if time.is_zero() {
            tokio::task::yield_now().await;
            return Ok(());
        }
        tokio::select! {
            () = sleep(time) => Ok(()),
            () = hung_up(&self.stream) => Err(io::ErrorKind::ConnectionReset.into()),
            _ = self.stop.wait_for(|stop| *stop) => Err(io::ErrorKind::Interrupted.into()),
        }
    }

    /// Takes what the client still sends, for a while: closing on unread bytes would reset the connection,
    /// and the client might never see the answer.
    async fn drain(&mut self) {
        let mut scratch = [0; 8 * 1024];
        let deadline = Instant::now() + DRAIN_TIME;
        let mut drained = 0;
        while drained < MAX_DRAIN {
            match timeout_at(deadline, self.stream.read(&mut scratch)).await {
                Ok(Ok(read)) if read > 0 => drained += read,
                _ => break,
            }
        }
    }
}

/// Fails if a read took too long or found the end of the connection.
fn some_bytes(read: &Result<io::Result<usize>, Elapsed>) -> Result<(), Failure> {
    match read {
        Ok(Ok(0) | Err(_)) => Err(None),
        Ok(Ok(_)) => Ok(()),
        Err(_) => Err(too_slow("the body came too slowly").into()),
    }
}

/// Ends when the client has closed the connection; not while it has sent more and waits.
async fn hung_up(stream: &TcpStream) {
    match stream.peek(&mut [0]).await {
        Ok(0) | Err(_) => {}
        Ok(_) => std::future::pending().await,
    }
}
