//! A step through the framing of a file.

use crate::error::{Error, ErrorKind};

/// What comes next in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// More bytes are needed to tell.
    More,
    /// So many bytes are in order, or have been counted.
    Pass(u64),
    /// Nothing more can be told.
    Stop,
}

pub(super) fn short(message: String) -> Error {
    Error::new(ErrorKind::Short, message)
}
