//! Speech written down, with the times of its words and segments: `transcribe [FILE]`.

#[path = "support/recording.rs"]
mod recording;
#[path = "support/service.rs"]
mod service;

use groq_core::types::{TimestampGranularity, TranscriptionRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let audio = recording::of_speech(&groq).await?;
    let request = TranscriptionRequest::new("whisper-large-v3-turbo")
        .with_prompt("Praise of a voice") // context or spelling
        .with_language("en")
        .with_temperature(0.0)
        .with_timestamp_granularities([TimestampGranularity::Word, TimestampGranularity::Segment]);
    let transcription = groq.audio().transcribe_verbose(audio, request).await?;
    println!("{}", transcription.text);
    for word in transcription.words.iter().flatten() {
        println!("{:6.2} s to {:6.2} s  {}", word.start, word.end, word.word);
    }
    Ok(())
}
