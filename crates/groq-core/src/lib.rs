//! A client of the Groq API: streams that end honestly, typed errors, retries that know Groq.
//!
//! ```no_run
//! use groq_core::Client;
//! use groq_core::types::{ChatCompletionRequest, Message};
//!
//! # async fn example() -> Result<(), groq_core::Error> {
//! let client = Client::from_env()?;
//! let question = Message::user("Explain TLS in one line");
//! let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
//!
//! let mut stream = client.chat().stream(request).await?;
//! let mut text = stream.text();
//! while let Some(piece) = text.next().await {
//!     print!("{}", piece?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! - [`Client`] makes the calls: [`chat`](Client::chat), [`audio`](Client::audio), [`files`](Client::files), [`batches`](Client::batches),
//!   [`responses`](Client::responses), [`models`](Client::models), and the rest of the API. [`ClientBuilder`] and [`RequestOptions`] hold the
//!   limits on time, size and retries; each has a name and a default.
//! - [`Response`] is a reply with its request id, rate limits and attempts; [`ChatStream`] is one that is being written.
//! - [`Upload`] is what is sent, [`Download`] what is fetched; [`batch`] runs thousands of requests at half the price.
//! - [`facts`] knows the models, [`preflight`] says what would be refused; [`Conversation`], [`Images`] and [`GuardVerdict`] help with chats.
//! - [`Error`] is the one error, with predicates that say what to do.
//! - [`types`] are the wire types.
//!
//! # Features
//!
//! - `ring` (default): TLS by rustls with its `ring` provider. It needs a C compiler, and no system library.
//! - `blocking`: [`blocking`], the same client for programs without async.
//! - `tracing`: spans named by the OpenTelemetry conventions for generative AI (operation, model, tokens, finish reason, time to the
//!   first chunk, attempts, waits), without content.
//! - `no-provider`: without `ring`, for a cryptography provider of your own: [`ClientBuilder::crypto_provider`].
//!
//! # In a browser
//!
//! On `wasm32-unknown-unknown`, calls are made by `fetch`, streams included; see [`runtime`] for the clock. The browser does TLS, decompression and
//! redirects, and wants the server to allow calls from its page (CORS). What needs files is left out (`Upload::path`, `Download::save`,
//! `Images::path`, typed batches), and what sets up connections (`connect_timeout`, `proxy_from_env`, `root_certificates`,
//! `client_certificate`, `crypto_provider`). An upload is put together in memory.
//!
//! # TLS, and other users of reqwest
//!
//! This crate hands its cryptography provider to rustls itself, so it asks reqwest for none (`rustls-no-provider`). Cargo joins
//! features: where a program uses the same version of reqwest in other places, and nothing else chooses a provider for it,
//! `reqwest::Client::new()` panics there (`No rustls crypto provider is configured`). Either line cures it: `reqwest = { version = "0.13", features =
//! ["rustls"] }` among the dependencies of the program, or, at the start of `main` and with `rustls` as a dependency,
//!
//! ```text
//! rustls::crypto::ring::default_provider().install_default().expect("the first to choose");
//! ```
//!
//! Clients of this crate work with and without it.

#![allow(unexpected_cfgs, reason = "cargo-fuzz sets `fuzzing`")]

mod api;
mod audio;
#[cfg(not(target_arch = "wasm32"))]
pub mod batch;
#[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
pub mod blocking;
mod client;
mod config;
mod conversation;
mod download;
mod error;
#[cfg(doc)]
pub mod errors;
pub mod facts;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod guard;
mod images;
pub mod limits;
mod middleware;
mod multipart;
mod options;
mod output;
pub mod preflight;
mod response;
mod retry;
pub mod runtime;
pub mod sse;
mod stream;
mod transport;
mod upload;
mod vector;

/// The wire types: requests, replies, and what they are made of.
#[doc(no_inline)]
pub use groq_types as types;

pub use api::{
    AnyRequest, Audio, Batches, Chat, Embeddings, Files, FineTunings, Models, Reranking, Responses,
};
pub use audio::{AudioInput, AudioTier};
pub use client::Client;
pub use config::{ClientBuilder, KeyFuture, KeyProvider};
pub use conversation::Conversation;
pub use download::Download;
pub use error::{Error, ErrorKind, TimeoutKind};
pub use guard::GuardVerdict;
pub use images::Images;
pub use middleware::{AttemptHead, AttemptOutcome, Middleware};
pub use options::RequestOptions;
pub use output::ResponseExt;
pub use response::Response;
pub use retry::{Attempt, Backoff, RetryPolicy};
pub use stream::{ChatStream, ResponseStream, TextDeltas};
pub use upload::{Upload, UploadProgress};
pub use vector::EmbeddingExt;
