//! Speech translated into English: `translate [FILE]`.

#[path = "support/recording.rs"]
mod recording;
#[path = "support/service.rs"]
mod service;

use groq_core::types::TranslationRequest;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let audio = recording::of_speech(&groq).await?;
    let request = TranslationRequest::new("whisper-large-v3") // the turbo model cannot
        .with_prompt("Praise of a voice")
        .with_language("en") // the only one there is
        .with_temperature(0.0);
    let translation = groq.audio().translate(audio, request).await?;
    println!("{}", translation.text);
    Ok(())
}
