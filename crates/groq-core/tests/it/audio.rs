//! Speech to text and text to speech.

use groq_core::models::{Catalog, Plan};
use groq_core::types::{
    FilePurpose, Language, SpeechFormat, SpeechRequest, TimestampGranularity, TranscriptionFormat,
    TranscriptionRequest, TranslationRequest,
};
use groq_core::{AudioInput, RequestOptions, Upload};

use crate::support::{Reply, Server};

fn flac() -> Upload {
    Upload::bytes(&b"fLaC canary audio"[..])
}

fn transcription() -> TranscriptionRequest {
    TranscriptionRequest::new("whisper-large-v3")
}

fn translation() -> TranslationRequest {
    TranslationRequest::new("whisper-large-v3")
}

#[tokio::test]
async fn each_format_has_its_type() {
    let json = r#"{"text":"canary text","x_groq":{"id":"req_1"}}"#;
    let verbose = r#"{"text":"canary text","task":"transcribe","language":"english","duration":"1.5","segments":[],"words":[{"word":"a","start":0,"end":0.5}]}"#;
    let text = Reply::whole(
        200,
        &[("content-type", "text/plain; charset=utf-8")],
        " canary text\n",
    );
    let server = Server::start([
        Reply::json(200, json),
        text.clone(),
        Reply::json(200, verbose),
        Reply::json(200, json),
        text,
        Reply::json(200, verbose),
    ])
    .await;
    let (client, _) = server.client();
    let audio = client.audio();
    assert_eq!(
        audio
            .transcribe(flac(), transcription())
            .await
            .expect("json")
            .text,
        "canary text"
    );
    assert_eq!(
        *audio
            .transcribe_text(flac(), transcription())
            .await
            .expect("text"),
        " canary text\n"
    );
    let request = transcription()
        .with_language(Language::En)
        .with_temperature(0.0)
        .with_prompt("Groq")
        .with_timestamp_granularities([TimestampGranularity::Word, TimestampGranularity::Segment]);
    let reply = audio
        .transcribe_verbose(flac(), request)
        .await
        .expect("verbose");
    assert_eq!(reply.words.as_ref().map(Vec::len), Some(1));
    assert!(audio.translate(flac(), translation()).await.is_ok());
    assert!(audio.translate_text(flac(), translation()).await.is_ok());
    assert!(
        audio
            .translate_verbose(AudioInput::url("https://x.example/a"), translation())
            .await
            .is_ok()
    );

    let requests = server.requests();
    let fields: Vec<_> = requests
        .iter()
        .map(|request| fields(&request.body))
        .collect();
    let model = ("model", "whisper-large-v3");
    assert_eq!(requests[0].line(), "POST /openai/v1/audio/transcriptions");
    assert_eq!(requests[3].line(), "POST /openai/v1/audio/translations");
    assert_eq!(fields[0], owned(&[model, ("file", "fLaC canary audio")]));
    assert_eq!(
        fields[1],
        owned(&[
            model,
            ("response_format", "text"),
            ("file", "fLaC canary audio")
        ])
    );
    assert_eq!(
        fields[2],
        owned(&[
            model,
            ("language", "en"),
            ("prompt", "Groq"),
            ("response_format", "verbose_json"),
            ("temperature", "0"),
            ("timestamp_granularities[]", "word"),
            ("timestamp_granularities[]", "segment"),
            ("file", "fLaC canary audio"),
        ])
    );
    assert_eq!(
        fields[5],
        owned(&[
            model,
            ("response_format", "verbose_json"),
            ("url", "https://x.example/a")
        ])
    );
    assert!(
        String::from_utf8_lossy(&requests[0].body)
            .contains("filename=\"audio.flac\"\r\nContent-Type: audio/flac\r\n")
    );
}

