//! Recordings: made of another mock, and given again without it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use groq_mock::{Fault, Mock, Reply, When};
use serde_json::{Value, json};

use crate::client::{Answer, CHAT, Client, End, Part, get, head, post, upload};

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
async fn a_stream_is_handed_on_while_it_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let service = Mock::start().await.unwrap();
    let stalled = Reply::generated().fault(Fault::StallAfterEvents {
        events: 2,
        pause: Duration::MAX,
    });
    let broken = Reply::generated().fault(Fault::AbortAfterEvents(3));
    service.script(When::any(), [stalled, broken]);
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let mut client = Client::connect(&recorder).await;
    let body = ask("Hi", true).to_string();
    let head = head("POST", CHAT, body.len());
    client.write(format!("{head}{body}")).await;
    client.until(b"\"role\":\"assistant\"").await;
    drop(client);
    let broken = post(&recorder, CHAT, &ask("Hi", true)).await;
    assert_eq!((broken.end, broken.chunks.is_empty()), (End::Closed, false));
    assert!(!path.exists(), "what is not whole is not recorded");
    let whole = post(&recorder, CHAT, &ask("Hi", true)).await;
    assert_eq!(whole.end, End::Complete);
    let player = Mock::builder().replay(&path).start().await.unwrap();
    assert_eq!(post(&player, CHAT, &ask("Hi", true)).await.body, whole.body);
}

#[tokio::test]
async fn secrets_of_a_query_are_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let service = Mock::start().await.unwrap();
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let names = [
        "key",
        "api_key",
        "apiKey",
        "Access-Token",
        "X-Amz-Signature",
        "p",
    ];
    let target = |secret: &str| {
        let pairs = names.map(|name| format!("{name}={secret}"));
        format!("/x?{}&page=2", pairs.join("&"))
    };
    assert_eq!(
        get(&recorder, &target("planted%2Dcanary")).await.status,
        404
    );
    assert_eq!(
        get(&recorder, "/y?pwd=abc&keyboard=visible").await.status,
        404
    );
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains("canary") && !text.contains("abc"), "{text}");
    assert!(text.contains("page") && text.contains("visible"), "{text}");
    let player = Mock::builder().replay(&path).start().await.unwrap();
    assert_eq!(get(&player, &target("of-somebody-else")).await.status, 404);
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

/// The caller's key in the spellings that may stand somewhere.
fn spellings(key: &str) -> Vec<String> {
    let each = |spell: fn(u8) -> String| key.bytes().map(spell).collect::<String>();
    vec![
        key.to_owned(),
        each(|byte| format!("%{byte:02X}")),
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("{byte:02x}")),
        STANDARD.encode(key),
        STANDARD.encode(format!("user:{key}")),
        URL_SAFE_NO_PAD.encode(format!("{{\"a\":\"{key}\"}}")),
    ]
}

