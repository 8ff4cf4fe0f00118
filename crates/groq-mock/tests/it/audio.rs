//! Audio: speech as tones, and tones as words with times.

use std::time::Duration;

use groq_mock::{Mock, Throttle, TranscriptNoise};
use groq_types::{Transcription, VerboseTranscription};
use serde_json::{Value, json};

use crate::client::{Answer, Part, post, upload};

const SPEECH: &str = "/openai/v1/audio/speech";
const TRANSCRIPTIONS: &str = "/openai/v1/audio/transcriptions";
const TRANSLATIONS: &str = "/openai/v1/audio/translations";
const MODEL: Part<'static> = ("model", None, b"whisper-large-v3");
const VERBOSE: Part<'static> = ("response_format", None, b"verbose_json");
const WORDS: Part<'static> = ("timestamp_granularities[]", None, b"word");
const SEGMENTS: Part<'static> = ("timestamp_granularities[]", None, b"segment");

fn speech(input: &str) -> Value {
    json!({
        "model": "canopylabs/orpheus-v1-english", "input": input, "voice": "hannah",
        "response_format": "wav", "sample_rate": 16_000,
    })
}

async fn spoken(mock: &Mock, input: &str) -> Vec<u8> {
    let answer = post(mock, SPEECH, &speech(input)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("audio/wav"));
    answer.body
}

