//! Batches of typed requests: items go in by an id of yours, and their answers come out by the same id.
//!
//! A batch lives in a folder of its own. The requests are written there as they come, in as many files as the limits of the service
//! need; then they are uploaded, run, and their results downloaded. After each step the folder says how far things are, so that a program
//! that was killed goes on where it was: nothing is run twice, and each item is answered once. Memory holds a few bytes for each item, and
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
mod ids;
mod item;
mod job;
mod lines;
mod progress;
mod results;
mod state;
mod window;
mod writer;

pub(crate) use adopt::adopt;
pub use item::{BatchItem, ItemError};
pub use job::Job;
pub use progress::{Phase, Progress};
pub use results::{Item, Results};
pub use window::CompletionWindow;
pub use writer::Writer;
