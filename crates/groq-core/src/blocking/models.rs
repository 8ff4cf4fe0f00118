//! The models that can be used.

use groq_types::{Model, ModelDeletion, ModelList};

use super::Client;
use crate::error::Error;
use crate::response::Response;

/// The models that can be used; from [`Client::models`].
#[derive(Clone, Copy, Debug)]
pub struct Models<'a> {
    client: &'a Client,
}

impl<'a> Models<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Lists the models that the key may use.
    ///
    /// Operation: `listModels`.
    ///
    /// ```no_run
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// for model in &client.models().list()?.data {
    ///     println!("{}", model.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Models::list`](crate::Models::list).
    pub fn list(&self) -> Result<Response<ModelList>, Error> {
        let models = self.client.asynchronous().models();
        self.client.wait(models.list())
    }

    /// Looks up one model.
    ///
    /// Operation: `retrieveModel`.
    ///
    /// # Errors
    ///
    /// Those of [`Models::get`](crate::Models::get).
    pub fn get(&self, id: impl AsRef<str>) -> Result<Response<Model>, Error> {
        let models = self.client.asynchronous().models();
        self.client.wait(models.get(id))
    }

    /// Deletes a model: presumably one that was fine-tuned. Groq does not document it (sdk).
    ///
    /// Operation: `deleteModel`.
    ///
    /// # Errors
    ///
    /// Those of [`Models::delete`](crate::Models::delete).
    pub fn delete(&self, id: impl AsRef<str>) -> Result<Response<ModelDeletion>, Error> {
        let models = self.client.asynchronous().models();
        self.client.wait(models.delete(id))
    }
}
