//! The client.

use std::fmt;
use std::sync::Arc;

use groq_models::Catalog;

use crate::api::{
    Audio, Batches, Chat, Embeddings, Files, FineTunings, Models, RequestBuilder, Reranking,
    Responses,
};
use crate::config::ClientBuilder;
use crate::error::Error;
use crate::limits::{KnownLimits, RateLimiter};
use crate::options::{RequestOptions, Settings};
use crate::shared::{Core, Shared};

/// A client of the Groq API.
///
/// It is cheap to clone, and clones share connections and the retry budget: create one for a program. All methods take `&self`, this many
/// tasks can use it at once. It needs a tokio runtime.
///
/// ```no_run
/// use groq_core::Client;
/// use groq_core::types::{ChatCompletionRequest, Message};
///
/// # async fn example() -> Result<(), groq_core::Error> {
/// let client = Client::from_env()?;
/// let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Why is the sky blue?")]);
/// let reply = client.chat().create(request).await?;
/// println!("{:?}", reply.choices[0].message.content);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    core: Core,
}

impl Client {
    pub(crate) fn new(shared: Shared, settings: Settings) -> Self {
        Self {
            core: Core {
                shared: Arc::new(shared),
                settings: Arc::new(settings),
            },
        }
    }

    /// Creates a client from the environment variables `GROQ_API_KEY`, `GROQ_BASE_URL` and `GROQ_CUSTOM_HEADERS`.
    ///
    /// [`ClientBuilder::from_env`] documents them, and allows further settings.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no key, or a variable is invalid.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// Creates a builder.
    ///
    /// ```no_run
    /// # fn example() {
    /// let client = groq_core::Client::builder().api_key("gsk_example").max_retries(4).build();
    /// # }
    /// ```
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns a client with these options that shares everything else with this one.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// use groq_core::RequestOptions;
    ///
    /// let patient = client.with_options(RequestOptions::new().max_retries(8));
    /// patient.models().list().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_options(&self, options: RequestOptions) -> Self {
        Self {
            core: self.core.with_options(options),
        }
    }

    /// Returns what the client knows about models; set by [`ClientBuilder::catalog`].
    ///
    /// ```no_run
    /// # fn example(client: groq_core::Client) {
    /// let model = client.catalog().get("openai/gpt-oss-20b");
    /// # }
    /// ```
    pub fn catalog(&self) -> &Catalog {
        &self.core.shared.catalog
    }

    /// Returns the rate limiter; set by [`ClientBuilder::rate_limiter`].
    ///
    /// ```no_run
    /// # fn example(client: groq_core::Client) {
    /// let is_limited = client.rate_limiter().is_some();
    /// # }
    /// ```
    pub fn rate_limiter(&self) -> Option<&Arc<dyn RateLimiter>> {
        self.core.shared.rate_limiter.as_ref()
    }

    /// Returns the operations for speech: transcription, translation and synthesis.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// use groq_core::{Upload, types::TranscriptionRequest};
    ///
    /// let request = TranscriptionRequest::new("whisper-large-v3-turbo");
    /// println!("{}", client.audio().transcribe(Upload::path("talk.mp3"), request).await?.text);
    /// # Ok(())
    /// # }
    /// ```
    pub fn audio(&self) -> Audio<'_> {
        Audio::new(&self.core)
    }

    /// Returns the operations for batches: many requests at half the price, completed within a day to a week.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// for batch in &client.batches().list().await?.data {
    ///     println!("{} {:?}", batch.id, batch.status);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn batches(&self) -> Batches<'_> {
        Batches::new(&self.core)
    }

    /// Returns the operations for chat completions.
    pub fn chat(&self) -> Chat<'_> {
        Chat::new(&self.core)
    }

    /// Returns the operations for embeddings.
    pub fn embeddings(&self) -> Embeddings<'_> {
        Embeddings::new(&self.core)
    }

    /// Returns the operations for files: the input and output of batches.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// println!("{} files", client.files().list().await?.data.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn files(&self) -> Files<'_> {
        Files::new(&self.core)
    }

    /// Returns the operations for fine-tunings.
    pub fn fine_tunings(&self) -> FineTunings<'_> {
        FineTunings::new(&self.core)
    }

    /// Returns the operations for models.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// println!("{} models", client.models().list().await?.data.len());
    /// # Ok(())
    /// # }
    /// ```
    pub fn models(&self) -> Models<'_> {
        Models::new(&self.core)
    }

    /// Creates any request, for operations without a method.
    ///
    /// `path` is written as in the API's documentation, such as `/openai/v1/models`. Key, limits, retries and errors are those of all other
    /// calls.
    ///
    /// ```no_run
    /// use serde_json::{Value, json};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let reply = client
    ///     .request(http::Method::POST, "/openai/v1/something/new")
    ///     .query("verbose", "true")
    ///     .json(&json!({"model": "openai/gpt-oss-20b"}))?
    ///     .send::<Value>()
    ///     .await?;
    /// println!("{}", reply["id"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: http::Method, path: impl Into<String>) -> RequestBuilder<'_> {
        RequestBuilder::new(&self.core, method, path.into())
    }

    /// Returns the rate limits of each model from its last response.
    pub fn rate_limits(&self) -> KnownLimits {
        self.core.shared.limits.known(self.core.runtime().now())
    }

    /// Returns the operations for reranking: sorting texts by how well they answer a query.
    pub fn reranking(&self) -> Reranking<'_> {
        Reranking::new(&self.core)
    }

    /// Returns the operations for responses, the newer form of chat completions, in beta.
    pub fn responses(&self) -> Responses<'_> {
        Responses::new(&self.core)
    }

    /// Returns the retries that all clones of this client may still make before one of their calls must succeed.
    pub fn retry_budget_left(&self) -> u32 {
        self.core.shared.budget.left(self.core.runtime().now())
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.core.fmt(f)
    }
}
