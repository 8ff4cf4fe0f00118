//! `groq demo`: a tour of all features, on a mock server inside this process.

mod screen;
mod steps;

use std::time::{Duration, Instant};

use groq_mock::Mock;
use serde_json::json;

use crate::{failure::Failure, session::Session, units};
use screen::Screen;

/// Show every feature at work, on a mock server; needs no key and no network.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/demo.txt"))]
pub(crate) struct Args {}

/// Tokens per second of the streamed reply.
const SPEED: f64 = 90.0;
/// How long the others take, so that they can be seen.
const LATENCY: Duration = Duration::from_millis(250);
const BATCH_STEP: Duration = Duration::from_millis(700);

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let started = Instant::now();
        let slow = Mock::builder().tokens_per_second(SPEED).latency(LATENCY);
        let quick = Mock::builder().latency(LATENCY).batch_step(BATCH_STEP);
        let (slow, quick) = (slow.start().await?, quick.start().await?);
        let client = session.client_of(&quick)?;
        let screen = Screen::new(session);

        screen.heading(1, "A streamed reply", "groq chat")?;
        let chat = Box::pin(steps::chat(&screen, &session.client_of(&slow)?)).await?;
        screen.heading(2, "An answer as a Rust type", "groq json")?;
        let typed = Box::pin(steps::typed(&screen, &client)).await?;
        screen.heading(3, "A tool call", "groq_json::Tool")?;
        let tool = Box::pin(steps::tool(&screen, &client)).await?;
        screen.heading(
            4,
            "Text to speech, and back to subtitles",
            "groq speak, groq transcribe",
        )?;
        let audio = Box::pin(steps::audio(&screen, &client)).await?;
        screen.heading(5, "A batch, at half the price", "groq batch")?;
        let batch = Box::pin(steps::batch(&screen, &client)).await?;

        let time = started.elapsed();
        if session.global.json {
            return session.out.json(&json!({
                "chat": chat, "typed": typed, "tool": tool, "audio": audio, "batch": batch,
                "seconds": time.as_secs_f64(),
            }));
        }
        session.out.styled(&format!(
            "\nAll of it over HTTP, to a mock server on this machine, in {}.\n\
             With a key in GROQ_API_KEY, the same works on Groq: groq chat; groq --help has more.",
            units::duration(time)
        ))
    }
}
