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
use crate::limits::KnownLimits;
use crate::options::{RequestOptions, Settings};
use crate::shared::{Core, Shared};

/// A client of the Groq API.
///
/// It is cheap to clone, and clones share connections and the retry budget: make one for a program. All methods
/// take `&self`, and it can be used from many tasks at once. It needs a tokio runtime where it is called.
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

    /// A client with what the environment says: `GROQ_API_KEY`, and, if they are set, `GROQ_BASE_URL` and `GROQ_CUSTOM_HEADERS`.
    ///
    /// [`ClientBuilder::from_env`] has the details, and lets you set more.
    ///
    /// # Errors
    ///
    /// [`is_config`](Error::is_config): there is no key, or one of the variables cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        ClientBuilder::from_env()?.build()
    }

    /// A builder, to make a client with other settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client that differs in these options, and shares everything else with this one.
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

    /// Audio: speech to text, and text to speech.
    pub fn audio(&self) -> Audio<'_> {
        Audio::new(&self.core)
    }

    /// Batches: many requests at half the price, done within a day or a week.
    pub fn batches(&self) -> Batches<'_> {
        Batches::new(&self.core)
    }

    /// Conversations.
    pub fn chat(&self) -> Chat<'_> {
        Chat::new(&self.core)
    }

    /// Embeddings: texts as vectors.
    pub fn embeddings(&self) -> Embeddings<'_> {
        Embeddings::new(&self.core)
    }

    /// Files: the requests and the results of batches.
    pub fn files(&self) -> Files<'_> {
        Files::new(&self.core)
    }

    /// Fine-tunings: models with additions of your own.
    pub fn fine_tunings(&self) -> FineTunings<'_> {
        FineTunings::new(&self.core)
    }

    /// The models that can be used.
    pub fn models(&self) -> Models<'_> {
        Models::new(&self.core)
    }

    /// Any request, for what this crate has no method for.
    ///
    /// `path` is as the API's documentation writes it, such as `/openai/v1/models`. The request goes the same way as all others: key,
    /// limits, retries, errors.
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

    /// Reranking: texts in the order of how well they answer a query.
    pub fn reranking(&self) -> Reranking<'_> {
        Reranking::new(&self.core)
    }

    /// Responses: the newer form of conversations, in beta.
    pub fn responses(&self) -> Responses<'_> {
        Responses::new(&self.core)
    }

    /// How many retries all clones of this client may still make before one of their calls must succeed.
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
