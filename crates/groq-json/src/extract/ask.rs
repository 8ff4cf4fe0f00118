//! What a client gains: questions with typed answers.

use std::future::Future;

use groq_core::Client;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Extract;
use crate::classify;
use crate::error::Error;
use crate::format::Format;
use crate::stream::Each;
use crate::tools::{Run, Tool};

/// The model that is asked where nobody says another: as of 2026-09-21 the cheapest one with strict schemas.
pub const DEFAULT_MODEL: &str = "openai/gpt-oss-20b";

/// Questions with typed answers, for a [`Client`].
///
/// ```no_run
/// use groq_json::{GroqJson, JsonSchema};
/// use serde::Deserialize;
///
/// #[derive(Deserialize, JsonSchema)]
/// struct Recipe { title: String, steps: Vec<String> }
///
/// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
/// let recipe: Recipe = groq.json("a recipe for chocolate chip cookies").await?;
/// # Ok(())
/// # }
/// ```
pub trait GroqJson: Sync {
    /// The client that makes the calls.
    fn client(&self) -> &Client;

    /// The model, where a question names none.
    fn default_model(&self) -> Option<&str> {
        None
    }

    /// Asks for a `T` in one line.
    ///
    /// # Errors
    ///
    /// All of [`Error`]: those of the call ([`api`](Error::api)), and those of replies once no retry is left.
    fn json<T>(&self, prompt: impl Into<String>) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        let question = self.extract::<T>().user(prompt);
        async move { Ok(question.await?.into_inner()) }
    }

    /// Asks for a `T`, with all there is to set.
    fn extract<T>(&self) -> Extract<T>
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        Extract::new(
            self.client().clone(),
            self.default_model().map(str::to_owned),
        )
    }

    /// Asks for what a schema says that is known only at run time.
    ///
    /// # Errors
    ///
    /// Those of [`Format::from_schema`].
    fn extract_value(&self, schema: Value) -> Result<Extract<Value>, Error> {
        let name = schema
            .get("title")
            .and_then(Value::as_str)
            .unwrap_or("value")
            .to_owned();
        let format = Format::from_schema(&name, schema)?;
        Ok(Extract::with_format(
            self.client().clone(),
            self.default_model().map(str::to_owned),
            Ok(format),
        ))
    }

    /// Asks for a list, and gives its items one by one, each as soon as it is complete and checked.
    fn extract_each<T>(&self) -> Each<T>
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        Each::new(self.extract::<Vec<T>>(), Format::new())
    }

    /// Sorts a text into one of the variants of an enum.
    ///
    /// A variant with `#[serde(other)]` is for what is none of the others.
    ///
    /// ```no_run
    /// use groq_json::{GroqJson, JsonSchema};
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize, JsonSchema)]
    /// enum Mood { Happy, Sad }
    ///
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let mood: Mood = groq.classify("I love it").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_schema`](Error::is_schema) where `T` is no enum of plain variants; else those of [`json`](Self::json).
    fn classify<T>(&self, text: impl Into<String>) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        let question = classify::one(self.extract::<T>(), text.into());
        async move { Ok(question?.await?.into_inner()) }
    }

    /// Sorts a text into any number of the variants of an enum, none of them twice.
    ///
    /// # Errors
    ///
    /// Those of [`classify`](Self::classify).
    fn classify_many<T>(
        &self,
        text: impl Into<String>,
    ) -> impl Future<Output = Result<Vec<T>, Error>> + Send
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        let question = classify::many(self.extract::<classify::Labels<T>>(), text.into());
        async move { Ok(question?.await?.into_inner().into_vec()) }
    }

    /// Lets the model use tools until it has an answer.
    fn tools(&self, tools: impl IntoIterator<Item = Tool>) -> Run {
        Run::new(
            self.client().clone(),
            self.default_model().map(str::to_owned),
            tools.into_iter().collect(),
        )
    }

    /// The same client, with a model for all questions that name none.
    fn with_model(&self, model: impl Into<String>) -> WithModel {
        WithModel {
            client: self.client().clone(),
            model: model.into(),
        }
    }
}

impl GroqJson for Client {
    fn client(&self) -> &Client {
        self
    }
}

/// A client with a model of its own; from [`GroqJson::with_model`].
#[derive(Clone, Debug)]
pub struct WithModel {
    client: Client,
    model: String,
}

impl GroqJson for WithModel {
    fn client(&self) -> &Client {
        &self.client
    }

    fn default_model(&self) -> Option<&str> {
        Some(&self.model)
    }
}

/// The model of a call: its own, then the client's, then the environment's, then ours.
pub(crate) fn model_or_default(own: Option<String>, client: Option<String>) -> String {
    let environment = || {
        std::env::var("GROQ_MODEL")
            .ok()
            .filter(|model| !model.trim().is_empty())
    };
    own.or(client)
        .or_else(environment)
        .unwrap_or_else(|| DEFAULT_MODEL.to_owned())
}
