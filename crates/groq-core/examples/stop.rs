//! A stop sequence: the model counts to ten, and is stopped before six.

#[path = "support/service.rs"]
mod service;

use groq_core::types::{ChatCompletionRequest, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let count = "Reply with exactly: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10";
    // Up to four may be given: `.with_stop([", 6", ", six", ", Six"])`.
    let request =
        ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user(count)]).with_stop(", 6");
    let mut stream = groq.chat().stream(request).await?;
    let mut text = stream.text();
    while let Some(piece) = text.next().await {
        print!("{}", piece?);
    }
    println!();
    Ok(())
}
