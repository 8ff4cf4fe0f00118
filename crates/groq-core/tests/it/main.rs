//! The client over HTTP, against small servers on this machine that misbehave in known ways.
//!
//! A file per behaviour. What needs no socket is tested beside the code instead. The rows in the comments (`R01`, `S17`, ...) are
//! those of the table in `faults.rs`.

mod audio;
mod batch_crashes;
mod batches;
#[cfg(feature = "blocking")]
mod blocking;
mod bodies;
mod calls;
mod chat;
mod compression;
mod connections;
mod downloads;
mod examples;
#[cfg(feature = "blocking")]
mod faces;
mod faults;
mod gate;
mod http;
mod others;
mod proxy;
mod recorded;
mod redirects;
mod responses;
mod retries;
mod reuse;
mod seams;
mod secrets;
mod soak;
mod streams;
mod support;
mod time;
mod tls;
mod tracing;
mod uploads;
