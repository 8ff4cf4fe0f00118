//! Text to value, without guessing.
//!
//! [`machine`] reads JSON byte by byte, whole or in pieces, and tells a [`sink::Sink`] what it sees; [`tree`] is the sink
//! that builds the value; [`find`] finds the values in a reply; [`locate`] finds the place of a value again.

pub(crate) mod blank;
pub(crate) mod elision;
pub(crate) mod find;
pub(crate) mod locate;
pub(crate) mod machine;
pub(crate) mod number;
pub(crate) mod outside;
pub(crate) mod repair;
pub(crate) mod sink;
pub(crate) mod tape;
pub(crate) mod tree;
