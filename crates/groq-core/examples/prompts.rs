//! A poor prompt against an effective one. `groq-json` writes the effective one from a type: see its example `prompt`.

#[path = "support/service.rs"]
mod service;

use groq_core::Client;
use groq_core::types::{ChatCompletionRequest, Message, ResponseFormat};
use serde_json::{Map, Value};

const POOR: &str = "Give me information about a movie in JSON format.";

const EFFECTIVE: &str = r#"You are a movie database API. Return information about a movie as JSON of this structure:
{
  "title": "string",
  "year": 1979,
  "director": "string",
  "genre": ["string"],
  "runtime_minutes": 117,
  "rating": 8.5,
  "box_office_millions": 188.0,
  "cast": [{"actor": "string", "character": "string"}]
}
1. Include ALL fields shown above. 2. Use their exact names. 3. Keep their types; the rating goes from 1 to 10.
4. Reply with the JSON object alone: no explanation, no markdown."#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    for (name, prompt) in [("poor", POOR), ("effective", EFFECTIVE)] {
        let movie = ask(&groq, prompt).await?;
        let fields = "title year director genre runtime_minutes rating box_office_millions cast";
        let missing: Vec<_> = fields
            .split(' ')
            .filter(|field| !movie.contains_key(*field))
            .collect();
        println!("{name}: missing {missing:?}\n{:#}", Value::Object(movie));
    }
    Ok(())
}

async fn ask(
    groq: &Client,
    prompt: &str,
) -> Result<Map<String, Value>, Box<dyn std::error::Error>> {
    let messages = [
        Message::system(prompt),
        Message::user("Tell me about The Matrix"),
    ];
    let request = ChatCompletionRequest::new("openai/gpt-oss-20b", messages)
        .with_response_format(ResponseFormat::json_object());
    let reply = groq.chat().create(request).await?;
    Ok(serde_json::from_str(reply.text().unwrap_or_default())?)
}
