//! Recordings: made of another mock, and given again without it.

use groq_mock::{Mock, Reply, When};
use serde_json::{Value, json};

use crate::client::{Answer, CHAT, Part, get, post, upload};

fn ask(prompt: &str, stream: bool) -> Value {
    json!({"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": prompt}], "stream": stream})
}

fn speech() -> Value {
    json!({"model": "canopylabs/orpheus-v1-english", "input": "Hi.", "voice": "troy", "response_format": "wav"})
}

async fn all(mock: &Mock) -> Vec<Answer> {
    let form: [Part<'_>; 2] = [
        ("model", None, b"whisper-large-v3"),
        ("url", None, b"https://a.example/b.mp3"),
    ];
    vec![
        post(mock, CHAT, &ask("Hi", false)).await,
        post(mock, CHAT, &ask("Hi", true)).await,
        post(mock, CHAT, &ask("Hi", false)).await,
        get(mock, "/openai/v1/models").await,
        get(mock, "/openai/v1/models/nothing?a=b%20c").await,
        post(mock, "/openai/v1/audio/speech", &speech()).await,
        upload(mock, "/openai/v1/audio/transcriptions", &form).await,
    ]
}

#[tokio::test]
async fn what_is_recorded_is_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/all.yaml");
    let service = Mock::start().await.unwrap();
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let first_answers = all(&recorder).await;
    assert_eq!(service.requests().len(), first_answers.len());
    let key = service.requests()[0]
        .header("authorization")
        .map(str::to_owned);
    assert!(key.is_some(), "the caller's key is handed on");
    drop((recorder, service));

    let player = Mock::builder().replay(&path).start().await.unwrap();
    let again = all(&player).await;
    for (one, two) in first_answers.iter().zip(&again) {
        assert_eq!((one.status, &one.body), (two.status, &two.body));
        for name in ["content-type", "x-request-id", "x-ratelimit-limit-tokens"] {
            assert_eq!(one.header(name), two.header(name), "{name}");
        }
    }
    assert!(again[1].chunks.len() > 3, "a stream comes in its events");
    // Equal requests got two answers, with ids of their own; after that the last one comes again.
    assert_ne!(again[0].body, again[2].body);
    assert_eq!(
        post(&player, CHAT, &ask("Hi", false)).await.body,
        again[2].body
    );

    let unknown = post(&player, CHAT, &ask("Something else", false)).await;
    assert_eq!(unknown.status, 400);
    let message = unknown.error()["message"].as_str().unwrap().to_owned();
    for part in ["all.yaml", CHAT, "3 of this path", "GROQ_RECORD=1"] {
        assert!(message.contains(part), "{message}");
    }
    player.script(When::post(CHAT), [Reply::new(503)]);
    assert_eq!(post(&player, CHAT, &ask("Hi", false)).await.status, 503);
}

#[tokio::test]
async fn secrets_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let service = Mock::start().await.unwrap();
    let told = json!({"error": {"message": "organization `org_01abcdefgh` with gsk_0123456789abcdef", "type": "tokens"}});
    let reply = Reply::json(429, &told)
        .header("set-cookie", "__cf=secretcookie")
        .header("x-organization", "org_01abcdefgh")
        .header("retry-after", "7");
    service.always(When::any(), reply);
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let answer = post(
        &recorder,
        CHAT,
        &ask("my key is gsk_0123456789abcdef", false),
    )
    .await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (429, Some("7"))
    );
    let text = std::fs::read_to_string(&path).unwrap();
    for secret in [
        "0123456789abcdef",
        "01abcdefgh",
        "secretcookie",
        "Bearer",
        "authorization",
    ] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let player = Mock::builder().replay(&path).start().await.unwrap();
    let again = post(&player, CHAT, &ask("my key is gsk_0123456789abcdef", false)).await;
    assert_eq!(
        (again.status, again.header("retry-after")),
        (429, Some("7"))
    );
}

#[tokio::test]
async fn what_cannot_be_used_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let missing = Mock::recorded(&path).await.unwrap_err();
    assert!(missing.is_recording() && missing.to_string().contains("a.yaml"));
    std::fs::write(&path, "when: [").unwrap();
    assert!(
        Mock::builder()
            .replay(&path)
            .start()
            .await
            .is_err_and(|error| error.is_recording())
    );
    let nowhere = Mock::builder().record("nowhere", &path).start().await;
    assert!(nowhere.is_err_and(|error| error.is_recording()));
    // Nobody listens there.
    let gone = Mock::start().await.unwrap().url();
    let recorder = Mock::builder().record(gone, &path).start().await.unwrap();
    assert_eq!(get(&recorder, "/openai/v1/models").await.status, 502);
}
