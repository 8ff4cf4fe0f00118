//! The `groq` command as a process: what it prints where, and how it ends.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    io::{Read, Write},
    process::{Child, Command, Output, Stdio},
};

use groq_core::types::{ChatCompletion, FinishReason};
use groq_mock::Mock;
use serde_json::Value;

/// The command with an environment of its own, so that no key of the machine's user is ever used.
fn groq(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_groq"));
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in [
        "GROQ_API_KEY",
        "GROQ_BASE_URL",
        "GROQ_MODEL",
        "GROQ_CUSTOM_HEADERS",
    ] {
        command.env_remove(name);
    }
    command
}

fn run(args: &[&str]) -> Output {
    groq(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// Runs with a server's address and a key, off the runtime that the server lives on.
async fn against(base_url: String, key: &'static str, args: &'static [&'static str]) -> Output {
    let run = move || {
        groq(args)
            .env("GROQ_BASE_URL", base_url)
            .env("GROQ_API_KEY", key)
            .output()
            .unwrap()
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[test]
fn the_demo_needs_nothing_and_shows_figures() {
    let output = run(&["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        stderr(&output).lines().count(),
        1,
        "one line tells of the embedded server: {}",
        stderr(&output)
    );
    for part in ["first token after", "tokens/s", "prompt +"] {
        assert!(
            stdout(&output).contains(part),
            "{part} in {}",
            stdout(&output)
        );
    }
}

#[test]
fn a_prompt_is_an_argument_or_standard_input() {
    let argument = run(&["chat", "--mock", "Explain", "TLS"]);
    assert_eq!(argument.status.code(), Some(0), "{}", stderr(&argument));
    let mut child = groq(&["chat", "--mock"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"Explain TLS")
        .unwrap();
    let piped = child.wait_with_output().unwrap();
    assert_eq!(
        stdout(&piped),
        stdout(&argument),
        "the same prompt, the same reply"
    );
    assert!(
        stdout(&piped).ends_with('\n') && stdout(&piped).trim().len() > 20,
        "{:?}",
        stdout(&piped)
    );
    assert_eq!(stderr(&piped), "");

    let mut child = groq(&["chat", "--mock", "Explain", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"TLS\n").unwrap();
    assert_eq!(
        child.wait_with_output().unwrap().stdout,
        argument.stdout,
        "a dash stands for standard input"
    );
}

#[test]
fn json_is_one_document() {
    let output = run(&["chat", "--mock", "--json", "--max-tokens", "3", "hello"]);
    let completion: ChatCompletion = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(completion.finish_reason(), Some(&FinishReason::Length));
    assert_eq!(stdout(&output).lines().count(), 1);
}

#[test]
fn models_are_a_table_or_a_line_each() {
    let table = run(&["models", "--mock"]);
    assert!(stdout(&table).starts_with("MODEL "), "{}", stdout(&table));
    let lines = run(&["models", "--mock", "--json"]);
    let ids: Vec<String> = stdout(&lines)
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert!(ids.contains(&"openai/gpt-oss-20b".to_owned()), "{ids:?}");
    assert_eq!(stdout(&table).lines().count(), ids.len() + 1);
}

#[test]
fn without_a_key_one_message_names_both_ways_out() {
    for args in [&["chat", "hello"][..], &["models"]] {
        let output = run(args);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stdout(&output), "");
        let message = stderr(&output);
        assert!(
            message.contains("GROQ_API_KEY") && message.contains("--mock"),
            "{message}"
        );
        assert_eq!(message.lines().count(), 1, "{message}");
    }
}

#[test]
fn bad_usage_is_status_2() {
    for args in [
        &["chat", "--mock", "--temperature", "3", "x"][..],
        &["chat", "--mock", "--max-tokens", "0", "x"],
        &["chat", "--mock"],
        &["nonsense"],
        &["chat", "--mock", "--base-url", "http://127.0.0.1:1", "x"],
    ] {
        assert_eq!(run(args).status.code(), Some(2), "{args:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_reached_with_and_without_the_path_in_its_address() {
    let mock = Mock::start().await.unwrap();
    for base_url in [mock.url(), mock.base_url()] {
        let output = against(base_url, "any", &["chat", "hello"]).await;
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    assert_eq!(mock.requests().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_failure_has_its_status() {
    let mock = Mock::builder().api_key("right").start().await.unwrap();
    let wrong = against(mock.url(), "wrong-canary-key", &["chat", "hello"]).await;
    assert_eq!(wrong.status.code(), Some(3), "{}", stderr(&wrong));
    assert!(
        !stderr(&wrong).contains("canary"),
        "the key is nowhere: {}",
        stderr(&wrong)
    );
    let unknown = against(
        mock.url(),
        "right",
        &["chat", "--model", "nobody", "--json", "hello"],
    )
    .await;
    assert_eq!(unknown.status.code(), Some(4));
    let error: Value = serde_json::from_str(stderr(&unknown)).unwrap();
    assert_eq!(error["error"]["code"], "model_not_found");
    let url = mock.url();
    mock.shutdown().await;
    let gone = against(url, "right", &["models"]).await;
    assert_eq!(gone.status.code(), Some(6), "{}", stderr(&gone));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_goes_away_ends_it_quietly() {
    let mock = Mock::builder()
        .tokens_per_second(50.0)
        .start()
        .await
        .unwrap();
    let mut child = slow_chat(&mock);
    // Read the beginning, and close the pipe.
    let mut pipe = child.stdout.take().unwrap();
    pipe.read_exact(&mut [0; 4]).unwrap();
    drop(pipe);
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap())
        .await
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_ends_it_quietly() {
    let mock = Mock::builder()
        .tokens_per_second(5.0)
        .start()
        .await
        .unwrap();
    let mut child = slow_chat(&mock);
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut [0; 4])
        .unwrap();
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap())
        .await
        .unwrap();
    assert_eq!((output.status.code(), stderr(&output)), (Some(130), ""));
}

/// A chat whose reply takes its time.
fn slow_chat(mock: &Mock) -> Child {
    groq(&["chat", "Tell me of the sea, at length."])
        .env("GROQ_BASE_URL", mock.url())
        .env("GROQ_API_KEY", "any")
        .spawn()
        .unwrap()
}
