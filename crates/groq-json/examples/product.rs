//! A product with variants, reviews and its manufacturer: nested types, an optional member, a map, an address for mail.

#[path = "support/service.rs"]
mod service;

use std::collections::BTreeMap;

use groq_json::{GroqJson, JsonSchema};
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Product {
    name: String,
    description: String,
    subcategories: Vec<String>,
    variants: Vec<Variant>,
    reviews: Vec<Review>,
    #[schemars(range(min = 1, max = 5))]
    average_rating: f64,
    manufacturer: Manufacturer,
}

#[derive(Deserialize, JsonSchema)]
struct Variant {
    name: String,
    #[schemars(extend("exclusiveMinimum" = 0))]
    price: f64,
    inventory_count: u32,
    attributes: BTreeMap<String, String>,
}

#[derive(Deserialize, JsonSchema)]
struct Review {
    #[schemars(range(min = 1, max = 5))]
    rating: f64,
    comment: String,
}

#[derive(Deserialize, JsonSchema)]
struct Manufacturer {
    name: String,
    contact_info: Contact,
}

#[derive(Deserialize, JsonSchema)]
struct Contact {
    #[schemars(email)]
    email: String,
    phone: Option<String>,
    address: Address,
}

#[derive(Deserialize, JsonSchema)]
struct Address {
    city: String,
    country: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let product = groq
        .extract::<Product>()
        .system("You are a product catalog.")
        .user("Give me details about a high-end camera")
        .max_corrections(3)
        .await?;

    println!(
        "{}: {} ({}/5, {})",
        product.name,
        product.description,
        product.average_rating,
        product.subcategories.join(", ")
    );
    for Variant {
        name,
        price,
        inventory_count,
        attributes,
    } in &product.variants
    {
        println!("- {name}: {price}, {inventory_count} in stock, {attributes:?}");
    }
    for Review { rating, comment } in &product.reviews {
        println!("- {rating}: {comment}");
    }
    let Manufacturer {
        name,
        contact_info: Contact {
            email,
            phone,
            address,
        },
    } = &product.manufacturer;
    println!(
        "{name}, {}, {}, {email} {}",
        address.city,
        address.country,
        phone.as_deref().unwrap_or_default()
    );
    Ok(())
}
