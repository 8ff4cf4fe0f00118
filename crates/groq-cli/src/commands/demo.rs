//! `groq demo`: a tour of all layers, on the server inside this process.

mod stage;
mod steps;

use std::time::{Duration, Instant};

use groq_mock::Mock;
use serde_json::json;

use crate::{
    failure::Failure,
    session::{Session, in_words},
};
use stage::Stage;

/// See every layer at work, on a local Groq: no key, no network.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A streamed reply, a Rust type as an answer, a call of a tool, text to speech and back to subtitles, and a
batch, in half a minute.

Examples:
  groq demo
  groq demo --json")]
pub(crate) struct Args {}

/// Tokens per second where a reply is watched.
const PACE: f64 = 90.0;
/// How long the others take: nothing can be seen that takes no time.
const LATENCY: Duration = Duration::from_millis(250);
const BATCH_STEP: Duration = Duration::from_millis(700);

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let started = Instant::now();
        let slow = start(Mock::builder().tokens_per_second(PACE).latency(LATENCY)).await?;
        let quick = start(Mock::builder().latency(LATENCY).batch_step(BATCH_STEP)).await?;
        let (watched, client) = (session.client_of(&slow)?, session.client_of(&quick)?);
        let stage = Stage::new(session);

        stage.heading("A streamed reply", "groq chat")?;
        let chat = steps::chat(&stage, &watched).await?;
        stage.heading("A Rust type for an answer", "groq json")?;
        let typed = steps::typed(&stage, &client).await?;
        stage.heading("A function that the model calls", "groq_json::Tool")?;
        let tool = steps::tool(&stage, &client).await?;
        stage.heading(
            "Text to speech, and back to subtitles",
            "groq speak, groq transcribe",
        )?;
        let audio = steps::audio(&stage, &client).await?;
        stage.heading("A batch, at half the price", "groq batch")?;
        let batch = steps::batch(&stage, &client).await?;

        if session.global.json {
            return session.out.json(&json!({
                "chat": chat, "typed": typed, "tool": tool, "audio": audio, "batch": batch,
                "seconds": started.elapsed().as_secs_f64(),
            }));
        }
        stage.end(&format!(
            "All of it over HTTP, to a Groq on this machine, in {}.",
            in_words(started.elapsed())
        ))
    }
}

async fn start(builder: groq_mock::Builder) -> Result<Mock, Failure> {
    builder
        .start()
        .await
        .map_err(|error| Failure::internal(error.to_string()))
}
