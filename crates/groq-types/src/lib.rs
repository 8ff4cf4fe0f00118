#![doc = include_str!("../README.md")]
//!
//! ## Overview
//!
//! | Group | Start with |
//! | --- | --- |
//! | Chat | [`ChatCompletionRequest`], [`Message`], [`Tool`], [`ResponseFormat`]; [`ChatCompletion`], [`ChatCompletionChunk`] |
//! | Responses (beta) | [`ResponseRequest`], [`InputItem`]; [`ResponseObject`], [`ResponseStreamEvent`] |
//! | Audio | [`TranscriptionRequest`], [`TranslationRequest`], [`SpeechRequest`]; [`Transcription`], [`VerboseTranscription`] |
//! | Models | [`ModelList`], [`Model`] |
//! | Files | [`FileUpload`], [`FileObject`], [`FileList`] |
//! | Batches | [`BatchRequest`], [`Batch`], [`BatchRequestLine`], [`BatchResponseLine`] |
//! | Embeddings, reranking | [`EmbeddingRequest`], [`EmbeddingList`]; [`RerankingRequest`], [`Reranking`] |
//! | Fine-tuning (closed beta) | [`FineTuningRequest`], [`FineTuning`] |
//! | Errors | [`ErrorResponse`], [`ErrorObject`], [`ErrorCode`] |
//! | The operations as data | [`operations`] |
//!
//! Definitions, `new` and `with_*` are generated. All other methods and conversions are written by hand, such as
//! [`ChatCompletion::text`], [`Message::user`] or [`Tool::function`]. Type and field names follow the wire and the official
//! clients: [`XGroq`] is the type of the field `x_groq`.

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
