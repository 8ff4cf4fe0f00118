//! Recordings as other programs write them.

use std::time::Duration;

use groq_mock::{Mock, Throttle};
use serde_json::Value;

use crate::client::{Part, upload};

const TRANSCRIPTIONS: &str = "/openai/v1/audio/transcriptions";
const MODEL: Part<'static> = ("model", None, b"whisper-large-v3");
const VERBOSE: Part<'static> = ("response_format", None, b"verbose_json");
const WORDS: Part<'static> = ("timestamp_granularities[]", None, b"word");

macro_rules! sound {
    ($name:literal) => {
        ($name, &include_bytes!(concat!("../sounds/", $name))[..])
    };
}

async fn heard(mock: &Mock, name: &str, sound: &[u8]) -> Value {
    let parts = [MODEL, VERBOSE, WORDS, ("file", Some(name), sound)];
    let answer = upload(mock, TRANSCRIPTIONS, &parts).await;
    assert_eq!(answer.status, 200, "{name}: {}", answer.text());
    answer.json()
}

/// Both words, and their times to a hundredth of a second or two; lossy codecs lengthen a recording a little.
async fn is_heard((name, sound): (&str, &[u8])) {
    let mock = Mock::start().await.unwrap();
    let answer = heard(&mock, name, sound).await;
    assert_eq!(answer["text"], " Good day.", "{name}");
    let close = |value: &Value, to: f64, by: f64| (value.as_f64().unwrap() - to).abs() < by;
    assert!(close(&answer["duration"], 1.19, 0.05), "{name}: {answer}");
    for (word, start, end) in [(0, 0.15, 0.35), (1, 0.44, 0.64)] {
        let word = &answer["words"][word];
        let exact = close(&word["start"], start, 0.025) && close(&word["end"], end, 0.025);
        assert!(exact, "{name}: {word}");
    }
}

#[tokio::test]
async fn flac_is_always_heard() {
    is_heard(sound!("16k.flac")).await;
    is_heard(sound!("44k-stereo.flac")).await;
}

#[tokio::test]
async fn a_cut_flac_is_heard_up_to_there_and_a_broken_one_is_refused() {
    let mock = Mock::start().await.unwrap();
    let (name, whole) = sound!("16k.flac");
    let answer = heard(&mock, name, &whole[..whole.len() - 3_000]).await;
    let seconds = answer["duration"].as_f64().unwrap();
    assert!((0.1..1.0).contains(&seconds), "{answer}");
    for broken in [
        &b"fLaC"[..],
        &whole[..30],
        &[b"fLaC", &[0xFF; 500][..]].concat(),
    ] {
        let answer = upload(
            &mock,
            TRANSCRIPTIONS,
            &[MODEL, ("file", Some(name), broken)],
        )
        .await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert!(answer.text().contains("is it a valid media file?"));
    }
}

#[tokio::test]
async fn decoded_seconds_are_what_counts() {
    // Ten seconds are counted for a shorter recording.
    let limits = Throttle::new().audio_seconds(19, Duration::from_secs(3_600));
    let mock = Mock::builder().throttle(limits).start().await.unwrap();
    let (name, sound) = sound!("16k.flac");
    let parts = [MODEL, ("file", Some(name), sound)];
    for status in [200, 429] {
        let answer = upload(&mock, TRANSCRIPTIONS, &parts).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

#[cfg(feature = "decode")]
#[tokio::test]
async fn other_codecs_are_heard() {
    is_heard(sound!("talk.mp3")).await;
    is_heard(sound!("talk.m4a")).await;
    is_heard(sound!("talk.opus")).await;
    is_heard(sound!("talk.webm")).await;
    is_heard(sound!("talk.ogg")).await;
    is_heard(sound!("8k-mu-law.wav")).await;
}

#[cfg(feature = "decode")]
#[tokio::test]
async fn damaged_files_are_answered() {
    let mock = Mock::start().await.unwrap();
    for (name, whole) in [
        sound!("16k.flac"),
        sound!("talk.mp3"),
        sound!("talk.m4a"),
        sound!("talk.opus"),
        sound!("talk.webm"),
        sound!("talk.ogg"),
        sound!("8k-mu-law.wav"),
    ] {
        for place in (0..whole.len()).step_by(whole.len() / 30) {
            let mut flipped = whole.to_vec();
            flipped[place] ^= 0x55;
            for damaged in [&whole[..place], &flipped] {
                let parts = [MODEL, ("file", Some(name), damaged)];
                let answer = upload(&mock, TRANSCRIPTIONS, &parts).await;
                assert!(
                    matches!(answer.status, 200 | 400),
                    "{name}, {place}: {}",
                    answer.status
                );
            }
        }
    }
}

#[cfg(not(feature = "decode"))]
#[tokio::test]
async fn other_codecs_are_sounds() {
    let mock = Mock::start().await.unwrap();
    for (name, sound) in [sound!("talk.mp3"), sound!("talk.m4a"), sound!("talk.opus")] {
        let answer = heard(&mock, name, sound).await;
        assert!(
            answer["text"].as_str().unwrap().starts_with(" Sound for"),
            "{answer}"
        );
    }
}
