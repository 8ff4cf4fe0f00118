//! The operations, a file per resource.

mod audio;
mod batches;
mod call;
mod chat;
mod embeddings;
mod files;
mod fine_tunings;
mod form;
mod models;
mod request;
mod reranking;
mod responses;

pub use audio::Audio;
pub use batches::Batches;
pub use chat::Chat;
pub use embeddings::Embeddings;
pub use files::Files;
pub use fine_tunings::FineTunings;
pub use models::Models;
pub use request::RequestBuilder;
pub use reranking::Reranking;
pub use responses::Responses;
