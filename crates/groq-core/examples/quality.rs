//! What the metadata of each segment say of its quality: `quality [FILE]`.

#[path = "support/recording.rs"]
mod recording;
#[path = "support/service.rs"]
mod service;

use groq_core::types::{TranscriptionRequest, TranscriptionSegment};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let audio = recording::of_speech(&groq).await?;
    let request = TranscriptionRequest::new("whisper-large-v3-turbo");
    let transcription = groq.audio().transcribe_verbose(audio, request).await?;
    for segment in transcription.segments.iter().flatten() {
        let doubts = doubts(segment);
        println!("{:6.2} s {} {doubts:?}", segment.start, segment.text);
    }
    Ok(())
}

fn doubts(segment: &TranscriptionSegment) -> Vec<&'static str> {
    let TranscriptionSegment {
        avg_logprob,
        no_speech_prob,
        compression_ratio,
        ..
    } = segment;
    let doubts = [
        (
            avg_logprob.is_some_and(|it| it < -0.5),
            "unsure: noise, several voices, an accent?",
        ),
        (
            no_speech_prob.is_some_and(|it| it > 0.6),
            "perhaps no speech: silence, music?",
        ),
        (
            compression_ratio.is_some_and(|it| it > 2.4),
            "repeats itself",
        ),
    ];
    doubts
        .into_iter()
        .filter_map(|(doubtful, why)| doubtful.then_some(why))
        .collect()
}
