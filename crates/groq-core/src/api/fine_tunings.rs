//! Fine-tunings: models with additions of your own.

use std::borrow::Borrow;

use groq_types::{FineTuning, FineTuningDeletion, FineTuningList, FineTuningRequest, operations};

use super::call::Endpoint;
use crate::error::Error;
use crate::response::Response;

super::resource! {
    /// Fine-tunings; from [`Client::fine_tunings`](crate::Client::fine_tunings). They are not open to everybody.
    ///
    /// Their paths have no `/openai` in front: with a base URL of your own, they go to the same host, at their own path.
    FineTunings
}

impl FineTunings<'_> {
    /// Lists the fine-tunings of the organization.
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
    /// [`is_permission_denied`](Error::is_permission_denied) and [`is_not_found`](Error::is_not_found) if fine-tuning is not open to
    /// the key, and the errors of every call.
    pub async fn list(self) -> Result<Response<FineTuningList>, Error> {
        let endpoint = Endpoint::new("list fine-tunings", &operations::LIST_FINE_TUNINGS);
        endpoint.send(self.core, &[]).await
    }

    /// Creates a fine-tuning.
    ///
    /// It is retried only if the server certainly created none.
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
    pub async fn create(
        self,
        request: impl Borrow<FineTuningRequest>,
    ) -> Result<Response<FineTuning>, Error> {
        let endpoint = Endpoint::new("create fine-tuning", &operations::CREATE_FINE_TUNING);
        endpoint.post(self.core, request.borrow()).await
    }

    /// Retrieves a fine-tuning.
    ///
    /// # Errors
    ///
    /// Those of [`list`](Self::list); [`is_invalid_request`](Error::is_invalid_request) if `id` is empty, `.` or `..`, and
    /// would name another operation.
    pub async fn get(self, id: impl AsRef<str>) -> Result<Response<FineTuning>, Error> {
        let endpoint = Endpoint::new("get fine-tuning", &operations::GET_FINE_TUNING);
        endpoint.send(self.core, &[id.as_ref()]).await
    }

    /// Deletes a fine-tuning.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn delete(self, id: impl AsRef<str>) -> Result<Response<FineTuningDeletion>, Error> {
        let endpoint = Endpoint::new("delete fine-tuning", &operations::DELETE_FINE_TUNING);
        endpoint.send(self.core, &[id.as_ref()]).await
    }
}
