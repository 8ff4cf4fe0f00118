#![doc = include_str!("../README.md")]

mod api;
mod audio;
#[cfg(not(target_arch = "wasm32"))]
pub mod batch;
#[cfg(all(feature = "blocking", not(target_arch = "wasm32")))]
pub mod blocking;
mod client;
mod config;
mod conversation;
mod describe;
mod download;
mod duration;
mod error;
#[cfg(doc)]
pub mod errors;
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
pub mod fuzz;
mod header;
mod images;
pub mod limits;
mod middleware;
mod multipart;
#[cfg(doctest)]
mod must_use_tests;
mod options;
mod output;
mod response;
mod retry;
pub mod runtime;
mod shared;
pub mod sse;
mod stream;
#[cfg(doc)]
#[doc = include_str!("tasks.md")]
pub mod tasks {}
mod transport;
mod upload;
mod vector;

/// What is known about models, and the checks of requests before they are sent: the crate `groq-models`.
#[doc(no_inline)]
pub use groq_models as models;
/// The wire types: requests, replies, and what they are made of.
#[doc(no_inline)]
pub use groq_types as types;

pub use api::{
    Audio, Batches, Chat, Embeddings, Files, FineTunings, Models, RequestBuilder, Reranking,
    Responses,
};
pub use audio::AudioInput;
pub use client::Client;
pub use config::{ClientBuilder, KeyFuture, KeyProvider};
pub use conversation::Conversation;
pub use download::Download;
pub use error::{Error, ErrorKind, TimeoutKind};
pub use images::Images;
pub use middleware::{AttemptHead, AttemptOutcome, Middleware};
pub use options::RequestOptions;
pub use output::ResponseExt;
pub use response::Response;
pub use retry::{Attempt, Backoff, RetryPolicy};
pub use stream::{ChatStream, ResponseStream, TextDeltas};
pub use upload::{Upload, UploadProgress};
pub use vector::EmbeddingExt;
