//! Behavior of the workspace as its users see it: one binary, a file per behavior, public API only.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod accepted;
mod base_url;
mod limits;
mod peers;
mod recordings;
mod replies;
mod servers;
mod streams;
mod support;
mod wire;
