//! Batches: many requests at half the price, done within a day or a week.

use std::borrow::Borrow;

use groq_types::{Batch, BatchList, BatchRequest, operations};
use serde_json::Value;

use super::call::Endpoint;
use crate::error::Error;
use crate::response::Response;
use crate::transport::JSON;

super::resource! {
    /// Batches; from [`Client::batches`](crate::Client::batches).
    ///
    /// [`write`](Self::write) and [`resume`](Self::resume) do the whole of it for typed requests; the rest are the operations that they are
    /// made of.
    Batches
}

impl Batches<'_> {
    /// Creates a batch of the requests in an uploaded file.
    ///
    /// It is retried only if the server certainly created none. After other errors, check [`list`](Self::list).
    ///
    /// ```no_run
    /// use groq_core::types::{BatchEndpoint, BatchRequest};
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let request = BatchRequest::new("file_01", BatchEndpoint::V1ChatCompletions, "24h");
    /// let batch = client.batches().create(request).await?;
    /// println!("{} {}", batch.id, batch.status.as_str());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// From the server, often [`is_invalid_request`](Error::is_invalid_request), [`is_not_found`](Error::is_not_found) and
    /// [`is_rate_limited`](Error::is_rate_limited).
    pub async fn create(
        self,
        request: impl Borrow<BatchRequest>,
    ) -> Result<Response<Batch>, Error> {
        let endpoint = Endpoint::new("create batch", &operations::CREATE_BATCH);
        let outgoing = endpoint.with_json(self.core, JSON, request.borrow())?;
        endpoint.call_mended(self.core, outgoing, Some(mend)).await
    }

    /// Lists the batches of the organization. There are no pages.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// for batch in &client.batches().list().await?.data {
    ///     println!("{} {}", batch.id, batch.status.as_str());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_authentication`](Error::is_authentication) if the key is wrong, and the errors of every call.
    pub async fn list(self) -> Result<Response<BatchList>, Error> {
        let endpoint = Endpoint::new("list batches", &operations::LIST_BATCHES);
        let outgoing = endpoint.outgoing(self.core, &[], JSON)?;
        endpoint
            .call_mended(self.core, outgoing, Some(mend_list))
            .await
    }

    /// Retrieves a batch.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let batch = client.batches().get("batch_01").await?;
    /// println!("{:?}", batch.request_counts);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_not_found`](Error::is_not_found) if there is no such batch; [`is_invalid_request`](Error::is_invalid_request) where
    /// `id` is empty, `.` or `..`, and would name another operation.
    pub async fn get(self, id: impl AsRef<str>) -> Result<Response<Batch>, Error> {
        let endpoint = Endpoint::new("retrieve batch", &operations::RETRIEVE_BATCH);
        let outgoing = endpoint.outgoing(self.core, &[id.as_ref()], JSON)?;
        endpoint.call_mended(self.core, outgoing, Some(mend)).await
    }

    /// Cancels a batch. Items that are done keep their results.
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn cancel(self, id: impl AsRef<str>) -> Result<Response<Batch>, Error> {
        let endpoint = Endpoint::new("cancel batch", &operations::CANCEL_BATCH);
        let outgoing = endpoint.outgoing(self.core, &[id.as_ref()], JSON)?;
        endpoint.call_mended(self.core, outgoing, Some(mend)).await
    }
}

/// The service writes `{}` for a file that is not there yet.
fn mend(batch: &mut Value) {
    let fields = batch.as_object_mut().into_iter().flatten();
    for (name, value) in fields {
        if name != "metadata" && value.as_object().is_some_and(serde_json::Map::is_empty) {
            *value = Value::Null;
        }
    }
}

fn mend_list(list: &mut Value) {
    let batches = list.get_mut("data").and_then(Value::as_array_mut);
    batches.into_iter().flatten().for_each(mend);
}
