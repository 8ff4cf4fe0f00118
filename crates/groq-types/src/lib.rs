#![doc = include_str!("../README.md")]

#[cfg(feature = "proptest")]
pub mod arbitrary;
#[cfg(feature = "client")]
pub mod client;
mod ext;
// For `for_every_type!`, which `schema` calls.
#[macro_use]
mod generated;
pub mod operations;
#[cfg(feature = "schema")]
mod schema;
mod wire;

pub use self::ext::InputItem;
#[doc(inline)]
pub use self::generated::*;
pub use self::wire::{UnknownFields, UnknownValue};
