//! Batches of typed requests, without async; [`groq_core::batch`](crate::batch) says how they work.
//!
//! ```no_run
//! use groq_core::types::{ChatCompletionRequest, Message};
//!
//! # fn example(client: groq_core::blocking::Client) -> Result<(), groq_core::Error> {
//! let mut writer = client.batches().write("my-batch")?;
//! for (id, question) in [("one", "What is TLS?"), ("two", "What is DNS?")] {
//!     let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user(question)]);
//!     writer.push(id, &request)?;
//! }
//! let mut job = writer.finish(groq_core::batch::CompletionWindow::DAY)?;
//! for item in job.run()? {
//!     let item = item?;
//!     println!("{}: {:?}", item.id, item.outcome.map(|reply| reply.text().map(str::to_owned)));
//! }
//! # Ok(())
//! # }
//! ```

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use super::{Client, Worker};
use crate::batch::{self, BatchItem, CompletionWindow, Progress, Results};
use crate::error::Error;

/// Writes the items of a batch to its folder; from [`Batches::write`](super::Batches::write).
///
/// It derefs to the [`Writer`](batch::Writer) of the async client, which does not wait for anything either.
#[derive(Debug)]
pub struct Writer<T> {
    writer: batch::Writer<T>,
    worker: Arc<Worker>,
}

impl<T: BatchItem> Writer<T> {
    pub(super) fn new(client: &Client, writer: batch::Writer<T>) -> Self {
        Self {
            writer,
            worker: Arc::clone(client.worker()),
        }
    }

    /// Sets how many items go into one file; see [`Writer::max_items`](batch::Writer::max_items).
    pub fn max_items(mut self, items: u64) -> Self {
        self.writer = self.writer.max_items(items);
        self
    }

    /// Sets how many bytes go into one file; see [`Writer::max_bytes`](batch::Writer::max_bytes).
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.writer = self.writer.max_bytes(bytes);
        self
    }

    /// Writes an item, and says whether it is new: one that an earlier run wrote to this folder is skipped.
    ///
    /// # Errors
    ///
    /// Those of [`Writer::push`](batch::Writer::push).
    pub fn push(&mut self, id: impl AsRef<str>, request: &T) -> Result<bool, Error> {
        self.writer.push(id, request)
    }

    /// Ends the writing. `window` is how long the batch may take, from `24h` to `7d`.
    ///
    /// # Errors
    ///
    /// Those of [`Writer::finish`](batch::Writer::finish).
    pub fn finish(self, window: CompletionWindow) -> Result<Job<T>, Error> {
        Ok(Job {
            job: self.writer.finish(window)?,
            worker: self.worker,
        })
    }
}

impl<T> Deref for Writer<T> {
    type Target = batch::Writer<T>;

    fn deref(&self) -> &Self::Target {
        &self.writer
    }
}

/// A batch whose items are all written; from [`Writer::finish`] or [`Batches::resume`](super::Batches::resume).
///
/// What can be asked without waiting is asked of the [`Job`](batch::Job) that it derefs to: `job.results()`, `job.batch_ids()`.
#[derive(Debug)]
pub struct Job<T> {
    job: batch::Job<T>,
    worker: Arc<Worker>,
}

impl<T: BatchItem> Job<T> {
    pub(super) fn new(client: &Client, job: batch::Job<T>) -> Self {
        Self {
            job,
            worker: Arc::clone(client.worker()),
        }
    }

    /// Calls this whenever the batch has got further.
    pub fn on_progress(mut self, report: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.job = self.job.on_progress(report);
        self
    }

    /// Sets how long to wait before the service is asked again; see [`Job::poll_interval`](batch::Job::poll_interval).
    pub fn poll_interval(mut self, first: Duration, most: Duration) -> Self {
        self.job = self.job.poll_interval(first, most);
        self
    }

    /// Sets how long to wait for the service in all; see [`Job::timeout`](batch::Job::timeout).
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.job = self.job.timeout(limit);
        self
    }

    /// Uploads and starts what is not started, waits, downloads, and returns the results.
    ///
    /// # Errors
    ///
    /// Those of [`Job::run`](batch::Job::run).
    pub fn run(&mut self) -> Result<Results<T>, Error> {
        self.worker.finish(self.job.run())
    }

    /// Uploads the files of items that are not uploaded, and creates the batches that are not created.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run).
    pub fn start(&mut self) -> Result<(), Error> {
        self.worker.finish(self.job.start())
    }

    /// Waits until the service is done with all of it.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run).
    pub fn wait(&mut self) -> Result<(), Error> {
        self.worker.finish(self.job.wait())
    }

    /// Asks the service how far it is.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::get`](crate::Batches::get).
    pub fn refresh(&mut self) -> Result<Progress, Error> {
        self.worker.finish(self.job.refresh())
    }

    /// Downloads the results that are not downloaded.
    ///
    /// # Errors
    ///
    /// Those of [`run`](Self::run).
    pub fn download(&mut self) -> Result<(), Error> {
        self.worker.finish(self.job.download())
    }

    /// Asks the service to stop. What has run by then has its results: [`run`](Self::run) still brings them.
    ///
    /// # Errors
    ///
    /// Those of [`Batches::cancel`](crate::Batches::cancel).
    pub fn cancel(&mut self) -> Result<(), Error> {
        self.worker.finish(self.job.cancel())
    }
}

impl<T> Deref for Job<T> {
    type Target = batch::Job<T>;

    fn deref(&self) -> &Self::Target {
        &self.job
    }
}
