//! The first chat completion.

#[path = "support/service.rs"]
mod service;

use groq_core::types::{ChatCompletionRequest, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let question = Message::user("Explain the importance of fast language models");
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
    let reply = groq.chat().create(request).await?;
    println!("{}", reply.text().unwrap_or_default());
    Ok(())
}
