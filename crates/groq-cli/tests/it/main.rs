//! The `groq` command as a process: what it prints where, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod batches;
mod dry_run;
#[cfg(unix)]
mod outputs;
mod pipes;
mod process;
mod recordings;
#[cfg(unix)]
mod security;
mod services;
mod settings;
mod support;
mod table;
#[cfg(unix)]
mod terminal;
