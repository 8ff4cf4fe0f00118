//! The base URL of the documentation, with its path, as clients of the same protocol want it; without the path is as good.

use groq_core::Client;
use groq_core::types::{ChatCompletionRequest, Message};
use groq_mock::Mock;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mock = Mock::start().await?;
    let (key, url) = match std::env::var("GROQ_API_KEY") {
        Ok(key) => (key, "https://api.groq.com/openai/v1".to_owned()),
        Err(_) => ("any".to_owned(), mock.base_url()),
    };

    let groq = Client::builder().api_key(key).base_url(&url).build()?;
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Say hello")]);
    let reply = groq.chat().create(request).await?;
    println!("{url}: {}", reply.text().unwrap_or_default());
    Ok(())
}
