//! A reply, printed as it is written. One that is cut short is an error, and not just shorter.

#[path = "support/service.rs"]
mod service;

use std::io::Write as _;

use groq_core::types::{ChatCompletionRequest, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let messages = [
        Message::system("You are a helpful assistant."),
        Message::user("Explain the importance of fast language models"),
    ];
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", messages)
        .with_temperature(0.5)
        .with_top_p(1.0)
        .with_max_completion_tokens(1024_u32);

    let mut stream = groq.chat().stream(request).await?;
    let mut text = stream.text();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
        std::io::stdout().flush()?;
    }
    let reply = stream.finish().await?;
    println!("\n{:?} tokens", reply.usage.map(|usage| usage.total_tokens));
    Ok(())
}
