//! The client for programs without async: the same calls, and each returns when it is done.
//!
//! ```no_run
//! use groq_core::blocking::Client;
//! use groq_core::types::{ChatCompletionRequest, Message};
//!
//! let client = Client::from_env()?;
//! let question = Message::user("Explain TLS in one line");
//! let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
//!
//! let mut stream = client.chat().stream(request)?;
//! for piece in stream.text() {
//!     print!("{}", piece?);
//! }
//! println!("\n{:?}", stream.finish()?.usage);
//! # Ok::<(), groq_core::Error>(())
//! ```
//!
//! Every operation of [`groq_core::Client`](crate::Client) is here, under the same name and with the same limits, retries and errors; streams
//! are iterators. What is not about waiting (requests, [`RequestOptions`], [`Upload`](crate::Upload), [`Error`]) is shared.
//!
//! The connections of a client, and of its clones, live on a thread of their own. A call is made on the thread that asks for it, and
//! nothing is read ahead of an iterator: one that is dropped ends its call. No runtime is needed, and one that happens to be around does no
//! harm: in async code a call holds up its task, as any blocking call does, but it does not panic.
//!
//! Callbacks about uploads run on the client's own thread. They must not make calls with the same client: nobody would be left to answer
//! them.

mod audio;
pub mod batch;
mod batches;
mod chat;
mod download;
mod embeddings;
mod files;
mod fine_tunings;
mod models;
mod request;
mod reranking;
mod responses;
mod worker;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use crate::config::ClientBuilder;
use crate::error::Error;
use crate::limits::KnownLimits;
use crate::options::RequestOptions;

pub use audio::Audio;
pub use batches::Batches;
pub use chat::{Chat, ChatStream, TextDeltas};
pub use download::{Download, DownloadReader};
pub use embeddings::Embeddings;
pub use files::Files;
pub use fine_tunings::FineTunings;
pub use models::Models;
pub use request::RequestBuilder;
pub use reranking::Reranking;
pub use responses::{ResponseStream, Responses};

use worker::Worker;

/// A client of the Groq API whose calls return when they are done; see [`blocking`](self).
///
/// It is cheap to clone, and clones share connections, the retry budget and the thread that serves them: make one for a program, and
/// use it from as many threads as you like.
///
/// ```no_run
/// use groq_core::blocking::Client;
/// use groq_core::types::{ChatCompletionRequest, Message};
///
/// let client = Client::from_env()?;
/// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Why is the sky blue?")]);
/// let reply = client.chat().create(request)?;
/// println!("{:?}", reply.text());
/// # Ok::<(), groq_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Client {
    asynchronous: crate::Client,
    worker: Arc<Worker>,
}

impl ClientBuilder {
    /// Makes a client for programs without async; see [`blocking`](crate::blocking).
    ///
    /// ```
    /// use groq_core::blocking::Client;
    /// use std::time::Duration;
    ///
    /// let client = Client::builder()
    ///     .api_key("gsk_example")
    ///     .deadline(Duration::from_secs(30))
    ///     .build_blocking()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build), and [`is_config`](Error::is_config) where the thread of the client cannot be started.
    pub fn build_blocking(self) -> Result<Client, Error> {
        let asynchronous = self.build()?;
        let worker = Worker::start().map_err(|error| {
            Error::config("the thread of the client cannot be started").with_source(error)
        })?;
        Ok(Client {
            asynchronous,
            worker: Arc::new(worker),
        })
    }
}

impl Client {
    /// A client with what the environment says; see [`Client::from_env`](crate::Client::from_env).
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no key, or one of the variables cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build_blocking()
    }

    /// A builder, to make a client with other settings; [`build_blocking`](ClientBuilder::build_blocking) ends it.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client that differs in these options, and shares everything else with this one.
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self {
            asynchronous: self.asynchronous.with_options(options),
            worker: Arc::clone(&self.worker),
        }
    }

    /// Audio: speech to text, and text to speech.
    pub fn audio(&self) -> Audio<'_> {
        Audio::new(self)
    }

    /// Batches: many requests at half the price, done within a day or a week.
    pub fn batches(&self) -> Batches<'_> {
        Batches::new(self)
    }

    /// Conversations.
    pub fn chat(&self) -> Chat<'_> {
        Chat::new(self)
    }

    /// Embeddings: texts as vectors.
    pub fn embeddings(&self) -> Embeddings<'_> {
        Embeddings::new(self)
    }

    /// Files: the requests and the results of batches.
    pub fn files(&self) -> Files<'_> {
        Files::new(self)
    }

    /// Fine-tunings: models with additions of your own.
    pub fn fine_tunings(&self) -> FineTunings<'_> {
        FineTunings::new(self)
    }

    /// The models that can be used.
    pub fn models(&self) -> Models<'_> {
        Models::new(self)
    }

    /// Any request, for what this crate has no method for; see [`Client::request`](crate::Client::request).
    ///
    /// ```no_run
    /// use serde_json::{Value, json};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let reply = client
    ///     .request(http::Method::POST, "/openai/v1/something/new")
    ///     .json(&json!({"model": "openai/gpt-oss-20b"}))?
    ///     .send::<Value>()?;
    /// println!("{}", reply["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: http::Method, path: impl Into<String>) -> RequestBuilder<'_> {
        RequestBuilder::new(self, method, path.into())
    }

    /// The rate limits of each model, as the last answers told them.
    pub fn rate_limits(&self) -> KnownLimits {
        self.asynchronous.rate_limits()
    }

    /// Reranking: texts in the order of how well they answer a query.
    pub fn reranking(&self) -> Reranking<'_> {
        Reranking::new(self)
    }

    /// Responses: the newer form of conversations, in beta.
    pub fn responses(&self) -> Responses<'_> {
        Responses::new(self)
    }

    /// How many retries all clones of this client may still make before one of their calls must succeed.
    pub fn retry_budget_left(&self) -> u32 {
        self.asynchronous.retry_budget_left()
    }

    /// The client that makes the calls. It must not get out: its connections are served only as long as this one lives.
    fn asynchronous(&self) -> &crate::Client {
        &self.asynchronous
    }

    fn worker(&self) -> &Arc<Worker> {
        &self.worker
    }

    fn wait<F: Future>(&self, future: F) -> F::Output {
        self.worker.finish(future)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.asynchronous.fmt(f)
    }
}
