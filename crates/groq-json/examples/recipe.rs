//! A recipe, checked and asked for again if need be.

#[path = "support/service.rs"]
mod service;

use groq_json::{GroqJson, JsonSchema};
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Recipe {
    title: String,
    description: String,
    #[schemars(range(min = 1))]
    prep_time_minutes: u32,
    #[schemars(range(min = 1))]
    cook_time_minutes: u32,
    ingredients: Vec<Ingredient>,
    /// Step by step
    instructions: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Ingredient {
    name: String,
    quantity: String,
    /// The unit of measurement, like cup or tablespoon
    unit: Option<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let recipe: Recipe = groq
        .json("Give me a recipe for chocolate chip cookies")
        .await?;

    println!("{}: {}", recipe.title, recipe.description);
    println!(
        "{} + {} minutes",
        recipe.prep_time_minutes, recipe.cook_time_minutes
    );
    for Ingredient {
        name,
        quantity,
        unit,
    } in &recipe.ingredients
    {
        println!(
            "- {quantity} {} {name}",
            unit.as_deref().unwrap_or_default()
        );
    }
    for (index, step) in recipe.instructions.iter().enumerate() {
        println!("{}. {step}", index + 1);
    }
    Ok(())
}
