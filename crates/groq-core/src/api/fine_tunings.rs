//! Fine-tunings: models with additions of your own.

use groq_types::{FineTuning, FineTuningDeletion, FineTuningList, FineTuningRequest};

use super::id::segment;
use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{Exchange, Operation};

/// Fine-tunings; from [`Client::fine_tunings`]. They are not open to everybody.
///
/// Their paths have no `/openai` in front: with a base URL of your own, they go to the same host, at their own path.
#[derive(Clone, Copy, Debug)]
pub struct FineTunings<'a> {
    client: &'a Client,
}

impl<'a> FineTunings<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Lists the fine-tunings of the organisation.
    ///
    /// Operation: `listFineTunings`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// for tuning in client.fine_tunings().list().await?.data.iter().flatten() {
    ///     println!("{:?} {:?}", tuning.id, tuning.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_permission_denied`](Error::is_permission_denied) and [`is_not_found`](Error::is_not_found) where fine-tuning is not open to
    /// the key, and whatever can happen to any call.
    pub async fn list(&self) -> Result<Response<FineTuningList>, Error> {
        let exchange = Exchange::new(
            self.client,
            operation("list fine-tunings", Replay::Harmless),
        );
        let result = exchange.raw().list_fine_tunings().await;
        exchange.finish(result)
    }

    /// Creates a fine-tuning.
    ///
    /// Operation: `createFineTuning`.
    ///
    /// It is retried only where the server certainly made none.
    ///
    /// ```no_run
    /// use groq_core::types::{FineTuningRequest, FineTuningType};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = FineTuningRequest::new()
    ///     .with_base_model("llama-3.1-8b-instant")
    ///     .with_input_file_id("file_01")
    ///     .with_name("mine")
    ///     .with_type(FineTuningType::Lora);
    /// let tuning = client.fine_tunings().create(request).await?;
    /// println!("{:?}", tuning.id);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list), and [`is_invalid_request`](Error::is_invalid_request).
    pub async fn create(&self, request: FineTuningRequest) -> Result<Response<FineTuning>, Error> {
        let exchange = Exchange::new(
            self.client,
            operation("create fine-tuning", Replay::Creates),
        );
        let result = exchange.raw().create_fine_tuning(&request).await;
        exchange.finish(result)
    }

    /// Looks up a fine-tuning.
    ///
    /// Operation: `getFineTuning`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let tuning = client.fine_tunings().get("ft_01").await?;
    /// println!("{:?}", tuning.data);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list); [`is_invalid_request`](Error::is_invalid_request) where `id` is empty, `.` or `..`, and
    /// would name another operation.
    pub async fn get(&self, id: impl AsRef<str>) -> Result<Response<FineTuning>, Error> {
        let operation = operation("get fine-tuning", Replay::Harmless);
        let id = segment("fine-tuning", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().get_fine_tuning(id).await;
        exchange.finish(result)
    }

    /// Deletes a fine-tuning.
    ///
    /// Operation: `deleteFineTuning`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// client.fine_tunings().delete("ft_01").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn delete(&self, id: impl AsRef<str>) -> Result<Response<FineTuningDeletion>, Error> {
        let operation = operation("delete fine-tuning", Replay::Harmless);
        let id = segment("fine-tuning", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().delete_fine_tuning(id).await;
        exchange.finish(result)
    }
}

fn operation(doing: &'static str, replay: Replay) -> Operation {
    Operation { doing, replay }
}
