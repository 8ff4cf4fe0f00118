//! The bounds of a decoder.

use std::error::Error as StdError;
use std::fmt;

/// The limits of a [`Decoder`](super::Decoder) and of the client's streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "limits do nothing until they are given to a client or a decoder"]
pub struct StreamLimits {
    /// The longest line, in bytes, without its end; 8 MiB by default.
    pub max_line: u64,
    /// The most data in one event, in bytes; 16 MiB by default.
    pub max_event: u64,
    /// The most bytes in a whole stream; 1 GiB by default.
    pub max_stream: u64,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self {
            max_line: 8 << 20,
            max_event: 16 << 20,
            max_stream: 1 << 30,
        }
    }
}

impl StreamLimits {
    /// Sets the longest line.
    pub fn max_line(mut self, bytes: u64) -> Self {
        self.max_line = bytes;
        self
    }

    /// Sets the most data in one event.
    pub fn max_event(mut self, bytes: u64) -> Self {
        self.max_event = bytes;
        self
    }

    /// Sets the most bytes in a whole stream.
    pub fn max_stream(mut self, bytes: u64) -> Self {
        self.max_stream = bytes;
        self
    }
}

/// A stream went over one of its [`StreamLimits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitError {
    /// A line was longer than this many bytes.
    Line(u64),
    /// An event had more data than this many bytes.
    Event(u64),
    /// The stream had more bytes than this.
    Stream(u64),
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(max) => write!(
                f,
                "a line of the stream is longer than {max} bytes (max_line)"
            ),
            Self::Event(max) => write!(
                f,
                "an event of the stream is larger than {max} bytes (max_event)"
            ),
            Self::Stream(max) => write!(f, "the stream is larger than {max} bytes (max_stream)"),
        }
    }
}

impl StdError for LimitError {}
