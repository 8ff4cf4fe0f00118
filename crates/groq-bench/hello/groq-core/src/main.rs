//! One question, by groq-core.

use groq_core::types::{ChatCompletionRequest, Message};
use groq_core::{Client, Error};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let question = Message::user("Say hello");
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [question]);
    let reply = client.chat().create(request).await?;
    println!("{}", reply.text().unwrap_or_default());
    Ok(())
}
