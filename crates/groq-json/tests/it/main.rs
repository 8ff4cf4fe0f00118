//! Behaviour of groq-json through its public API.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what surprises a test fails it"
)]

mod depth;
mod drafts;
#[cfg(feature = "client")]
mod extract;
mod formats_inside;
mod reasons;
mod recursion;
mod replies;
mod round_trip;
#[cfg(feature = "client")]
mod server;
#[cfg(feature = "client")]
mod streams;
#[cfg(feature = "client")]
mod support;
#[cfg(feature = "client")]
mod tools;
mod truncation;
