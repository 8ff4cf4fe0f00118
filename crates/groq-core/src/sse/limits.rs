//! The bounds of a decoder.

use std::error::Error as StdError;
use std::fmt;

/// How much a [`Decoder`](super::Decoder) takes before it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The longest line, in bytes, without its end; 8 MiB by default.
    pub max_line: usize,
    /// The most data in one event, in bytes; 16 MiB by default.
    pub max_event: usize,
    /// The most bytes in a whole stream; 1 GiB by default.
    pub max_stream: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_line: 8 << 20,
            max_event: 16 << 20,
            max_stream: 1 << 30,
        }
    }
}

impl Limits {
    /// Sets the longest line.
    pub fn with_max_line(mut self, bytes: usize) -> Self {
        self.max_line = bytes;
        self
    }

    /// Sets the most data in one event.
    pub fn with_max_event(mut self, bytes: usize) -> Self {
        self.max_event = bytes;
        self
    }

    /// Sets the most bytes in a whole stream.
    pub fn with_max_stream(mut self, bytes: u64) -> Self {
        self.max_stream = bytes;
        self
    }
}

/// A stream went over one of its [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LimitError {
    /// A line was longer than this many bytes.
    Line(usize),
    /// An event had more data than this many bytes.
    Event(usize),
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
