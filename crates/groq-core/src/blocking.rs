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
//! Callbacks about uploads run on the client's own thread. They must not make calls with the same client: no one would be left to answer
//! them.

pub mod batch;
mod resources;
mod streams;
mod worker;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use groq_models::Catalog;

use crate::config::ClientBuilder;
use crate::error::Error;
use crate::limits::KnownLimits;
use crate::options::RequestOptions;

pub use resources::{
    Audio, Batches, Chat, Embeddings, Files, FineTunings, Models, RequestBuilder, Reranking,
    Responses,
};
pub use streams::{ChatStream, Download, DownloadReader, ResponseStream, TextDeltas};

use worker::Worker;

/// Setters that only pass their arguments on to the async type.
macro_rules! passed_on {
    ($field:ident of $of:path: $($name:ident($($argument:ident: $type:ty),*);)*) => {$(
        #[doc = concat!("Same as `", stringify!($name), "` of the async type.")]
        pub fn $name(mut self, $($argument: $type),*) -> Self {
            self.$field = self.$field.$name($($argument),*);
            self
        }
    )*};
}

use passed_on;

/// A client of the Groq API whose calls return when they are done; see [`blocking`](self).
///
/// It is cheap to clone, and clones share connections, the retry budget and the thread that serves them: make one for a program, and
/// use it from as many threads as you like.
#[derive(Clone)]
pub struct Client {
    /// The client that makes the calls. It must not get out: its connections are served only as long as this one lives.
    asynchronous: crate::Client,
    worker: Arc<Worker>,
}

impl ClientBuilder {
    /// Builds a client for programs without async; see [`blocking`](crate::blocking).
    ///
    /// ```
    /// use groq_core::blocking::Client;
    /// use std::time::Duration;
    ///
    /// let client = Client::builder()
    ///     .api_key("gsk_example")
    ///     .timeout(Duration::from_secs(30))
    ///     .build_blocking()?;
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`build`](Self::build), and [`is_config`](Error::is_config) if the thread of the client cannot be started.
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
    /// Creates a client from the environment; see [`Client::from_env`](crate::Client::from_env).
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no key, or a variable is invalid.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build_blocking()
    }

    /// Creates a builder; [`build_blocking`](ClientBuilder::build_blocking) builds the client.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns a client with these options that shares everything else with this one.
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self {
            asynchronous: self.asynchronous.with_options(options),
            worker: Arc::clone(&self.worker),
        }
    }

    /// Returns the rate limits of each model from its last response.
    pub fn rate_limits(&self) -> KnownLimits {
        self.asynchronous.rate_limits()
    }

    /// Returns what the client knows about models.
    pub fn catalog(&self) -> &Catalog {
        self.asynchronous.catalog()
    }

    /// Returns the retries that all clones of this client may still make before one of their calls must succeed.
    pub fn retry_budget_left(&self) -> u32 {
        self.asynchronous.retry_budget_left()
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
