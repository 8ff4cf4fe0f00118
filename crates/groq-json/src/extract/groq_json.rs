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
use crate::question::Question;
use crate::stream::Each;
use crate::tools::{Run, Tool};

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
    /// Returns the client that makes the calls.
    fn client(&self) -> &Client;

    /// Returns the model of questions that set none.
    fn default_model(&self) -> Option<&str> {
        None
    }

    /// Asks for a `T` in one line.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`]: of the call ([`api`](Error::api)), and of replies once no correction is left.
    fn json<T>(&self, prompt: impl Into<String>) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        let question = self.extract::<T>().user(prompt);
        async move { Ok(question.await?.into_inner()) }
    }

    /// Asks for a `T`, with all settings.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let fruits = groq.extract::<Vec<String>>().model("openai/gpt-oss-120b").user("fruits").await?;
    /// # Ok(())
    /// # }
    /// ```
    fn extract<T>(&self) -> Extract<T>
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        Extract::of_type(question(self))
    }

    /// Asks for a value that fits a schema known only at run time.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let schema = serde_json::json!({"type": "array", "items": {"type": "string"}});
    /// let fruits = groq.extract_value(schema)?.user("three fruits").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Format::from_schema`].
    fn extract_value(&self, schema: Value) -> Result<Extract<Value>, Error> {
        let title = schema.get("title").and_then(Value::as_str);
        let name = title.unwrap_or("value").to_owned();
        let format = Format::from_schema(&name, schema)?;
        Ok(Extract::new(question(self), Ok(format)))
    }

    /// Asks for a list and returns its items one by one, each as soon as it is complete and checked.
    fn extract_each<T>(&self) -> Each<T>
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        Each::new(self.extract::<Vec<T>>(), Format::new())
    }

    /// Classifies a text as one of the variants of an enum.
    ///
    /// A variant with `#[serde(other)]` stands for everything else.
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
    /// [`is_schema`](Error::is_schema) if `T` is not an enum of unit variants; otherwise those of [`json`](Self::json).
    fn classify<T>(&self, text: impl Into<String>) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: JsonSchema + DeserializeOwned + Send + 'static,
    {
        let question = classify::one(self.extract::<T>(), text.into());
        async move { Ok(question?.await?.into_inner()) }
    }

    /// Classifies a text as any number of the variants of an enum, each at most once.
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

    /// Lets the model call tools until it has an answer.
    fn tools(&self, tools: impl IntoIterator<Item = Tool>) -> Run {
        Run::new(question(self), tools.into_iter().collect())
    }

    /// Returns the same client with a model for all questions that set none.
    ///
    /// ```no_run
    /// # use groq_json::GroqJson;
    /// # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
    /// let groq = groq.with_model("openai/gpt-oss-120b");
    /// let fruits: Vec<String> = groq.json("three fruits").await?;
    /// # Ok(())
    /// # }
    /// ```
    fn with_model(&self, model: impl Into<String>) -> WithModel {
        WithModel {
            client: self.client().clone(),
            model: model.into(),
        }
    }
}

fn question<G: GroqJson + ?Sized>(groq: &G) -> Question {
    Question::new(groq.client(), groq.default_model())
}

impl GroqJson for Client {
    fn client(&self) -> &Client {
        self
    }
}

/// A client with a model of its own. Returned by [`GroqJson::with_model`].
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
