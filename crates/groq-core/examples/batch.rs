//! Many requests at half the price: `batch [FOLDER]`. Killed at any point, it goes on where it was when it is run again.

#[path = "support/service.rs"]
mod service;

use std::path::PathBuf;

use groq_core::batch::CompletionWindow;
use groq_core::types::{ChatCompletionRequest, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, mock) = service::connect().await?;
    let fresh = std::env::temp_dir().join(format!("groq-batch-{}", std::process::id()));
    let folder = std::env::args_os().nth(1).map_or(fresh, PathBuf::from);
    let job = if folder.join("batch.json").exists() {
        groq.batches().resume(&folder)?
    } else {
        let mut writer = groq.batches().write(&folder)?;
        for country in ["Chad", "Peru", "Laos"] {
            let question = Message::user(format!("What is the capital of {country}?"));
            let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
            writer.push(country, &request)?;
        }
        writer.finish(CompletionWindow::DAY)?
    };
    let mut job = job.on_progress(|progress| println!("{progress:?}"));
    if mock.is_some() {
        // The mock is done as soon as it is asked.
        job = job.poll_interval(std::time::Duration::ZERO, std::time::Duration::ZERO);
    }
    for item in job.run().await? {
        let item = item?;
        match item.outcome {
            Ok(reply) => println!("{}: {}", item.id, reply.text().unwrap_or_default()),
            Err(error) => println!("{}: {error}", item.id),
        }
    }
    Ok(())
}
