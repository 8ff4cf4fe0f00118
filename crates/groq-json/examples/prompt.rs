//! A good prompt, written by the type: role, structure, constraints, requirements, an example.

#[path = "support/service.rs"]
mod service;

use groq_json::{GroqJson, JsonSchema, Mode};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Movie {
    title: String,
    year: u16,
    director: String,
    genre: Vec<String>,
    runtime_minutes: u16,
    #[schemars(range(min = 1, max = 10))]
    rating: f64,
    box_office_millions: f64,
    cast: Vec<Part>,
}

#[derive(Serialize, Deserialize, JsonSchema)]
struct Part {
    actor: String,
    character: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let alien = Movie {
        title: "Alien".into(),
        year: 1979,
        director: "Ridley Scott".into(),
        genre: vec!["horror".into()],
        runtime_minutes: 117,
        rating: 8.5,
        box_office_millions: 188.0,
        cast: vec![Part {
            actor: "Sigourney Weaver".into(),
            character: "Ripley".into(),
        }],
    };
    let question = groq
        .extract::<Movie>()
        .role("a movie database API")
        .example(&alien)
        .user("Tell me about The Matrix");
    println!(
        "{}",
        groq_json::Format::<Movie>::new()?
            .prompt()
            .role("a movie database API")
            .example(&alien)?
    );
    let movie = question.mode(Mode::Strict).await?;
    println!("{}", serde_json::to_string_pretty(&movie.value)?);
    Ok(())
}
