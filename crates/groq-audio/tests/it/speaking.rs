//! Long text spoken: in order, sample-exact, whatever the service does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use groq_audio::types::SpeechRequest;
use groq_audio::{Failure, Speak, Synthesiser};

use crate::speech::wav;

/// Every character becomes one sample.
#[derive(Clone, Default)]
struct Speller {
    calls: Arc<AtomicU32>,
    faulty: bool,
}

impl Synthesiser for Speller {
    async fn speak(&self, request: SpeechRequest) -> Result<Bytes, Failure> {
        assert!(request.input.chars().count() <= 200);
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        // Later requests are faster, so order has to be kept.
        tokio::time::sleep(Duration::from_millis(u64::from(40 - (call % 4) * 10))).await;
        let samples: Vec<i16> = request
            .input
            .chars()
            .map(|letter| letter as u32 as i16)
            .collect();
        let mut file = wav(&samples, 24_000, 1);
        match call % 3 {
            _ if !self.faulty => {}
            0 => {
                return Err(Failure::of_status(429, "slow down")
                    .with_retry_after(Some(Duration::from_millis(50))));
            }
            1 => file.truncate(50),
            _ => {}
        }
        Ok(file.into())
    }
}

fn story() -> String {
    (0..60)
        .map(|number| format!("This is sentence number {number}, and it goes on. "))
        .collect()
}

fn letters(file: &[u8]) -> String {
    let samples = file[44..].chunks_exact(2);
    let letter = |pair: &[u8]| char::from_u32(u32::from(u16::from_le_bytes([pair[0], pair[1]])));
    samples
        .filter_map(letter)
        .filter(|letter| !letter.is_whitespace() && *letter != '\0')
        .collect()
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

#[tokio::test(start_paused = true)]
async fn everything_is_said_in_order() {
    for faulty in [false, true] {
        let service = Speller {
            faulty,
            ..Speller::default()
        };
        let file = Speak::new(&service).say(&story()).await.expect("it speaks");
        assert_eq!(letters(&file), bare(&story()));
        let length = u32::from_le_bytes([file[40], file[41], file[42], file[43]]);
        assert_eq!(length as usize, file.len() - 44);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_sound_comes_before_the_rest_is_asked_for() {
    let service = Speller::default();
    let stream = Speak::new(&service)
        .in_flight(2)
        .stream(&story())
        .expect("something to say");
    let mut stream = std::pin::pin!(stream);
    let first = stream
        .try_next()
        .await
        .expect("it speaks")
        .expect("a first piece");
    assert!(first.starts_with(b"RIFF"));
    assert!(service.calls.load(Ordering::SeqCst) <= 3);
    let mut whole = first.to_vec();
    while let Some(piece) = stream.try_next().await.expect("it speaks") {
        whole.extend_from_slice(&piece);
    }
    assert_eq!(letters(&whole), bare(&story()));
}

#[tokio::test(start_paused = true)]
async fn paragraphs_are_apart() {
    let say = async |pause| {
        let speak = Speak::new(&Speller::default()).pause(pause);
        speak.say("One.\n\nTwo.").await.expect("it speaks").len()
    };
    assert_eq!(
        say(Duration::from_millis(500)).await - say(Duration::ZERO).await,
        24_000
    );
    let nothing = Speak::new(&Speller::default()).say(" \n\n ").await;
    assert!(nothing.expect_err("nothing to say").is_invalid_request());
}
