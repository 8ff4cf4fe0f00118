#![doc = include_str!("../README.md")]

mod form;
mod generated;
mod path;
mod sse;
mod status;

#[doc(inline)]
pub use self::generated::*;