/// A canary in all places of requests and answers.
#[tokio::test]
async fn the_own_key_is_nowhere_in_a_recording() {
    const KEY: &str = "canary/of+this-test";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let service = Mock::start().await.unwrap();
    let echo = Reply::from_fn(|_| {
        let spelled = spellings(KEY).join(" | ");
        Reply::new(200)
            .header("content-type", format!("application/json; a={KEY}"))
            .header("x-request-id", format!("req_{KEY}"))
            .header("retry-after", spelled.replace('\\', "%5C"))
            .header("x-ratelimit-limit-tokens", STANDARD.encode(KEY))
            .body(format!("{{\"echo\": \"{spelled}\"}}"))
    });
    service.always(When::any(), echo);
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let spelled = spellings(KEY);
    let body = json!({"key": KEY, "more": spelled}).to_string();
    let binary = [b"\xff\xfe ".as_slice(), KEY.as_bytes()].concat();
    let encoded = &spelled[1];
    for (content_type, body) in [("application/json", body.as_bytes()), ("audio/x", &binary)] {
        let mut client = Client::connect(&recorder).await;
        let head = format!(
            "POST /openai/v1/{encoded}/x?key={encoded}&{encoded}=1&b={} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {KEY}\r\n\
             accept: text/x-{KEY}\r\ncontent-type: {content_type}; b={KEY}\r\ncontent-length: {}\r\n\r\n",
            STANDARD.encode(KEY).replace('=', "%3D"),
            body.len(),
        );
        client.write([head.as_bytes(), body].concat()).await;
        assert_eq!(client.answer().await.status, 200);
    }
    assert!(
        service.requests()[1].body().ends_with(KEY.as_bytes()),
        "what is handed on is whole"
    );
    let text = std::fs::read_to_string(&path).unwrap();
    let base64: Vec<&str> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("body_base64: "))
        .collect();
    let decoded = base64
        .iter()
        .map(|text| String::from_utf8_lossy(&STANDARD.decode(text).unwrap()).into_owned());
    let all = format!("{text}{}", decoded.collect::<String>());
    assert!(all.matches("REDACTED").count() > 20, "{text}");
    for spelling in spellings(KEY) {
        let lower = all.to_lowercase();
        assert!(
            !lower.contains(&spelling.to_lowercase()),
            "{spelling}: {text}"
        );
    }
    assert!(!all.contains("canary") && !all.contains("Bearer"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[tokio::test]
async fn a_recording_fits_a_request_with_another_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let service = Mock::start().await.unwrap();
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let ask = async |mock: &Mock, key: &str| {
        let body = json!({"user": key}).to_string();
        let encoded = &spellings(key)[1];
        let mut client = Client::connect(mock).await;
        let length = body.len();
        let head = format!(
            "POST /x/{key}?key={encoded} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n"
        );
        client
            .write(format!("{head}content-length: {length}\r\n\r\n{body}"))
            .await;
        client.answer().await.status
    };
    assert_eq!(ask(&recorder, "the-first-key").await, 404);
    let player = Mock::builder().replay(&path).start().await.unwrap();
    assert_eq!(ask(&player, "another-key").await, 404);
}

#[tokio::test]
async fn requests_of_web_pages_are_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let service = Mock::start().await.unwrap();
    let recorder = Mock::builder()
        .record(service.url(), folder.path().join("a.yaml"))
        .start()
        .await
        .unwrap();
    for header in [
        "origin: http://evil.example",
        "origin: null",
        "origin: http://localhost:1",
        "sec-fetch-site: cross-site",
    ] {
        let mut client = Client::connect(&recorder).await;
        client
            .write(format!("GET /openai/v1/models HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer x\r\n{header}\r\n\r\n"))
            .await;
        assert_eq!(client.answer().await.status, 403, "{header}");
    }
    assert!(service.requests().is_empty());
    assert_eq!(get(&recorder, "/openai/v1/models").await.status, 200);
}

#[tokio::test]
async fn addresses_that_would_show_the_key_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    for address in [
        "http://api.groq.com",
        "http://10.0.0.1:80",
        "ftp://localhost",
        "https://user:pa55@localhost",
        "http://localhost.evil.example",
    ] {
        let refused = Mock::builder()
            .record(address, &path)
            .start()
            .await
            .unwrap_err();
        assert!(refused.is_recording(), "{address}");
        assert!(!format!("{refused:?}").contains("pa55"), "{refused:?}");
    }
    for address in [
        "http://localhost:1",
        "http://127.0.0.1:1",
        "http://[::1]:1",
        "https://localhost",
    ] {
        assert!(
            Mock::builder().record(address, &path).start().await.is_ok(),
            "{address}"
        );
    }
}

#[cfg(unix)]
#[tokio::test]
async fn recordings_follow_no_link() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let (path, victim) = (folder.path().join("a.yaml"), folder.path().join("victim"));
    std::fs::write(&victim, "mine").unwrap();
    symlink(&victim, &path).unwrap();
    let service = Mock::start().await.unwrap();
    let refused = Mock::builder().record(service.url(), &path).start().await;
    assert!(refused.is_err_and(|error| error.is_recording()));
    // A link that is planted later, in either place.
    std::fs::remove_file(&path).unwrap();
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    symlink(&victim, folder.path().join("a.yaml.part")).unwrap();
    assert_eq!(get(&recorder, "/openai/v1/models").await.status, 200);
    std::fs::remove_file(&path).unwrap();
    symlink(&victim, &path).unwrap();
    assert_eq!(get(&recorder, "/openai/v1/models").await.status, 502);
    assert_eq!(std::fs::read_to_string(&victim).unwrap(), "mine");
}
