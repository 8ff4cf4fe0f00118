//! Text spoken, in English and in Arabic: `speak [FOLDER]`.

#[path = "support/service.rs"]
mod service;

use std::path::PathBuf;

use groq_core::types::{SpeechFormat, SpeechRequest};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (groq, _mock) = service::connect().await?;
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let english = "[cheerful] I love building and shipping new features for our users!";
    let arabic = "أحب بناء وإطلاق ميزات جديدة لمستخدمينا!";
    for (model, voice, text) in [
        ("canopylabs/orpheus-v1-english", "hannah", english),
        ("canopylabs/orpheus-arabic-saudi", "fahad", arabic),
    ] {
        let request =
            SpeechRequest::new(model, text, voice).with_response_format(SpeechFormat::Wav);
        let path = folder.join(format!("{voice}.wav"));
        let bytes = groq.audio().speak(request).await?.save(&path).await?;
        println!("{}: {bytes} bytes", path.display());
    }
    Ok(())
}
