//! The models that the key may use, and what was known of them before.

#[path = "support/service.rs"]
mod service;

use groq_core::models::Catalog;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let models = groq.models().list().await?;
    for model in &models.data {
        println!("{:40} {:?} tokens", model.id, model.context_window);
    }
    let mut catalog = Catalog::shipped();
    catalog.refresh(&models);
    println!("{:?}", catalog.get("openai/gpt-oss-120b"));
    Ok(())
}
