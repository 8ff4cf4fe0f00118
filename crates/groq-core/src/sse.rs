//! Server-sent events: bytes in, events out, without a socket.
//!
//! The [`Decoder`] follows the event stream format of the HTML standard. It is fed with pieces of any size, and any split of
//! the same bytes gives the same events. It is public because it is useful beside the client: to read a recorded
//! stream, or one that another HTTP library fetched.
//!
//! ```
//! use groq_core::sse::Decoder;
//!
//! let mut decoder = Decoder::default();
//! let mut input: &[u8] = b": ping\n\ndata: one\n\ndata: [DO";
//! let event = decoder.next(&mut input)?.expect("a whole event");
//! assert_eq!(event.data, b"one");
//! assert!(decoder.next(&mut input)?.is_none());
//!
//! let mut input: &[u8] = b"NE]\n\n";
//! assert_eq!(decoder.next(&mut input)?.expect("the other half came").data, b"[DONE]");
//! # Ok::<(), groq_core::sse::LimitError>(())
//! ```

mod buffer;
mod decoder;
mod limits;

pub use decoder::{Decoder, Event};
pub use limits::{LimitError, StreamLimits};
