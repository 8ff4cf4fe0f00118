//! What all streams assemble.

use crate::describe;
use crate::error::Error;
use crate::transport::Summary;

/// A reply that is put together from events.
pub(super) trait Reply: Default {
    /// The reply, as a server that does not stream sends it.
    type Whole: describe::Reply;
    /// What asks for it in one piece.
    const CREATE: &'static str;

    /// Whether nothing is missing.
    fn is_finished(&self) -> bool;

    /// Whether nothing more can come, even where the connection stays open.
    fn is_over(&self) -> bool;

    /// Whether `[DONE]` makes it complete.
    fn may_be_done(&self) -> bool;

    /// Why the reply is not complete, although it is over. [`finalize`](Self::finalize) comes first.
    fn flaw(&self) -> Option<&'static str>;

    /// Whether an event that does not decode can be left out, where that is asked for: not if a call would be lost with it.
    fn may_skip(&mut self, data: &[u8]) -> bool;

    /// Nothing more comes.
    fn finalize(&mut self);

    /// The id, the model, and why the reply ended, for the record.
    fn summary(&self) -> Summary<'_>;

    /// Adds the reply so far to an error.
    fn added_to(&self, error: Error) -> Error;

    /// Adds a reply that came in one piece to an error.
    fn whole(error: Error, whole: Self::Whole) -> Error;
}
