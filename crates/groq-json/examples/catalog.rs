//! An entry of a product catalog: constraints, a default, and the errors of a failure.

#[path = "support/service.rs"]
mod service;

use groq_json::{GroqJson, JsonSchema};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema)]
struct Product {
    id: String,
    name: String,
    #[schemars(extend("exclusiveMinimum" = 0))]
    price: f64,
    description: String,
    in_stock: bool,
    #[serde(default)]
    tags: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    match groq
        .extract::<Product>()
        .role("a product catalog")
        .user("Tell me about a popular smartphone")
        .await
    {
        Ok(product) => println!("{}", serde_json::to_string_pretty(&product.value)?),
        Err(error) if error.is_invalid() => println!("it does not fit: {:?}", error.issues()),
        Err(error) if error.is_no_json() || error.is_malformed() => {
            println!("it is not JSON: {error}");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
