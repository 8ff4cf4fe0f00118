//! Several turns: each reply joins the conversation, with only what a request may hold.

#[path = "support/service.rs"]
mod service;

use groq_core::Conversation;
use groq_core::types::{ChatCompletionRequest, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let beginning = [Message::system("You answer in one sentence.")];
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", beginning);
    let mut conversation = Conversation::new(request);
    for question in ["What is a language model?", "And why should it be fast?"] {
        let reply = conversation.say(&groq, Message::user(question)).await?;
        println!("> {question}\n{}\n", reply.text().unwrap_or_default());
    }
    println!("{} messages", conversation.messages().len());
    Ok(())
}
