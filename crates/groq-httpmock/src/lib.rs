#![doc = include_str!("../README.md")]

mod form;
// Laid out by the generator, without rustfmt, so that every toolchain writes the same bytes.
#[rustfmt::skip]
mod generated;
mod path;
mod sse;
mod status;

#[doc(inline)]
pub use self::generated::*;