async fn transcribed(mock: &Mock, sound: &[u8], more: &[Part<'_>]) -> Answer {
    let mut parts = vec![MODEL, ("file", Some("a.WAV"), sound)];
    parts.extend_from_slice(more);
    upload(mock, TRANSCRIPTIONS, &parts).await
}

#[tokio::test]
async fn what_is_said_is_heard() {
    let mock = Mock::start().await.unwrap();
    let text = "Hello there, world. It's 7:30 already!";
    let sound = spoken(&mock, text).await;
    let plain = transcribed(&mock, &sound, &[]).await;
    let _: Transcription = serde_json::from_slice(&plain.body).unwrap();
    assert_eq!(plain.json()["text"], format!(" {text}"));
    assert!(
        plain.json()["x_groq"]["id"]
            .as_str()
            .unwrap()
            .starts_with("req_")
    );
    let raw = transcribed(&mock, &sound, &[("response_format", None, b"text")]).await;
    assert_eq!(raw.text(), format!(" {text}"));
    assert!(
        raw.header("content-type")
            .unwrap()
            .starts_with("text/plain")
    );
    let verbose = transcribed(&mock, &sound, &[VERBOSE, WORDS, SEGMENTS]).await;
    let _: VerboseTranscription = serde_json::from_slice(&verbose.body).unwrap();
    let verbose = verbose.json();
    assert_eq!(
        (&verbose["task"], &verbose["language"]),
        (&json!("transcribe"), &json!("English"))
    );
    let words = verbose["words"].as_array().unwrap();
    let said: Vec<&str> = text.split(' ').collect();
    let heard: Vec<&str> = words
        .iter()
        .map(|word| word["word"].as_str().unwrap())
        .collect();
    assert_eq!(heard, said);
    let mut times = words.iter().flat_map(|word| [&word["start"], &word["end"]]);
    assert!(
        times
            .by_ref()
            .map(|time| time.as_f64().unwrap())
            .is_sorted()
    );
    let seconds = verbose["duration"].as_f64().unwrap();
    assert!(words[words.len() - 1]["end"].as_f64().unwrap() < seconds);
    let segments = verbose["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 2);
    assert_eq!(segments[0]["text"], " Hello there, world.");
    assert_eq!(segments[1]["start"], words[3]["start"]);
}

#[tokio::test]
async fn granularities_decide_what_is_timed() {
    let mock = Mock::start().await.unwrap();
    let sound = spoken(&mock, "one two").await;
    for (more, segments, words) in [
        (&[VERBOSE][..], true, false),
        (&[VERBOSE, WORDS], false, true),
        (&[VERBOSE, SEGMENTS], true, false),
    ] {
        let answer = transcribed(&mock, &sound, more).await.json();
        assert_eq!(answer.get("segments").is_some(), segments);
        assert_eq!(answer.get("words").is_some(), words);
    }
}

#[tokio::test]
async fn other_sound_says_how_long_it_is() {
    let mock = Mock::start().await.unwrap();
    let mut mp3 = b"ID3".to_vec();
    mp3.resize(8_000 * 12, 7);
    let parts = [MODEL, VERBOSE, ("file", Some("a.mp3"), &mp3[..])];
    let answer = upload(&mock, TRANSCRIPTIONS, &parts).await.json();
    assert_eq!(answer["duration"], 12.0);
    let segments = answer["segments"].as_array().unwrap();
    let texts: Vec<&str> = segments
        .iter()
        .map(|one| one["text"].as_str().unwrap())
        .collect();
    assert_eq!(
        texts,
        [" Sound for 10.0 seconds.", " Sound for 2.0 seconds."]
    );
    assert_eq!(
        (&segments[1]["start"], &segments[1]["end"]),
        (&json!(10.0), &json!(12.0))
    );
    let url = [MODEL, ("url", None, &b"https://example.com/a.mp3"[..])];
    let (one, two) = (
        upload(&mock, TRANSCRIPTIONS, &url).await.json(),
        upload(&mock, TRANSCRIPTIONS, &url).await.json(),
    );
    assert_eq!(one["text"], two["text"]);
    assert!(one["text"].as_str().unwrap().starts_with(" Sound for"));
}

#[tokio::test]
async fn translations_are_english() {
    let mock = Mock::start().await.unwrap();
    let sound = spoken(&mock, "guten Tag").await;
    let file: Part<'_> = ("file", Some("a.wav"), &sound);
    let answer = upload(&mock, TRANSLATIONS, &[MODEL, VERBOSE, file])
        .await
        .json();
    assert_eq!(
        (&answer["task"], &answer["language"]),
        (&json!("translate"), &json!("english"))
    );
    for more in [
        [("model", None, &b"whisper-large-v3-turbo"[..]), VERBOSE],
        [MODEL, ("language", None, b"de")],
    ] {
        let answer = upload(&mock, TRANSLATIONS, &[more[0], more[1], file]).await;
        assert_eq!(answer.status, 400);
    }
}

#[tokio::test]
async fn noise_is_the_same_each_time() {
    let clean = Mock::start().await.unwrap();
    let sound = spoken(&clean, "one two three four five six").await;
    let short = Mock::builder()
        .transcript_noise(TranscriptNoise::new().short_answers(1.0))
        .start()
        .await
        .unwrap();
    for _ in 0..2 {
        let answer = transcribed(&short, &sound, &[VERBOSE, WORDS]).await.json();
        assert_eq!(answer["text"], " one two three");
    }
    let mut silence = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    silence.extend_from_slice(&[0x40, 0x1F, 0, 0, 0x40, 0x1F, 0, 0, 1, 0, 8, 0]);
    silence.extend_from_slice(b"data\xff\xff\xff\xff");
    silence.resize(silence.len() + 8_000 * 4, 128);
    assert_eq!(transcribed(&clean, &silence, &[]).await.json()["text"], "");
    let invented = Mock::builder()
        .transcript_noise(TranscriptNoise::new().invented(1.0))
        .start()
        .await
        .unwrap();
    assert_eq!(
        transcribed(&invented, &silence, &[]).await.json()["text"],
        " Thank you."
    );
}

#[tokio::test]
async fn transcriptions_that_are_refused() {
    let mock = Mock::builder().max_audio(200_000).start().await.unwrap();
    let sound = spoken(&mock, "x").await;
    let file: Part<'_> = ("file", Some("a.wav"), &sound);
    let prompt = "x".repeat(897);
    let large = vec![0; 200_001];
    let table: [(&[Part<'_>], u16, &str); 18] = [
        (&[MODEL], 400, "one of `file` and `url` must be given"),
        (
            &[MODEL, file, ("url", None, b"https://a.b")],
            400,
            "cannot be given together",
        ),
        (
            &[MODEL, ("url", None, b"ftp://a.b")],
            400,
            "`url` must be an http(s) address",
        ),
        (&[file], 400, "property 'model' is missing"),
        (
            &[MODEL, ("file", None, &sound)],
            400,
            "one of the following types: [flac mp3",
        ),
        (
            &[MODEL, ("file", Some("wav"), &sound)],
            400,
            "one of the following types: [flac mp3",
        ),
        (
            &[MODEL, ("file", Some("a.txt"), &sound)],
            400,
            "one of the following types: [flac mp3",
        ),
        (
            &[MODEL, ("file", Some("a.wav"), b"no sound")],
            400,
            "valid media file",
        ),
        (&[MODEL, ("file", Some("a.wav"), b"")], 400, "file is empty"),
        (
            &[MODEL, ("file", Some("a.wav"), &large)],
            413,
            "Request Entity Too Large",
        ),
        (
            &[MODEL, file, ("response_format", None, b"srt")],
            400,
            "response_format must be one of",
        ),
        (
            &[MODEL, file, ("response_format", None, b"\"json\"")],
            400,
            "response_format must be one of",
        ),
        (
            &[MODEL, file, ("language", None, b"english")],
            400,
            "language must be one of",
        ),
        (
            &[MODEL, file, ("prompt", None, prompt.as_bytes())],
            400,
            "896 characters or fewer",
        ),
        (
            &[MODEL, file, ("temperature", None, b"2")],
            400,
            "temperature must be",
        ),
        (
            &[MODEL, file, WORDS],
            400,
            "needs a response_format of verbose_json",
        ),
        (
            &[MODEL, file, ("stream", None, b"false")],
            400,
            "property 'stream' is unsupported",
        ),
        (&[("model", None, b"none"), file], 404, "does not exist"),
    ];
    for (parts, status, message) in table {
        let answer = upload(&mock, TRANSCRIPTIONS, parts).await;
        assert_eq!(answer.status, status, "{message}: {}", answer.text());
        let told = answer.error()["message"].as_str().unwrap().to_owned();
        assert!(told.contains(message), "{told}");
    }
    // Nothing but the head of a recording is no recording.
    let short = transcribed(&mock, &sound[..44], &[]).await;
    assert!(
        short.error()["message"]
            .as_str()
            .unwrap()
            .contains("too short")
    );
}

#[tokio::test]
async fn speech_that_is_refused() {
    let mock = Mock::start().await.unwrap();
    for (key, value, status) in [
        ("input", json!(""), 400),
        ("input", json!("[sigh]"), 400),
        ("input", json!("x".repeat(201)), 400),
        ("voice", json!("nobody"), 400),
        ("voice", json!("noura"), 400),
        ("response_format", json!("mp3"), 400),
        ("sample_rate", json!(12_345), 400),
        ("speed", json!(6), 400),
        ("extra", json!(1), 400),
        ("model", json!("none"), 404),
        ("model", json!("playai-tts"), 400),
        ("model", json!("whisper-large-v3"), 400),
    ] {
        let mut body = speech("Hello");
        body[key] = value;
        let answer = post(&mock, SPEECH, &body).await;
        assert_eq!(answer.status, status, "{key}: {}", answer.text());
        assert!(answer.error()["message"].is_string());
    }
}

#[tokio::test]
async fn seconds_of_audio_are_counted() {
    let limits = Throttle::new().audio_seconds(25, Duration::from_secs(3_600));
    let mock = Mock::builder().throttle(limits).start().await.unwrap();
    let sound = spoken(&mock, "x").await;
    for _ in 0..2 {
        assert_eq!(transcribed(&mock, &sound, &[]).await.status, 200);
    }
    let refused = transcribed(&mock, &sound, &[]).await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some());
    let message = refused.error()["message"].as_str().unwrap().to_owned();
    assert!(message.contains("seconds of audio per hour (ASPH): Limit 25, Used 20, Requested 10"));
}

#[tokio::test]
async fn mutated_recordings_get_an_answer() {
    let mock = Mock::start().await.unwrap();
    let sound = spoken(&mock, "one two").await;
    let mut state = 7_usize;
    for _ in 0..60 {
        let mut mutated = sound.clone();
        for _ in 0..4 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let place = (state >> 33) % 60;
            mutated[place] ^= 1 << (state >> 20 & 7);
        }
        let answer = transcribed(&mock, &mutated, &[VERBOSE, WORDS]).await;
        assert!(matches!(answer.status, 200 | 400), "{}", answer.text());
        assert!(answer.json().is_object());
    }
}
