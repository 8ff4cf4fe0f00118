//! The mock over real connections, as clients see it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the lint knows test functions, not what they call"
)]

mod audio;
mod batches;
mod chat;
mod client;
mod embeddings;
mod errors;
mod extras;
mod faults;
mod files;
mod fine_tunings;
mod hostile;
mod json;
mod limits;
mod models;
mod reasoning;
#[cfg(feature = "record")]
mod recordings;
mod reranking;
mod responses;
mod script;
mod server;
mod sounds;
mod stream;
mod tools;
mod wire;
