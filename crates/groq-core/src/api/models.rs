//! The models that can be used.

use groq_types::{Model, ModelDeletion, ModelList};

use super::id::segment;
use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{Exchange, Operation};

/// The models that can be used; from [`Client::models`].
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    client: &'a Client,
}

impl<'a> Models<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Lists the models that the key may use.
    ///
    /// Operation: `listModels`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// for model in &client.models().list().await?.data {
    ///     println!("{}", model.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_authentication`](Error::is_authentication) where the key is wrong, and whatever can happen to any call.
    pub async fn list(&self) -> Result<Response<ModelList>, Error> {
        let exchange = Exchange::new(self.client, operation("list models"));
        let result = exchange.raw().list_models().await;
        exchange.finish(result)
    }

    /// Looks up one model.
    ///
    /// Operation: `retrieveModel`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let model = client.models().get("openai/gpt-oss-120b").await?;
    /// println!("{:?} tokens", model.context_window);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) where there is no such model; [`is_invalid_request`](Error::is_invalid_request) where
    /// `id` is empty, `.` or `..`, and would name another operation.
    pub async fn get(&self, id: impl AsRef<str>) -> Result<Response<Model>, Error> {
        let operation = operation("retrieve model");
        let id = segment("model", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().retrieve_model(id).await;
        exchange.finish(result)
    }

    /// Deletes a model: presumably one that was fine-tuned. Groq does not document it (sdk).
    ///
    /// Operation: `deleteModel`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// assert!(client.models().delete("my-fine-tuned-model").await?.deleted);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get), and [`is_permission_denied`](Error::is_permission_denied).
    pub async fn delete(&self, id: impl AsRef<str>) -> Result<Response<ModelDeletion>, Error> {
        let operation = operation("delete model");
        let id = segment("model", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().delete_model(id).await;
        exchange.finish(result)
    }
}

fn operation(doing: &'static str) -> Operation {
    Operation {
        doing,
        replay: Replay::Harmless,
    }
}
