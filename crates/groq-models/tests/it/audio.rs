//! Audio.

use std::time::Duration;

use groq_models::types::{
    BatchTranscriptionBody, BatchTranslationBody, Language, SpeechFormat, SpeechRequest,
    TimestampGranularity, TranscriptionFormat, TranscriptionRequest, TranslationRequest,
};
use groq_models::{Catalog, Plan, Severity, Validate};

use crate::{catalog, day};

fn fields(request: &impl Validate) -> Vec<&'static str> {
    crate::fields(&request.validate(&catalog()))
}

#[test]
fn transcriptions_and_translations() {
    let request = || TranscriptionRequest::new("whisper-large-v3-turbo");
    assert_eq!(fields(&request()), [""; 0]);
    let words = request().with_timestamp_granularities([TimestampGranularity::Word]);
    assert_eq!(fields(&words), ["timestamp_granularities"]);
    assert_eq!(
        fields(&words.with_response_format(TranscriptionFormat::VerboseJson)),
        [""; 0]
    );
    assert_eq!(
        fields(&request().with_temperature(1.5).with_prompt("a".repeat(900))),
        ["prompt", "temperature"]
    );
    assert_eq!(
        fields(&request().with_model("openai/gpt-oss-20b")),
        ["model"]
    );
    assert_eq!(
        fields(&TranslationRequest::new("whisper-large-v3-turbo")),
        ["model"]
    );
    assert_eq!(fields(&request().with_language("haw")), [""; 0]);
    assert_eq!(fields(&request().with_language("tlh")), ["language"]);
    let english = request()
        .with_model("distil-whisper-large-v3-en")
        .with_language("de");
    let before = Catalog::shipped().on(day("2025-08-01"));
    let diagnostics = english.validate(&before);
    assert_eq!(diagnostics.errors().count(), 1, "{diagnostics:?}");
    assert_eq!(
        fields(&TranslationRequest::new("whisper-large-v3").with_language(Language::De)),
        ["language"]
    );
}

#[test]
fn items_of_a_batch() {
    let item = BatchTranscriptionBody::new("whisper-large-v3", "https://x.example/a.mp3");
    assert_eq!(fields(&item), [""; 0]);
    let words = item
        .with_timestamp_granularities([TimestampGranularity::Word])
        .with_response_format(TranscriptionFormat::Text);
    assert_eq!(
        fields(&words),
        ["timestamp_granularities", "response_format"]
    );
    let item = BatchTranslationBody::new("whisper-large-v3-turbo", "https://x.example/a.mp3")
        .with_temperature(2.0);
    assert_eq!(fields(&item), ["temperature", "model"]);
}

#[test]
fn speech() {
    let request = SpeechRequest::new("canopylabs/orpheus-v1-english", "a", "hannah");
    assert_eq!(fields(&request), ["response_format"]);
    let request = request.with_response_format(SpeechFormat::Wav);
    assert_eq!(fields(&request), [""; 0]);
    let request = request
        .with_voice("x")
        .with_input("a".repeat(201))
        .with_speed(9.0)
        .with_sample_rate(1u32);
    assert_eq!(fields(&request), ["voice", "input", "speed", "sample_rate"]);
    assert_eq!(fields(&SpeechRequest::new("brand/new", "a", "x")), [""; 0]);
}

#[test]
fn audio_itself() {
    let severities = |millis: Option<u64>, bytes| -> Vec<_> {
        let length = millis.map(Duration::from_millis);
        let diagnostics = catalog().check_audio(length, bytes, Plan::Free);
        diagnostics.iter().map(|one| one.severity).collect()
    };
    let most = catalog().upload_bytes(Plan::Free);
    assert_eq!(severities(Some(60_000), Some(most)), []);
    assert_eq!(severities(Some(3_000), None), [Severity::Note]);
    assert_eq!(
        severities(Some(1), Some(most + 1)),
        [Severity::Error, Severity::Note, Severity::Error]
    );
}
