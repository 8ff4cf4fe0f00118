//! The models that can be used.

use groq_types::{Model, ModelDeletion, ModelList, operations};

use super::call::Endpoint;
use crate::error::Error;
use crate::response::Response;

super::resource! {
    /// Models; from [`Client::models`](crate::Client::models).
    Models
}

impl Models<'_> {
    /// Lists the models that the key may use.
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
    /// [`is_authentication`](Error::is_authentication) if the key is wrong, and the errors of every call.
    pub async fn list(self) -> Result<Response<ModelList>, Error> {
        let endpoint = Endpoint::new("list models", &operations::LIST_MODELS);
        endpoint.send(self.core, &[]).await
    }

    /// Retrieves a model.
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
    /// [`is_not_found`](Error::is_not_found) if there is no such model; [`is_invalid_request`](Error::is_invalid_request) where
    /// `id` is empty, `.` or `..`, and would name another operation.
    pub async fn get(self, id: impl AsRef<str>) -> Result<Response<Model>, Error> {
        let endpoint = Endpoint::new("retrieve model", &operations::RETRIEVE_MODEL);
        endpoint.send(self.core, &[id.as_ref()]).await
    }

    /// Deletes a model, presumably a fine-tuned one. Groq does not document this operation.
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
    pub async fn delete(self, id: impl AsRef<str>) -> Result<Response<ModelDeletion>, Error> {
        let endpoint = Endpoint::new("delete model", &operations::DELETE_MODEL);
        endpoint.send(self.core, &[id.as_ref()]).await
    }
}
