//! Chats and models, from the outside.

use std::{
    io::Read,
    process::{Child, Output},
};

use groq_core::types::{ChatCompletion, FinishReason};
use groq_mock::Mock;
use serde_json::Value;

#[cfg(unix)]
use super::support::send;
use super::support::{ends_with, groq, run, run_with, stderr, stdout};

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
fn the_demo_needs_nothing_and_shows_every_layer() {
    let output = run(&["demo"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for part in [
        "tokens/s",
        "Meeting {",
        "multiply",
        "6223",
        "00:00:0",
        "every word is back, once",
        "German    Guten Tag",
        "8 of 8 as expected",
    ] {
        assert!(
            stdout(&output).contains(part),
            "{part} in {}",
            stdout(&output)
        );
    }
    assert_eq!(stderr(&output), "", "no bars in a pipe");
}

#[test]
fn a_prompt_is_an_argument_or_standard_input() {
    let argument = run(&["chat", "--mock", "Explain", "TLS"]);
    assert_eq!(argument.status.code(), Some(0), "{}", stderr(&argument));
    let piped = run_with(&["chat", "--mock"], b"Explain TLS");
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

    assert_eq!(
        run_with(&["chat", "--mock", "Explain", "-"], b"TLS\n").stdout,
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
fn a_stream_is_a_line_for_each_chunk() {
    let output = run(&["chat", "--mock", "--json", "--stream", "hello"]);
    let chunks: Vec<Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(chunks.len() > 2, "{}", stdout(&output));
    assert!(
        chunks
            .iter()
            .all(|chunk| chunk["object"] == "chat.completion.chunk")
    );
}

#[test]
fn json_fits_the_schema_or_is_not_printed() {
    let output = run(&[
        "json",
        "--mock",
        "--example",
        r#"{"n": 1, "tags": ["a"]}"#,
        "n=3",
    ]);
    let value: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(value["n"], 3);
    assert!(value["tags"].is_array());
    let args = [
        "json",
        "--mock",
        "--json",
        "--mode",
        "prompt",
        "--max-corrections",
        "1",
    ];
    let output = run(&[&args[..], &["--example", r#"{"n": 1}"#, "hello"]].concat());
    assert_eq!((output.status.code(), stdout(&output)), (Some(8), ""));
    let error: Value = serde_json::from_str(stderr(&output)).unwrap();
    assert_eq!(error["error"]["attempts"], 2);
}

#[test]
fn an_example_may_be_any_value() {
    for (example, is_right) in [
        ("5", Value::is_i64 as fn(&Value) -> bool),
        ("\"a\"", Value::is_string),
        ("true", Value::is_boolean),
        ("[\"a\"]", Value::is_array),
    ] {
        let output = run(&["json", "--mock", "--example", example, "hello"]);
        ends_with(&output, 0);
        let value: Value = serde_json::from_str(stdout(&output)).unwrap();
        assert!(is_right(&value), "{example}: {value}");
    }
}

#[test]
fn texts_may_begin_with_a_dash() {
    let output = run(&[
        "chat", "--mock", "--system", "-brief-", "--stop", "---", "--", "-x",
    ]);
    ends_with(&output, 0);
}

#[test]
fn a_reply_that_is_cut_off_is_reported() {
    let output = run(&["chat", "--mock", "--max-tokens", "40", "Tell me of the sea"]);
    ends_with(&output, 0);
    assert!(
        stderr(&output).contains("--max-tokens"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn thoughts_are_apart_from_the_reply() {
    for model in ["openai/gpt-oss-20b", "qwen/qwen3.8-27b"] {
        let chat = |format: &str| {
            let output = run(&[
                "chat",
                "--mock",
                "--model",
                model,
                "--reasoning-format",
                format,
                "Why?",
            ]);
            ends_with(&output, 0);
            output
        };
        let (parsed, hidden) = (chat("parsed"), chat("hidden"));
        assert_eq!(stdout(&parsed), stdout(&hidden), "{model}");
        assert!(!stdout(&parsed).contains("<think>") && stdout(&parsed).len() > 20);
        assert!(stderr(&parsed).ends_with("\n\n"), "{:?}", stderr(&parsed));
        assert_eq!(stderr(&hidden), "");
        let plain = run(&["chat", "--mock", "--model", model, "Why?"]);
        assert_eq!(stdout(&plain), stdout(&hidden), "{model}");
    }
}

#[test]
fn models_are_tables_or_a_line_each() {
    let table = run(&["models", "--mock"]);
    assert!(stdout(&table).starts_with("Chat "), "{}", stdout(&table));
    let lines = run(&["models", "--mock", "--json"]);
    let models: Vec<Value> = stdout(&lines)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for model in &models {
        assert!(
            stdout(&table).contains(model["id"].as_str().unwrap()),
            "{model}"
        );
        assert!(model["facts"]["kind"].is_string(), "{model}");
    }
    assert!(models.len() > 10);
}

#[test]
fn the_mock_prints_its_address_and_injects_faults() {
    use std::io::{BufRead as _, BufReader};
    let mut server = groq(&["mock", "--port", "0", "--faults", "401, 429=7, ok"])
        .spawn()
        .unwrap();
    let mut first = String::new();
    BufReader::new(server.stdout.as_mut().unwrap())
        .read_line(&mut first)
        .unwrap();
    let ask_with = |more: &[&str]| {
        let args = ["chat", "--base-url", first.trim()];
        groq(&[&args[..], &["Reply with exactly: pong"], more].concat())
            .env("GROQ_API_KEY", "any")
            .output()
            .unwrap()
    };
    let ask = || ask_with(&[]);
    assert_eq!(ask().status.code(), Some(3));
    let limited = ask_with(&["--json", "--max-retries", "0"]);
    let failure: Value = serde_json::from_str(stderr(&limited)).unwrap();
    assert_eq!(failure["error"]["retry_after"], 7.0);
    assert_eq!(stdout(&ask()), "pong\n");
    #[cfg(unix)]
    {
        send("-INT", server.id());
        assert_eq!(server.wait().unwrap().code(), Some(0));
    }
    #[cfg(not(unix))]
    server.kill().unwrap();
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
    for signal in ["-INT", "-TERM"] {
        let mut child = slow_chat(&mock);
        child
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut [0; 4])
            .unwrap();
        send(signal, child.id());
        let output = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap())
            .await
            .unwrap();
        assert_eq!((output.status.code(), stderr(&output)), (Some(130), ""));
    }
}

/// A chat whose reply takes its time.
fn slow_chat(mock: &Mock) -> Child {
    groq(&["chat", "Tell me of the sea, at length."])
        .env("GROQ_BASE_URL", mock.url())
        .env("GROQ_API_KEY", "any")
        .spawn()
        .unwrap()
}
