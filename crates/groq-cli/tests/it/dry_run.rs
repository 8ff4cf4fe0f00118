//! `--dry-run`: the request, and nothing else happens.

use super::support::{document, ends_with, groq, recording, run, stderr, stdout};

#[test]
fn each_command_shows_its_request_and_needs_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let sound = recording(folder.path(), "a.wav", 1);
    let sound = sound.to_str().unwrap();
    let out = folder.path().join("out");
    let out = out.to_str().unwrap();
    let items = folder.path().join("items.jsonl");
    std::fs::write(&items, "{\"id\":1,\"prompt\":\"a\"}").unwrap();
    let items = items.to_str().unwrap();
    let new = folder.path().join("new/");
    let new = new.to_str().unwrap();
    for (args, method, path) in [
        (
            &["chat", "hello"][..],
            "POST",
            "/openai/v1/chat/completions",
        ),
        (
            &["json", "--example", "[1]", "hello"],
            "POST",
            "/openai/v1/chat/completions",
        ),
        (
            &["transcribe", sound, "-o", out],
            "POST",
            "/openai/v1/audio/transcriptions",
        ),
        (
            &["translate", sound],
            "POST",
            "/openai/v1/audio/translations",
        ),
        (
            &["speak", "hello", "-o", out],
            "POST",
            "/openai/v1/audio/speech",
        ),
        (&["models"], "GET", "/openai/v1/models"),
        (&["limits"], "POST", "/openai/v1/chat/completions"),
        (&["files", "list"], "GET", "/openai/v1/files"),
        (&["files", "get", "a"], "GET", "/openai/v1/files/a"),
        (&["files", "delete", "a"], "DELETE", "/openai/v1/files/a"),
        (
            &["files", "download", "a"],
            "GET",
            "/openai/v1/files/a/content",
        ),
        (&["files", "upload", items], "POST", "/openai/v1/files"),
        (&["batch", "list"], "GET", "/openai/v1/batches"),
        (&["batch", "get", "a"], "GET", "/openai/v1/batches/a"),
        (
            &["batch", "cancel", "a"],
            "POST",
            "/openai/v1/batches/a/cancel",
        ),
        (
            &["batch", "run", items, "-o", out],
            "POST",
            "/openai/v1/files",
        ),
        (&["speak", "hello"], "POST", "/openai/v1/audio/speech"),
        (
            &["transcribe", sound, "-o", new],
            "POST",
            "/openai/v1/audio/transcriptions",
        ),
        (&["doctor"], "GET", "/openai/v1/models"),
    ] {
        let output = run(&[args, &["--dry-run", "--json"]].concat());
        ends_with(&output, 0);
        let request = document(&output);
        assert_eq!(request["method"], method, "{args:?}");
        assert_eq!(
            request["url"],
            format!("https://api.groq.com{path}"),
            "{args:?}"
        );
        assert_eq!(
            request["headers"]["authorization"], "Bearer [hidden]",
            "{args:?}"
        );
        assert_eq!(stderr(&output), "", "{args:?}");
    }
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["a.wav", "items.jsonl"], "nothing is written");
}

#[test]
fn neither_the_key_nor_a_header_that_may_hold_one_is_shown() {
    let output = groq(&["chat", "--dry-run", "hello"])
        .env("GROQ_API_KEY", "gsk_canary")
        .env(
            "GROQ_CUSTOM_HEADERS",
            "X-Gateway-Token: canary\nGroq-Model-Version: latest",
        )
        .output()
        .unwrap();
    ends_with(&output, 0);
    assert!(!stdout(&output).contains("canary"), "{}", stdout(&output));
    assert!(
        stdout(&output).contains("groq-model-version: latest"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn the_address_is_the_one_that_was_asked_for() {
    let output = run(&[
        "models",
        "--dry-run",
        "--base-url",
        "http://127.0.0.1:9/v1/",
    ]);
    assert!(
        stdout(&output).starts_with("GET http://127.0.0.1:9/v1/models\n"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_form_is_shown_part_by_part() {
    let folder = tempfile::tempdir().unwrap();
    let sound = recording(folder.path(), "a.wav", 1);
    let output = run(&[
        "transcribe",
        "--dry-run",
        sound.to_str().unwrap(),
        "--language",
        "en",
    ]);
    for part in [
        "model: whisper-large-v3-turbo",
        "language: en",
        "file (audio.wav): [32044 bytes]",
    ] {
        assert!(
            stdout(&output).contains(part),
            "{part} in {}",
            stdout(&output)
        );
    }
}

#[test]
fn where_there_is_no_request_it_says_so() {
    for args in [
        &["mock", "--dry-run"][..],
        &["demo", "--dry-run"],
        &["voices", "--dry-run"],
    ] {
        let output = run(args);
        ends_with(&output, 2);
        assert!(
            stderr(&output).contains("no request"),
            "{}",
            stderr(&output)
        );
    }
}
