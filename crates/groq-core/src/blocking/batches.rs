//! Batches: many requests at half the price, done within a day or a week.

use std::path::Path;

use groq_types::{Batch, BatchList, BatchRequest};

use super::Client;
use super::batch::{Job, Writer};
use crate::batch::BatchItem;
use crate::error::Error;
use crate::response::Response;

/// Batches; from [`Client::batches`].
///
/// [`write`](Self::write) and [`resume`](Self::resume) do the whole of it for typed requests; the rest are the operations that they are
/// made of.
#[derive(Clone, Copy, Debug)]
pub struct Batches<'a> {
    client: &'a Client,
}

impl<'a> Batches<'a> {
    pub(super) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Begins a batch of typed requests in this folder, or goes on with one that was not finished; see [`batch`](super::batch).
    ///
    /// # Errors
    ///
    /// Those of [`Batches::write`](crate::Batches::write).
    pub fn write<T: BatchItem>(&self, folder: impl AsRef<Path>) -> Result<Writer<T>, Error> {
        let writer = self.client.asynchronous().batches().write(folder)?;
        Ok(Writer::new(self.client, writer))
    }

    /// Goes on with the finished batch in this folder; see [`batch`](super::batch).
    ///
    /// # Errors
    ///
    /// Those of [`Batches::resume`](crate::Batches::resume).
    pub fn resume<T: BatchItem>(&self, folder: impl AsRef<Path>) -> Result<Job<T>, Error> {
        let job = self.client.asynchronous().batches().resume(folder)?;
        Ok(Job::new(self.client, job))
    }

    /// Goes on with a batch that is known by its id alone, in a new folder; see [`Batches::adopt`](crate::Batches::adopt).
    ///
    /// # Errors
    ///
    /// Those of [`Batches::adopt`](crate::Batches::adopt).
    pub fn adopt<T: BatchItem>(
        &self,
        id: impl AsRef<str>,
        folder: impl AsRef<Path>,
    ) -> Result<Job<T>, Error> {
        let batches = self.client.asynchronous().batches();
        let job = self.client.wait(batches.adopt(id, folder))?;
        Ok(Job::new(self.client, job))
    }

    /// Creates a batch of the requests in an uploaded file; see [`Batches::create`](crate::Batches::create).
    ///
    /// Operation: `createBatch`.
    ///
    /// ```no_run
    /// use groq_core::types::{BatchEndpoint, BatchRequest};
    ///
    /// # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
    /// let request = BatchRequest::new("file_01", BatchEndpoint::V1ChatCompletions, "24h");
    /// let batch = client.batches().create(request)?;
    /// println!("{} {}", batch.id, batch.status.as_str());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Batches::create`](crate::Batches::create).
    pub fn create(&self, request: BatchRequest) -> Result<Response<Batch>, Error> {
        let batches = self.client.asynchronous().batches();
        self.client.wait(batches.create(request))
    }

    /// Lists the batches of the organisation. There are no pages.
    ///
    /// Operation: `listBatches`.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::list`](crate::Batches::list).
    pub fn list(&self) -> Result<Response<BatchList>, Error> {
        let batches = self.client.asynchronous().batches();
        self.client.wait(batches.list())
    }

    /// Looks up how far a batch is.
    ///
    /// Operation: `retrieveBatch`.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::get`](crate::Batches::get).
    pub fn get(&self, id: impl AsRef<str>) -> Result<Response<Batch>, Error> {
        let batches = self.client.asynchronous().batches();
        self.client.wait(batches.get(id))
    }

    /// Cancels a batch. What has run by then has its results.
    ///
    /// Operation: `cancelBatch`.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::cancel`](crate::Batches::cancel).
    pub fn cancel(&self, id: impl AsRef<str>) -> Result<Response<Batch>, Error> {
        let batches = self.client.asynchronous().batches();
        self.client.wait(batches.cancel(id))
    }
}
