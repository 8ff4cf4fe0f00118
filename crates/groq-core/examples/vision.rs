//! A question about an image: `vision [FILE]`.

#[path = "support/service.rs"]
mod service;

use groq_core::Images;
use groq_core::types::{ChatCompletionRequest, ContentPart, Message};

/// A red square of 2 by 2.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x02\x08\x02\0\0\0\xfd\xd4\x9as\0\0\0\x10IDATx\x9cc\xf8\xcf\xc0\0D\x0c\x10\n\0\x1f\xee\x03\xfd\x8b_\x14\xd4\0\0\0\0IEND\xaeB`\x82";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let images = match std::env::args_os().nth(1) {
        Some(path) => Images::new().path(std::path::PathBuf::from(path)).await?,
        None => Images::new().bytes(PNG)?,
    };
    let mut parts = vec![ContentPart::text("What is in the image?")];
    parts.extend(images.into_parts());
    let request = ChatCompletionRequest::new("qwen/qwen3.8-27b", [Message::user(parts)]);
    let reply = groq.chat().create(request).await?;
    println!("{}", reply.text().unwrap_or_default());
    Ok(())
}
