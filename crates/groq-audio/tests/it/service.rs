//! The whole way over HTTP: a text is spoken, and what was spoken is written down.

use std::time::Duration;

use groq_audio::{Encoding, LongAudio, PlanOptions, Speak};
use groq_core::Client;
use groq_mock::Mock;

const STORY: &str = "Once upon a time there was a small town by the sea. \
    Every morning the boats went out, and every evening they came back. \
    Nobody there had ever seen a mountain, so nobody missed one. \
    Then a stranger came along the coast road with a very heavy bag. \
    He said that he carried a mountain in it, and people laughed.";

fn bare(text: &str) -> Vec<String> {
    let letters = |word: &str| {
        word.chars()
            .filter(|letter| letter.is_alphanumeric())
            .collect::<String>()
    };
    text.to_lowercase()
        .split_whitespace()
        .map(letters)
        .collect()
}

#[tokio::test]
async fn a_story_goes_out_and_comes_back() {
    let mock = Mock::start().await.expect("a free port");
    let client = Client::builder()
        .api_key("gsk_test")
        .base_url(mock.base_url())
        .build();
    let groq = client.expect("a client");
    let spoken = Speak::new(&groq).say(STORY).await.expect("it speaks");
    let plan = PlanOptions::new().max_len(Duration::from_secs(10));
    // The mock hears WAV only.
    let cut = LongAudio::new(&groq)
        .pieces(plan)
        .encoding(Encoding::Wav)
        .send_whole(false);
    for job in [LongAudio::new(&groq), cut] {
        let transcript = job
            .language("en")
            .transcribe(spoken.clone())
            .await
            .expect("it hears");
        assert_eq!(bare(transcript.text()), bare(STORY));
        println!(
            "{} pieces over {:.1} s",
            transcript.pieces().len(),
            transcript.seconds()
        );
    }
}
