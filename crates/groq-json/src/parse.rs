//! Text to value, without guessing.
//!
//! [`machine`] reads JSON byte by byte, whole or in pieces, and sends events to a [`sink::Sink`]; [`tree`] is the sink that
//! builds the value; [`find`] finds the values in a reply; [`locate`] finds the place of a value again.

pub(crate) mod elision;
pub(crate) mod find;
pub(crate) mod locate;
pub(crate) mod machine;
pub(crate) mod number;
pub(crate) mod outside;
pub(crate) mod repair;
pub(crate) mod sink;
pub(crate) mod tree;
pub(crate) mod whitespace;

/// Returns the last character boundary at or before a byte.
pub(crate) fn boundary_before(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    (0..=at).rev().find(is_boundary).unwrap_or(0)
}
