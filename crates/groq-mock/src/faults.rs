//! Things that go wrong between a service and its caller, to order.
//!
//! A [`Fault`] is hung on a [`Reply`](crate::Reply), whether scripted or generated, and says what
//! happens to that answer on its way out. Several faults on one reply all apply.

pub(crate) mod plan;
use std::time::Duration;

use bytes::Bytes;

/// One thing that goes wrong with an answer.
///
/// Positions count from zero. *Events* are the frames of a streamed answer (an answer that is not
/// streamed is one event); *bytes* are those of the body, without headers and framing.
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
/// use groq_mock::{Fault, Mock, Reply, When};
///
/// let mock = Mock::start().await?;
/// // The next streamed chat breaks off after three events, as if a proxy had died in the middle.
/// mock.script(When::post("/openai/v1/chat/completions"), [
///     Reply::generated().fault(Fault::AbortAfterEvents(3)),
/// ]);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The status line and headers come this much later.
    Delay(Duration),
    /// The connection is reset (TCP RST) when the request has been read: no byte of an answer.
    Reset,
    /// The connection is closed in good order when the request has been read: no byte of an answer.
    Close,
    /// The connection is reset after this many bytes of the body; 0 sends the headers alone.
    ResetAfterBytes(usize),
    /// The connection is closed after this many bytes of the body, though more was announced.
    AbortAfterBytes(usize),
    /// The connection is closed after this many events, without the last chunk.
    AbortAfterEvents(usize),
    /// The body ends after this many bytes, in good order: to HTTP it looks complete.
    CutAfterBytes(usize),
    /// The body ends after this many events, in good order: to HTTP it looks complete.
    CutAfterEvents(usize),
    /// Nothing more comes for this long after a number of events, then the rest.
    StallAfterEvents {
        /// How many events come first.
        events: usize,
        /// How long the silence lasts; [`Duration::MAX`] is until the client gives up.
        pause: Duration,
    },
    /// Nothing more comes for this long after a number of bytes, then the rest.
    StallAfterBytes {
        /// How many bytes come first.
        bytes: usize,
        /// How long the silence lasts; [`Duration::MAX`] is until the client gives up.
        pause: Duration,
    },
    /// Comments come instead of events, as a server does that wants the connection kept open.
    Pings {
        /// How many events come first.
        events: usize,
        /// How many comments; [`usize::MAX`] is until the client gives up.
        count: usize,
        /// The time before each of them.
        every: Duration,
    },
    /// The answer goes out in writes of this size, headers and framing included.
    Pieces {
        /// The bytes in one write; 0 counts as 1.
        size: usize,
        /// The time between two writes.
        pause: Duration,
    },
    /// Several events go out in one write of up to this many bytes, as behind a buffering proxy.
    Coalesce(usize),
    /// This event is replaced by one whose data is cut off in the middle.
    Garble(usize),
    /// This event comes twice.
    Duplicate(usize),
    /// This event is left out.
    Drop(usize),
    /// These bytes come before the event with this number.
    Insert {
        /// The event that they precede.
        before: usize,
        /// What comes: a whole event needs its own empty line.
        bytes: Bytes,
    },
    /// An error object comes before the event with this number, and nothing after it.
    ErrorEvent {
        /// How many events come first.
        events: usize,
        /// The `error` object's message.
        message: String,
        /// Whether the event is named, `event: error`, or is a bare `data:` line. Both are in use.
        named: bool,
    },
    /// The stream has no `data: [DONE]`.
    OmitDone,
    /// The connection stays open this long after the last event, without the last chunk.
    HoldOpen(Duration),
    /// The answer has this content type, or none.
    ContentType(Option<String>),
    /// A header more, or another value for one that is there. Nothing is checked, line breaks included.
    Header {
        /// Its name.
        name: String,
        /// Its value, any bytes at all.
        value: Vec<u8>,
    },
    /// The content-length says this much more (or less) than there is.
    ContentLengthOff(i64),
    /// The connection is closed after the answer, though nothing announced it.
    CloseAfterReply,
    /// The answer goes out before the body of the request has been read, and the connection is closed.
    ///
    /// Such a reply is chosen by method, path and headers alone.
    AnswerEarly,
    /// The body of the request is never read, and nothing is answered until the client gives up.
    ///
    /// Such a reply is chosen by method, path and headers alone.
    NeverRead,
}

impl Fault {
    /// Whether the body gets more or fewer bytes by it and still ends in good order.
    pub(crate) fn changes_length(&self) -> bool {
        matches!(
            self,
            Self::CutAfterBytes(_)
                | Self::CutAfterEvents(_)
                | Self::Pings { .. }
                | Self::Garble(_)
                | Self::Duplicate(_)
                | Self::Drop(_)
                | Self::Insert { .. }
                | Self::ErrorEvent { .. }
        )
    }

    /// Whether a client never gets a whole answer.
    pub(crate) fn breaks_off(&self) -> bool {
        matches!(
            self,
            Self::Reset
                | Self::Close
                | Self::ResetAfterBytes(_)
                | Self::AbortAfterBytes(_)
                | Self::AbortAfterEvents(_)
                | Self::NeverRead
        )
    }

    /// Whether the reply must be chosen before the body is there.
    pub(crate) fn is_early(&self) -> bool {
        matches!(self, Self::AnswerEarly | Self::NeverRead)
    }
}
