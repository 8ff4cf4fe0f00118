//! A body that goes out while it is made.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::Request;

use super::super::failure::Failure;
use super::super::http_client::Answering;
use super::super::source::{Pieces, Source};
use super::super::watch::later;
use crate::error::{Error, TimeoutKind};
use crate::retry::decision::Outcome;
use crate::runtime::{Instant, Purpose, Runtime, Sleep};
use crate::shared::Core;

/// Sends a request with such a body, until the response begins.
pub(in crate::transport) async fn send(
    client: &Core,
    mut request: Request,
    source: &dyn Source,
    started: Instant,
) -> Result<Answering, Failure> {
    let opened = source
        .open()
        .await
        .map_err(|error| Failure::new(error, Outcome::Final, "source failed"))?;
    let sending = Arc::new(Sending::new(client.runtime().now()));
    *request.body_mut() = Some(reqwest::Body::wrap(UploadBody {
        pieces: Mutex::new(opened.pieces),
        left: opened.length,
        sending: Arc::clone(&sending),
        runtime: Arc::clone(client.runtime()),
    }));
    let limits = Limits::of(client, started);
    let response = client.shared().http.execute(request);
    match in_time(client.runtime().as_ref(), &sending, limits, response).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(match sending.take_failure() {
            Some(failure) => Failure::new(failure, Outcome::Final, "source failed"),
            None => Failure::sending(error, client),
        }),
        Err((which, limit)) => Err(Failure::timeout(which, limit, client)),
    }
}

/// The limits on time until the response begins.
#[derive(Clone, Copy)]
struct Limits {
    write: Duration,
    first_byte: Duration,
    deadline: Option<(Instant, Duration)>,
}

impl Limits {
    fn of(client: &Core, started: Instant) -> Self {
        let settings = client.settings();
        Self {
            write: settings.write_timeout,
            first_byte: settings.first_byte_timeout,
            deadline: settings.timeout.map(|limit| (later(started, limit), limit)),
        }
    }

    /// When the time is up, as things stand.
    fn due(&self, (last, whole): (Instant, bool)) -> (Instant, TimeoutKind, Duration) {
        let (which, limit) = if whole {
            (TimeoutKind::FirstByte, self.first_byte)
        } else {
            (TimeoutKind::Write, self.write)
        };
        let at = later(last, limit);
        match self.deadline {
            Some((deadline, limit)) if deadline < at => (deadline, TimeoutKind::Total, limit),
            _ => (at, which, limit),
        }
    }
}

/// Waits for the response: as long as the body moves, and then as long as the first byte may take.
async fn in_time<T>(
    runtime: &dyn Runtime,
    sending: &Sending,
    limits: Limits,
    answer: impl Future<Output = T>,
) -> Result<T, (TimeoutKind, Duration)> {
    let mut answer = pin!(answer);
    let mut timer: Option<(Sleep, Instant)> = None;
    poll_fn(|context| {
        if let Poll::Ready(answer) = answer.as_mut().poll(context) {
            return Poll::Ready(Ok(answer));
        }
        loop {
            let (at, which, limit) = limits.due(sending.progress(context));
            // The limit mostly moves away; the timer is looked at again when it goes off.
            if timer.as_ref().is_none_or(|(_, set_for)| *set_for > at) {
                let now = runtime.now();
                if now >= at {
                    return Poll::Ready(Err((which, limit)));
                }
                timer = Some((runtime.sleep(at - now, Purpose::Timeout), at));
            }
            if let Some((sleep, _)) = &mut timer {
                ready!(sleep.as_mut().poll(context));
                timer = None;
            }
        }
    })
    .await
}

/// How far a body has got. The connection's task moves it, and the call looks on.
struct Sending(Mutex<State>);

struct State {
    last: Instant,
    whole: bool,
    failure: Option<Error>,
    /// Who waits for the response: when the body is whole, another limit holds, which may end earlier.
    waiting: Option<Waker>,
}

impl Sending {
    fn new(now: Instant) -> Self {
        Self(Mutex::new(State {
            last: now,
            whole: false,
            failure: None,
            waiting: None,
        }))
    }

    fn moved(&self, now: Instant, whole: bool) {
        let waiting = self.change(|state| {
            state.last = now;
            state.whole |= whole;
            whole.then(|| state.waiting.take()).flatten()
        });
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    fn failed(&self, error: Error) {
        self.change(|state| state.failure = Some(error));
    }

    fn take_failure(&self) -> Option<Error> {
        self.change(|state| state.failure.take())
    }

    fn progress(&self, context: &Context<'_>) -> (Instant, bool) {
        self.change(|state| {
            if !state.whole {
                state.waiting = Some(context.waker().clone());
            }
            (state.last, state.whole)
        })
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The body as the HTTP library sees it.
struct UploadBody {
    /// In a mutex that is never locked, because the library wants `Sync`.
    pieces: Mutex<Pieces>,
    left: Option<u64>,
    sending: Arc<Sending>,
    runtime: Arc<dyn Runtime>,
}

impl Body for UploadBody {
    type Data = Bytes;
    type Error = Interrupted;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Interrupted>>> {
        let body = self.get_mut();
        let pieces = body
            .pieces
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        let piece = ready!(pieces.as_mut().poll_next(context));
        let now = body.runtime.now();
        Poll::Ready(match piece {
            None => {
                body.sending.moved(now, true);
                None
            }
            Some(Ok(piece)) => {
                body.left = body
                    .left
                    .map(|left| left.saturating_sub(piece.len() as u64));
                // With a known length, no one asks whether there is more.
                body.sending.moved(now, body.left == Some(0));
                Some(Ok(Frame::data(piece)))
            }
            Some(Err(error)) => {
                body.sending.failed(error);
                Some(Err(Interrupted))
            }
        })
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// Tells the HTTP library that the body failed; why, is kept beside it.
#[derive(Debug)]
struct Interrupted;

impl fmt::Display for Interrupted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body of the request failed")
    }
}

impl std::error::Error for Interrupted {}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_write_limit_moves_with_the_body_and_gives_way_to_the_first_byte() {
        let start = Instant::now();
        let mut limits = Limits {
            write: 5 * SECOND,
            first_byte: 60 * SECOND,
            deadline: None,
        };
        let at = |seconds: u32| start + seconds * SECOND;
        assert_eq!(
            limits.due((at(3), false)),
            (at(8), TimeoutKind::Write, 5 * SECOND)
        );
        assert_eq!(
            limits.due((at(3), true)),
            (at(63), TimeoutKind::FirstByte, 60 * SECOND)
        );
        limits.deadline = Some((at(7), 7 * SECOND));
        assert_eq!(
            limits.due((at(3), false)),
            (at(7), TimeoutKind::Total, 7 * SECOND)
        );
    }
}
