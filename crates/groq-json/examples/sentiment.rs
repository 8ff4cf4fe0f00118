//! What a review says, and how it is meant: JSON mode of the documentation, with a type in place of a sample.

#[path = "support/service.rs"]
mod service;

use groq_json::{GroqJson, JsonSchema};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Analysis {
    sentiment: Sentiment,
    #[schemars(range(min = 0, max = 1))]
    confidence_score: f64,
    key_phrases: Vec<Phrase>,
    /// One sentence
    summary: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Phrase {
    phrase: String,
    sentiment: Sentiment,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Sentiment {
    Positive,
    Negative,
    Neutral,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let review = "I absolutely love this product! The quality exceeded my expectations, though shipping took longer than expected.";
    let analysis = groq
        .extract::<Analysis>()
        .role("a data analysis API")
        .user(review)
        .await?;
    println!("{}", serde_json::to_string_pretty(&analysis.value)?);
    Ok(())
}
