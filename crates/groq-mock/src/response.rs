//! What an operation gives to the connection: a status, headers, and a body whole or in frames.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;

/// One answer, before faults and framing.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Written as they are, unchecked: a fault may want a header that no library would send.
    pub(crate) headers: Vec<(Cow<'static, str>, Vec<u8>)>,
    pub(crate) body: Body,
    /// How long the first byte takes, on top of the mock's latency.
    pub(crate) wait: Duration,
    /// The time from one frame to the next.
    pub(crate) pace: Duration,
}

pub(crate) enum Body {
    /// Sent with a content-length.
    Whole(Bytes),
    /// Sent chunked, each frame by a write of its own.
    Frames(Frames),
    /// Sent chunked as it arrives; an error breaks the connection off.
    #[cfg_attr(
        not(feature = "record"),
        expect(dead_code, reason = "only recorded answers arrive")
    )]
    Live(Live),
    /// The whole answer, status line included, verbatim.
    Raw(Bytes),
}

pub(crate) type Live = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

pub(crate) type Frames = Box<dyn Iterator<Item = Bytes> + Send>;

impl Response {
    pub(crate) fn new(status: u16, body: Body) -> Self {
        Self {
            status,
            headers: Vec::with_capacity(12),
            body,
            wait: Duration::ZERO,
            pace: Duration::ZERO,
        }
    }

    pub(crate) fn json(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, Body::Whole(body.into())).with("content-type", "application/json")
    }

    /// A value as JSON, with status 200.
    pub(crate) fn of(value: &impl Serialize) -> Self {
        Self::json(200, serde_json::to_vec(value).unwrap_or_default())
    }

    pub(crate) fn events(frames: Frames) -> Self {
        Self::new(200, Body::Frames(frames))
            .with("content-type", "text/event-stream")
            .with("cache-control", "no-cache")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers
            .push((Cow::Borrowed(name), value.into().into_bytes()));
        self
    }

    /// Sets a header, in place of one of that name.
    pub(crate) fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let name = name.into();
        self.remove(&name);
        self.headers.push((name, value.into().into_bytes()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({} bytes)", bytes.len()),
            Self::Frames(_) => write!(f, "Frames"),
            Self::Live(_) => write!(f, "Live"),
            Self::Raw(bytes) => write!(f, "Raw({} bytes)", bytes.len()),
        }
    }
}
