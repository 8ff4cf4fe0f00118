//! Pipes: input that comes, input that is not meant, and readers that go away.

use std::process::Stdio;

use super::support::{document, ends_with, groq, run, run_with, stderr, stdout};

#[test]
fn words_and_a_pipe_are_both_the_prompt() {
    let output = run_with(
        &["chat", "--dry-run", "--json", "Summarize"],
        b"a long text\n",
    );
    ends_with(&output, 0);
    assert_eq!(
        document(&output)["body"]["messages"][0]["content"],
        "Summarize\n\na long text"
    );
}

#[test]
fn a_pipe_that_is_empty_changes_nothing() {
    let output = run_with(&["chat", "--dry-run", "--json", "Hello"], b"");
    assert_eq!(document(&output)["body"]["messages"][0]["content"], "Hello");
}

#[test]
fn a_pipe_that_is_open_and_silent_is_left_out_with_a_note() {
    let mut child = groq(&["chat", "--dry-run", "--json", "Hello"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let held = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(held);
    ends_with(&output, 0);
    assert_eq!(document(&output)["body"]["messages"][0]["content"], "Hello");
    let mut child = groq(&["chat", "--mock", "Hello"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let held = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(held);
    assert!(
        stderr(&output).contains("open but silent"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_reader_that_never_was_is_no_error() {
    for args in [
        &["models", "--mock"][..],
        &["models", "--mock", "--json"],
        &["chat", "--mock", "hello"],
        &["json", "--mock", "--example", "[1]", "hello"],
        &["chat", "--dry-run", "hello"],
        &["voices"],
        &["--help"],
        &["completions", "bash"],
    ] {
        let mut child = groq(args).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), stderr(&output)),
            (Some(0), ""),
            "{args:?}"
        );
    }
}

#[test]
fn markdown_and_escapes_pass_through_a_pipe_untouched() {
    let mock = groq_mock::Mock::builder().start_blocking().unwrap();
    let text = "# *a*\u{1b}[31m\n";
    let answer = serde_json::json!({
        "id": "c", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
    });
    mock.always(groq_mock::When::any(), groq_mock::Reply::json(200, &answer));
    let url = mock.url();
    let output = groq(&["chat", "--json", "--base-url", &url, "hi"])
        .env("GROQ_API_KEY", "any")
        .output()
        .unwrap();
    ends_with(&output, 0);
    assert_eq!(document(&output)["choices"][0]["message"]["content"], text);
    assert!(!stdout(&output).contains('\u{1b}'), "JSON escapes it");
}

#[test]
fn quiet_is_quiet_and_verbose_prints_attempts() {
    let output = run(&["chat", "--mock", "-v", "hello"]);
    assert!(
        stderr(&output).contains("attempt 1: status 200"),
        "{}",
        stderr(&output)
    );
    assert!(
        stderr(&output).contains("request req_") && stderr(&output).contains('$'),
        "{}",
        stderr(&output)
    );
    let folder = tempfile::tempdir().unwrap();
    let sound = super::support::recording(folder.path(), "a.wav", 2);
    let output = run(&["transcribe", "--mock", "-q", sound.to_str().unwrap()]);
    ends_with(&output, 0);
    assert_eq!(stderr(&output), "");
}
