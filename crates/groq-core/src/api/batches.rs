//! Batches: many requests at half the price, done within a day or a week.

#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;

use groq_types::{Batch, BatchList, BatchRequest};
use serde_json::Value;

use super::id::segment;
#[cfg(not(target_arch = "wasm32"))]
use crate::batch::{self, BatchItem, Job, Writer};
use crate::client::Client;
use crate::error::Error;
use crate::response::Response;
use crate::retry::decision::Replay;
use crate::transport::{Exchange, Operation};

/// Batches; from [`Client::batches`].
///
/// [`write`](Self::write) and [`resume`](Self::resume) do the whole of it for typed requests; the rest are the operations that they are
/// made of.
#[derive(Clone, Copy, Debug)]
pub struct Batches<'a> {
    client: &'a Client,
}

impl<'a> Batches<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Begins a batch of typed requests in this folder, or goes on with one that was not finished; see [`batch`](crate::batch).
    ///
    /// ```no_run
    /// use groq_core::types::{ChatCompletionRequest, Message};
    ///
    /// # fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let mut writer = client.batches().write("capitals")?;
    /// let question = Message::user("What is the capital of Chad?");
    /// writer.push("Chad", &ChatCompletionRequest::new("openai/gpt-oss-20b", [question]))?;
    /// let job = writer.finish(groq_core::batch::CompletionWindow::DAY)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io) where the folder cannot be used; [`is_invalid_request`](Error::is_invalid_request) where the batch in it
    /// is finished.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn write<T: BatchItem>(&self, folder: impl AsRef<Path>) -> Result<Writer<T>, Error> {
        Writer::open(self.client.clone(), folder.as_ref())
    }

    /// Goes on with the finished batch in this folder; see [`batch`](crate::batch).
    ///
    /// ```no_run
    /// use groq_core::types::ChatCompletionRequest;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let mut job = client.batches().resume::<ChatCompletionRequest>("capitals")?;
    /// let results = job.run().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io) where there is none; [`is_invalid_request`](Error::is_invalid_request) where it is of other requests.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn resume<T: BatchItem>(&self, folder: impl AsRef<Path>) -> Result<Job<T>, Error> {
        Job::load(self.client.clone(), folder.as_ref())
    }

    /// Goes on with a batch that is known by its id alone, in a new folder: the old one is lost, or another program began it.
    ///
    /// Its requests are downloaded again, so the service must still have their file. A batch of several files has an id for each.
    ///
    /// ```no_run
    /// use groq_core::types::ChatCompletionRequest;
    ///
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// let mut job = client.batches().adopt::<ChatCompletionRequest>("batch_01", "rescued").await?;
    /// let results = job.run().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get) and [`Files::content`](crate::Files::content); [`is_io`](Error::is_io) where the folder cannot be used;
    /// [`is_invalid_request`](Error::is_invalid_request) where the folder has a batch, or the batch is of other requests.
    #[cfg(not(target_arch = "wasm32"))]
    pub async fn adopt<T: BatchItem>(
        &self,
        id: impl AsRef<str>,
        folder: impl AsRef<Path>,
    ) -> Result<Job<T>, Error> {
        batch::adopt(self.client.clone(), id.as_ref(), folder.as_ref()).await
    }

    /// Creates a batch of the requests in an uploaded file.
    ///
    /// Operation: `createBatch`.
    ///
    /// It is retried only where the server certainly made none; what an error leaves open, [`list`](Self::list) tells.
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
    pub async fn create(&self, request: BatchRequest) -> Result<Response<Batch>, Error> {
        let exchange = Exchange::new(self.client, operation("create batch", Replay::Creates));
        let result = exchange.raw().create_batch(&request).await;
        exchange.finish_mended(result, mend)
    }

    /// Lists the batches of the organisation. There are no pages.
    ///
    /// Operation: `listBatches`.
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
    /// [`is_authentication`](Error::is_authentication) where the key is wrong, and whatever can happen to any call.
    pub async fn list(&self) -> Result<Response<BatchList>, Error> {
        let exchange = Exchange::new(self.client, operation("list batches", Replay::Harmless));
        let result = exchange.raw().list_batches().await;
        exchange.finish_mended(result, mend_list)
    }

    /// Looks up how far a batch is.
    ///
    /// Operation: `retrieveBatch`.
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
    /// [`is_not_found`](Error::is_not_found) where there is no such batch; [`is_invalid_request`](Error::is_invalid_request) where
    /// `id` is empty, `.` or `..`, and would name another operation.
    pub async fn get(&self, id: impl AsRef<str>) -> Result<Response<Batch>, Error> {
        let operation = operation("retrieve batch", Replay::Harmless);
        let id = segment("batch", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().retrieve_batch(id).await;
        exchange.finish_mended(result, mend)
    }

    /// Cancels a batch. What has run by then has its results.
    ///
    /// Operation: `cancelBatch`.
    ///
    /// ```no_run
    /// # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
    /// client.batches().cancel("batch_01").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`get`](Self::get).
    pub async fn cancel(&self, id: impl AsRef<str>) -> Result<Response<Batch>, Error> {
        let operation = operation("cancel batch", Replay::Harmless);
        let id = segment("batch", id.as_ref(), operation)?;
        let exchange = Exchange::new(self.client, operation);
        let result = exchange.raw().cancel_batch(id).await;
        exchange.finish_mended(result, mend)
    }
}

/// The service writes `{}` for a file that is not there yet (issue reports).
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

fn operation(doing: &'static str, replay: Replay) -> Operation {
    Operation { doing, replay }
}
