#![doc = include_str!("../README.md")]

mod api_error;
mod audio;
mod batches;
mod blocking;
mod builder;
mod cast;
mod chat;
mod check;
mod cors;
mod embeddings;
mod error;
mod exchange;
mod faults;
mod files;
mod fine_tunings;
mod service;
mod state;
mod generated {
    #[allow(
        dead_code,
        reason = "an operation that the mock does not have yet has a table all the same"
    )]
    pub(crate) mod requests;
}
mod ids;
mod limits;
mod lock;
mod log;
mod mock;
mod models;
mod multipart;
mod options;
mod random;
#[cfg(feature = "record")]
mod recordings;
mod reply;
mod request;
mod reranking;
mod response;
mod responses;
mod router;
mod schema;
mod script;
mod server;
mod text;

pub use self::audio::noise::TranscriptNoise;
pub use self::blocking::BlockingMock;
pub use self::builder::Builder;
pub use self::error::StartError;
pub use self::faults::Fault;
pub use self::limits::{Throttle, ThrottleError};
pub use self::mock::Mock;
pub use self::reply::Reply;
pub use self::request::Request;
pub use self::script::When;
