//! Batches of typed requests: items go in by an id of yours, and their responses come out by the same id.
//!
//! A batch lives in a folder of its own. The requests are written there as they come, in as many files as the limits of the service
//! need; then they are uploaded, run, and their results downloaded. After each step the folder says how far things are, so that a program
//! that was killed goes on where it was: nothing is run twice, and each item is answered once. One process at a time works on a folder: a
//! [`Writer`] and a [`Job`] hold a lock that ends with them, and with the process. Memory holds a few bytes for each item, and
//! never the items themselves.
//!
//! ```no_run
//! use groq_core::batch::CompletionWindow;
//! use groq_core::types::{ChatCompletionRequest, Message};
//!
//! # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
//! let mut writer = client.batches().write("capitals")?;
//! for country in ["Chad", "Peru", "Laos"] {
//!     let question = Message::user(format!("What is the capital of {country}?"));
//!     writer.push(country, &ChatCompletionRequest::new("openai/gpt-oss-20b", [question]))?;
//! }
//! let mut job = writer.finish(CompletionWindow::DAY)?.on_progress(|progress| println!("{progress:?}"));
//! for item in job.run().await? {
//!     let item = item?;
//!     match item.outcome {
//!         Ok(completion) => println!("{}: {:?}", item.id, completion.text()),
//!         Err(error) => println!("{}: {error}", item.id),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! After a crash, write the same items again (those on the disk are skipped), or, once `finish` was called:
//!
//! ```no_run
//! # use groq_core::types::ChatCompletionRequest;
//! # async fn example(client: groq_core::Client) -> Result<(), groq_core::Error> {
//! let mut job = client.batches().resume::<ChatCompletionRequest>("capitals")?;
//! let results = job.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Where the folder is lost, the id of the batch is enough: [`Batches::adopt`](crate::Batches::adopt).

mod adopt;
mod files;
mod item;
mod job;
mod lines;
mod results;
mod state;
mod window;
mod writer;

pub use item::{BatchItem, ItemError};
pub use job::Job;
pub use results::{Item, Results};
pub use state::{Phase, Progress};
pub use window::CompletionWindow;
pub use writer::Writer;

use std::path::Path;

use crate::api::Batches;
use crate::error::Error;

impl Batches<'_> {
    /// Begins a batch of typed requests in this folder, or goes on with one that was not finished; see [`batch`](crate::batch).
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io) if the folder cannot be used; [`is_invalid_request`](Error::is_invalid_request) if the batch in it
    /// is finished, or another process works on it.
    pub fn write<T: BatchItem>(self, folder: impl AsRef<Path>) -> Result<Writer<T>, Error> {
        Writer::open(self.core.clone(), folder.as_ref())
    }

    /// Goes on with the finished batch in this folder; see [`batch`](crate::batch).
    ///
    /// # Errors
    ///
    /// [`is_io`](Error::is_io) if there is none; [`is_invalid_request`](Error::is_invalid_request) if it is of other requests, or another
    /// process works on it.
    pub fn resume<T: BatchItem>(self, folder: impl AsRef<Path>) -> Result<Job<T>, Error> {
        Job::resume(self.core.clone(), folder.as_ref())
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
    /// Those of [`get`](Self::get) and [`Files::content`](crate::Files::content); [`is_io`](Error::is_io) if the folder cannot be used;
    /// [`is_invalid_request`](Error::is_invalid_request) if the folder has a batch, or the batch is of other requests.
    pub async fn adopt<T: BatchItem>(
        self,
        id: impl AsRef<str>,
        folder: impl AsRef<Path>,
    ) -> Result<Job<T>, Error> {
        adopt::adopt(self.core.clone(), id.as_ref(), folder.as_ref()).await
    }
}
