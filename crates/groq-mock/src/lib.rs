//! A Groq on 127.0.0.1: the API over real HTTP, in process, for tests and demos without a key.
//!
//! A [`Mock`] listens on a free port for as long as it lives. Point any client at [`Mock::base_url`], with any
//! key, and it answers as the service does: requests are checked as strictly, replies have the same form, headers
//! and errors, and streams come token by token. What it says is made up from the prompt, and is the same each
//! time: a reply depends on the request and on [`Builder::seed`] alone.
//!
//! ```
//! # #[tokio::main] async fn main() -> Result<(), groq_mock::StartError> {
//! use groq_mock::{Fault, Mock, Reply, When};
//!
//! let mock = Mock::start().await?;
//! // The first chat is refused, the second breaks off in the middle, the rest work.
//! mock.script(When::post("/openai/v1/chat/completions"), [
//!     Reply::error(429, "slow down").header("retry-after", "1"),
//!     Reply::generated().fault(Fault::AbortAfterEvents(5)),
//! ]);
//!
//! // ... run the code under test against `mock.base_url()`, then look at what it sent:
//! for request in mock.requests() {
//!     println!("{} {}", request.method(), request.path());
//! }
//! # Ok(()) }
//! ```
//!
//! # What it understands
//!
//! - Chat completions, whole and streamed: texts, reasoning, tool calls with arguments that are valid under the
//!   tool's schema, JSON that is valid under a schema, `stop` and token limits to the letter.
//! - The models, as the live list has them.
//! - Responses, whole and as events; embeddings whose vectors are near where texts share words; reranking.
//! - Files, in memory or in a [folder](Builder::folder), and batches that really run, state by state.
//! - Speech, which is beeps that spell the text, and transcriptions, which hear beeps as words with times, and
//!   other sound as segments that say how long they are; mistakes to order ([`TranscriptNoise`]).
//! - Rate limits that count ([`Throttle`]), and faults on request ([`Fault`]).
//!
//! Some words in a prompt are heard: `Reply with exactly: …` is obeyed, so are `in three sentences`, `200 words`
//! and `five tips`; a tool is called when the prompt names it or is about what its description says; `name=value`
//! in a prompt becomes the value of that name in generated JSON.
//!
//! A gpt-oss model has a prompt cache: of a prompt of 128 tokens and more, what it has seen before is told as
//! `cached_tokens`, and counts nothing against limits.
//!
//! # Features
//!
//! - `decode`: transcription hears MP3, AAC, Vorbis, Opus and others beside WAV and FLAC. Without it these are sounds
//!   whose length is guessed.
//! - `record`: `Mock::recorded` gives recorded answers of the service again, and records them.
//!
//! # What it is not
//!
//! It knows nothing and reasons about nothing. Its tokens are pieces of words, counted by rule; its times are
//! made up to fit the counts. It takes requests under loopback names only, since any page in a browser could
//! otherwise talk to it.

mod api_error;
mod audio;
mod batches;
mod blocking;
mod builder;
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
mod log;
mod mock;
mod models;
mod multipart;
mod options;
mod percent;
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

/// The code of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
