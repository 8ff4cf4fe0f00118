//! What each answer says of the rate limits, and what to do when they are reached.

#[path = "support/service.rs"]
mod service;

use groq_core::types::{ChatCompletionRequest, Message};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Say hello")]);
    match groq.chat().create(request).await {
        Ok(reply) => {
            let (day, minute) = (&reply.rate_limits().requests, &reply.rate_limits().tokens);
            println!("{:?} of {:?} requests left today", day.remaining, day.limit);
            println!(
                "{:?} of {:?} tokens left this minute",
                minute.remaining, minute.limit
            );
            println!("all of them again in {:?}", minute.reset);
        }
        // The client has waited and tried again by itself; this is what it could not wait for.
        Err(error) if error.is_rate_limited() => println!("again in {:?}", error.retry_after()),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
