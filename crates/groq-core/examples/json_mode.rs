//! JSON mode as it is on the wire: the prompt describes the structure, and the reply is JSON. `groq-json` writes the prompt
//! from a type, checks the reply against it, and asks again.

#[path = "support/service.rs"]
mod service;

use groq_core::types::{ChatCompletionRequest, Message, ResponseFormat};
use serde_json::Value;

const STRUCTURE: &str = r#"You are a data analysis API that performs sentiment analysis on text.
Respond only with JSON in this form:
{
    "sentiment": "positive|negative|neutral",
    "confidence_score": 0.95,
    "key_phrases": [{"phrase": "detected key phrase", "sentiment": "positive|negative|neutral"}],
    "summary": "One sentence"
}"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let review = "I absolutely love this product! Though shipping took longer than expected.";
    let messages = [Message::system(STRUCTURE), Message::user(review)];
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", messages)
        .with_response_format(ResponseFormat::json_object());
    match groq.chat().create(request).await {
        Ok(reply) => {
            let analysis: Value = serde_json::from_str(reply.text().unwrap_or_default())?;
            println!("{analysis:#}");
        }
        // `json_validate_failed`: what the model wrote instead.
        Err(error) if error.is_failed_generation() => {
            println!("no JSON: {}", error.failed_generation().unwrap_or_default());
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
