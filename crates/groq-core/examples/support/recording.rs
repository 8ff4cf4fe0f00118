//! Something to listen to.

use groq_core::types::{SpeechFormat, SpeechRequest};
use groq_core::{Client, Error, Upload};

/// The file that the command line names, or else a sentence that the service itself speaks.
pub(crate) async fn of_speech(groq: &Client) -> Result<Upload, Error> {
    if let Some(path) = std::env::args_os().nth(1) {
        return Ok(Upload::path(path));
    }
    let request = SpeechRequest::new(
        "canopylabs/orpheus-v1-english",
        "Your voice is mellifluous. It makes me want to listen.",
        "hannah",
    )
    .with_response_format(SpeechFormat::Wav);
    let spoken = groq.audio().speak(request).await?.bytes().await?;
    Ok(Upload::bytes(spoken).name("speech.wav"))
}
