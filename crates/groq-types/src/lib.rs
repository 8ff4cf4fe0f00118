#![doc = include_str!("../README.md")]

#[cfg(feature = "proptest")]
pub mod arbitrary;
#[cfg(feature = "client")]
pub mod client;
mod ext;
// Laid out by the generator, without rustfmt, so that every toolchain writes the same bytes.
#[rustfmt::skip]
// For `for_every_type!`, which `schema` calls.
#[macro_use]
mod generated;
pub mod operations;
#[cfg(feature = "schema")]
mod schema;
mod wire;

#[doc(inline)]
pub use self::generated::*;
pub use self::wire::{UnknownFields, UnknownValue};
