//! The HTTP library's client in a browser: it fetches.
//!
//! What belongs to JavaScript may not be sent to another thread, so each fetch has a task of its own that keeps it, and hands over
//! what comes, a piece at a time. All else is as everywhere: futures may be sent, and dropping one ends its call.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame};
use tokio::sync::{mpsc, oneshot};
use wasm_bindgen_futures::spawn_local;

use crate::error::Error;
use crate::runtime::unless;

/// What a user sets on the HTTP library itself.
pub(crate) type Hook = Box<dyn Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync>;

/// A response whose body is still to come.
pub(super) type Answering = http::Response<Incoming>;

/// The HTTP library's client.
#[derive(Clone, Debug)]
pub(crate) struct Http(reqwest::Client);

impl Http {
    pub(crate) fn build(hook: Option<Hook>) -> Result<Self, Error> {
        let mut builder = reqwest::Client::builder();
        if let Some(hook) = hook {
            builder = hook(builder);
        }
        match builder.build() {
            Ok(client) => Ok(Self(client)),
            Err(error) => Err(Error::config("the HTTP client cannot be set up").with_source(error)),
        }
    }

    /// A browser has its own connections.
    pub(super) fn answered(&self, _response: &Answering) {}

    pub(super) fn execute(
        &self,
        request: reqwest::Request,
    ) -> impl Future<Output = reqwest::Result<Answering>> + Send + use<> {
        let (answer, answered) = oneshot::channel();
        spawn_local(fetch(self.0.clone(), request, answer));
        async move {
            answered
                .await
                .expect("a fetch answers, as long as somebody waits for it")
        }
    }
}

/// A browser looks after its own connections.
pub(super) async fn notice_closed_connections() {}

/// Fetches, answers, and hands over the body, until it is over or no one wants it any more.
async fn fetch(
    client: reqwest::Client,
    request: reqwest::Request,
    mut answer: oneshot::Sender<reqwest::Result<Answering>>,
) {
    let response = match unless(answer.closed(), client.execute(request)).await {
        None => return,
        Some(Ok(response)) => response,
        Some(Err(error)) => {
            let _ = answer.send(Err(error));
            return;
        }
    };
    // One piece waits; the next is read when it is taken.
    let (pieces, body) = mpsc::channel(1);
    let mut answering = http::Response::new(Incoming::Fetched(body));
    *answering.status_mut() = response.status();
    *answering.headers_mut() = response.headers().clone();
    if answer.send(Ok(answering)).is_err() {
        return;
    }
    let mut stream = pin!(response.bytes_stream());
    while let Some(Some(piece)) = {
        let next = poll_fn(|context| stream.as_mut().poll_next(context));
        unless(pieces.closed(), next).await
    } {
        if pieces.send(piece).await.is_err() {
            return;
        }
    }
}

/// A body that is coming in.
pub(super) enum Incoming {
    Fetched(mpsc::Receiver<reqwest::Result<Bytes>>),
    Given(Pin<Box<dyn Body<Data = Bytes, Error = Infallible> + Send + Sync>>),
}

impl Incoming {
    pub(super) fn wrap(
        body: impl Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
    ) -> Self {
        Self::Given(Box::pin(body))
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<reqwest::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Fetched(pieces) => pieces
                .poll_recv(context)
                .map(|piece| piece.map(|piece| piece.map(Frame::data))),
            Self::Given(body) => body
                .as_mut()
                .poll_frame(context)
                .map(|frame| frame.map(|Ok(frame)| Ok(frame))),
        }
    }
}