/// The names and values of a form.
fn fields(body: &[u8]) -> Vec<(String, String)> {
    let body = String::from_utf8_lossy(body);
    let boundary = body.split("\r\n").next().expect("a boundary").to_owned();
    let parts = body.split(boundary.as_str()).skip(1);
    parts
        .filter_map(|part| {
            let (head, value) = part.split_once("\r\n\r\n")?;
            let name = head.split("name=\"").nth(1)?.split('"').next()?;
            Some((name.to_owned(), value.trim_end_matches("\r\n").to_owned()))
        })
        .collect()
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn audio_may_stand_in_the_place_of_its_url() {
    let server = Server::start([Reply::json(200, r#"{"text":""}"#)]).await;
    let (client, _) = server.client();
    let audio = AudioInput::base64url([0xfb, 0xff, 0xfe]);
    assert!(!format!("{audio:?}").contains("-__-"));
    client
        .audio()
        .transcribe(audio, transcription())
        .await
        .expect("text");
    let sent = fields(&server.requests()[0].body);
    assert_eq!(sent[1], ("url".to_owned(), "-__-".to_owned()));
}

#[tokio::test]
async fn what_contradicts_itself_is_not_sent() {
    let server = Server::start([]).await;
    let (client, _) = server.client();
    let audio = client.audio();
    for (request, expected) in [
        (transcription().with_url("https://x"), "AudioInput::url"),
        (
            transcription().with_response_format(TranscriptionFormat::Text),
            "response_format",
        ),
        (
            transcription().with_timestamp_granularities([TimestampGranularity::Word]),
            "transcribe_verbose",
        ),
        (transcription().with_prompt("ä".repeat(897)), "896"),
    ] {
        let error = audio.transcribe(flac(), request).await.expect_err(expected);
        assert!(
            error.is_invalid_request() && error.to_string().contains(expected),
            "{error}"
        );
    }
    let nameless = Upload::bytes(&b"plain text"[..]).name("speech");
    let error = audio
        .transcribe(nameless, transcription())
        .await
        .expect_err("of no kind");
    assert!(error.to_string().contains("speech.mp3"), "{error}");
    assert!(
        audio
            .transcribe(AudioInput::url(""), transcription())
            .await
            .is_err()
    );
    assert_eq!(server.count(), 0);
    // 896 characters are not too many, however long they are.
    let server = Server::start([Reply::json(200, r#"{"text":""}"#)]).await;
    let (client, _) = server.client();
    assert!(
        client
            .audio()
            .transcribe(flac(), transcription().with_prompt("ä".repeat(896)))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn json_in_the_place_of_text_is_no_text() {
    let server = Server::start([
        Reply::json(200, r#"{"error":{"message":"no","code":"x"}}"#),
        Reply::json(200, r#"{"text":"t"}"#),
        Reply::whole(200, &[("content-type", "text/html")], "<html>"),
        Reply::whole(200, &[("content-type", "text/plain")], b"\xff"),
    ])
    .await;
    let (client, _) = server.client();
    let mut failures = Vec::new();
    for _ in 0..4 {
        let reply = client
            .audio()
            .transcribe_text(flac(), transcription())
            .await;
        failures.push(reply.expect_err("no text"));
    }
    assert_eq!(failures[0].code(), Some("x"));
    assert!(failures[1].is_unexpected_response() && failures[2].is_unexpected_response());
    assert!(failures[3].is_decode());
    assert!(
        failures
            .iter()
            .all(|error| error.status().is_some() && error.attempts().len() == 1)
    );
}

fn speech() -> SpeechRequest {
    SpeechRequest::new(
        "canopylabs/orpheus-v1-english",
        "[cheerful] canary",
        "hannah",
    )
    .with_response_format(SpeechFormat::Wav)
}

#[tokio::test]
async fn speech_comes_as_bytes_or_a_file() {
    let wav = || Reply::whole(200, &[("content-type", "audio/wav")], b"RIFFcanary");
    let server = Server::start([wav(), wav()]).await;
    let (client, _) = server.client();
    let spoken = client.audio().speak(speech()).await.expect("speech");
    assert_eq!(spoken.bytes().await.expect("bytes"), &b"RIFFcanary"[..]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("speech.wav");
    let spoken = client
        .audio()
        .speak(speech().with_sample_rate(48_000u32).with_speed(1.5))
        .await;
    assert_eq!(
        spoken.expect("speech").save(&path).await.expect("a file"),
        10
    );
    let requests = server.requests();
    assert_eq!(requests[0].line(), "POST /openai/v1/audio/speech");
    assert_eq!(
        requests[1].json(),
        serde_json::json!({"model": "canopylabs/orpheus-v1-english", "input": "[cheerful] canary", "voice": "hannah",
            "response_format": "wav", "sample_rate": 48000, "speed": 1.5})
    );
}

/// B18
#[tokio::test]
async fn json_in_the_place_of_speech_is_an_error_whatever_its_status() {
    let server = Server::start([
        Reply::json(
            200,
            r#"{"error":{"message":"no","code":"model_terms_required"}}"#,
        ),
        Reply::json(200, r#"{"audio":"x"}"#),
        Reply::whole(200, &[("content-type", "text/html")], "<html>"),
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: 99\r\n\r\nRIFF")
            .close(),
    ])
    .await;
    let (client, _) = server.client();
    let error = client.audio().speak(speech()).await.expect_err("an error");
    assert_eq!(error.code(), Some("model_terms_required"));
    assert!(error.to_string().starts_with("create speech: "), "{error}");
    for _ in 0..2 {
        assert!(
            client
                .audio()
                .speak(speech())
                .await
                .expect_err("no audio")
                .is_unexpected_response()
        );
    }
    let cut = client.audio().speak(speech()).await.expect("the beginning");
    assert!(cut.bytes().await.is_err());
}

/// B18
#[tokio::test]
async fn json_in_the_place_of_speech_is_an_error_whatever_it_is_called() {
    let error = r#" {"error":{"message":"no","code":"some_code"}}"#;
    let samples = [b"{".as_slice(), &[0; 5000]].concat();
    let server = Server::start([
        Reply::whole(200, &[("content-type", "audio/wav")], error),
        Reply::whole(200, &[], error),
        Reply::whole(200, &[("content-type", "audio/basic")], &samples),
        Reply::whole(200, &[("content-type", "audio/basic")], ""),
    ])
    .await;
    let (client, _) = server.client();
    for _ in 0..2 {
        let error = client.audio().speak(speech()).await.expect_err("no audio");
        assert_eq!(
            (error.code(), error.attempts().len()),
            (Some("some_code"), 1)
        );
    }
    for expected in [&samples[..], b""] {
        let spoken = client.audio().speak(speech()).await.expect("audio");
        assert!(spoken.bytes().await.expect("all of it") == expected);
    }
}

#[tokio::test]
async fn a_wrong_voice_is_named_with_the_right_ones() {
    let server = Server::repeating(Reply::whole(200, &[("content-type", "audio/wav")], "")).await;
    let (client, _) = server.client();
    let error = client
        .audio()
        .speak(speech().with_voice("Fritz-PlayAI"))
        .await
        .expect_err("no such voice");
    assert!(error.is_invalid_request());
    for word in [
        "Fritz-PlayAI",
        "autumn, diana, hannah, austin, daniel, troy",
    ] {
        assert!(error.to_string().contains(word), "{error}");
    }
    let error = client
        .audio()
        .speak(speech().with_input("a".repeat(201)))
        .await
        .expect_err("too long");
    assert!(error.to_string().contains("at most 200"), "{error}");
    assert_eq!(server.count(), 0);
    // What is not known is not refused, and what is known can be corrected.
    assert!(
        client
            .audio()
            .speak(speech().with_model("new/model").with_voice("x"))
            .await
            .is_ok()
    );
    let mut catalog = Catalog::shipped();
    let mut facts = catalog
        .get("canopylabs/orpheus-v1-english")
        .expect("a model")
        .clone();
    facts.voices = vec!["new".to_owned()];
    catalog.insert(facts);
    let client = server.builder().catalog(catalog).build().expect("a client");
    assert!(
        client
            .audio()
            .speak(speech().with_voice("new"))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn limits_are_those_of_the_catalog_of_the_client() {
    let mut file: serde_json::Value =
        serde_json::from_str(&Catalog::shipped().to_json()).expect("JSON");
    file["service"]["upload_bytes"] = serde_json::json!({"free": 20, "developer": 30});
    file["service"]["file_bytes"] = serde_json::json!(10);
    file["service"]["audio_prompt_chars"] = serde_json::json!(3);
    let catalog = Catalog::from_json(file.to_string().as_bytes()).expect("a catalog");
    let server = Server::handling(|_| Reply::json(200, r#"{"text":"a"}"#)).await;
    let builder = || server.builder().catalog(catalog.clone());
    let free = builder().build().expect("a client");
    let paid = builder().plan(Plan::Developer).build().expect("a client");
    let later = free.with_options(RequestOptions::new().plan(Plan::Developer));
    for (client, bytes, fits) in [
        (&free, 20, true),
        (&free, 21, false),
        (&paid, 30, true),
        (&paid, 31, false),
        (&later, 30, true),
        (&later, 31, false),
    ] {
        let upload = Upload::bytes(vec![0; bytes]).name("a.wav");
        let result = client.audio().transcribe(upload, transcription()).await;
        let refused = result.is_err_and(|error| error.is_limit_exceeded());
        assert_eq!(refused, !fits, "{bytes}");
    }
    let lines = Upload::bytes(vec![0; 11]).name("a.jsonl");
    let refused = free.files().upload(lines, FilePurpose::Batch).await;
    assert!(refused.expect_err("too large").is_limit_exceeded());
    let long = transcription().with_prompt("four");
    let refused = free.audio().transcribe(flac().name("a.flac"), long).await;
    assert!(refused.expect_err("too long").is_invalid_request());
}
