//! Four jobs side by side: a client, a typed extraction, a long transcription and a batch.
//!
//! All crates of this SDK have one style: create, set options by name, await. The same option has the same name everywhere:
//! `timeout` bounds a whole call, `max_retries` counts retries after the first attempt, `max_wait` bounds the wait for a rate
//! limit, `max_concurrency` bounds calls at the same time. This page exists in the documentation only.
//!
//! # A client
//!
//! ```
//! use groq_core::{Client, limits::LocalRateLimiter};
//! use std::time::Duration;
//!
//! let groq = Client::builder()
//!     .api_key("gsk_example")
//!     .rate_limiter(LocalRateLimiter::new())
//!     .timeout(Duration::from_secs(60))
//!     .max_retries(4)
//!     .build()?;
//! # Ok::<(), groq_core::Error>(())
//! ```
//!
//! # A typed extraction
//!
//! ```no_run
//! use groq_json::{GroqJson, JsonSchema};
//! use std::time::Duration;
//!
//! #[derive(serde::Deserialize, JsonSchema)]
//! #[schemars(crate = "groq_json::schemars")]
//! struct Invoice {
//!     number: String,
//!     total_cents: u64,
//! }
//!
//! # async fn example(groq: groq_core::Client) -> Result<(), groq_json::Error> {
//! let invoice = groq
//!     .extract::<Invoice>()
//!     .model("openai/gpt-oss-120b")
//!     .user("Invoice 2041: 3 chairs, $120.00 in total")
//!     .timeout(Duration::from_secs(60))
//!     .max_corrections(2)
//!     .await?;
//! println!("{}: {}", invoice.number, invoice.total_cents);
//! # Ok(())
//! # }
//! ```
//!
//! # A long transcription
//!
//! ```no_run
//! use groq_audio::LongAudio;
//! use std::time::Duration;
//!
//! # async fn example(groq: groq_core::Client) -> Result<(), groq_audio::Error> {
//! let transcript = LongAudio::new(&groq)
//!     .model("whisper-large-v3-turbo")
//!     .language("en")
//!     .max_wait(Duration::from_secs(600))
//!     .max_retries(4)
//!     .max_concurrency(8)
//!     .transcribe("talk.mp4")
//!     .await?;
//! println!("{}", transcript.text());
//! # Ok(())
//! # }
//! ```
//!
//! # A batch
//!
//! ```no_run
//! use groq_core::{batch::CompletionWindow, types::{ChatCompletionRequest, Message}};
//! use std::time::Duration;
//!
//! # async fn example(groq: groq_core::Client) -> Result<(), groq_core::Error> {
//! let mut writer = groq.batches().write("capitals")?;
//! for country in ["Chad", "Peru", "Laos"] {
//!     let question = Message::user(format!("What is the capital of {country}?"));
//!     writer.push(country, &ChatCompletionRequest::new("openai/gpt-oss-20b", [question]))?;
//! }
//! let mut job = writer
//!     .finish(CompletionWindow::DAY)?
//!     .poll_interval(Duration::from_secs(5), Duration::from_secs(60))
//!     .timeout(Duration::from_secs(25 * 3600));
//! for item in job.run().await? {
//!     let item = item?;
//!     println!("{}: {:?}", item.id, item.outcome);
//! }
//! # Ok(())
//! # }
//! ```
