//! Batches: the states in order, results and failures, cancellation and expiry.

use std::time::Duration;

use groq_mock::Mock;
use groq_types::{Batch, BatchList, BatchResponseLine};
use serde_json::{Value, json};

use crate::client::{get, post, upload};
use crate::files::FILES;

const BATCHES: &str = "/openai/v1/batches";
const CHAT: &str = "/v1/chat/completions";

fn line(id: &str, model: &str) -> String {
    let body = json!({"model": model, "messages": [{"role": "user", "content": id}]});
    json!({"custom_id": id, "method": "POST", "url": CHAT, "body": body}).to_string() + "\n"
}

async fn file(mock: &Mock, content: &str) -> String {
    let parts = [
        ("purpose", None, &b"batch"[..]),
        ("file", Some("in.jsonl"), content.as_bytes()),
    ];
    let answer = upload(mock, FILES, &parts).await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn begin(mock: &Mock, content: &str) -> Value {
    let file = file(mock, content).await;
    let body = json!({"input_file_id": file, "endpoint": CHAT, "completion_window": "24h", "metadata": {"a": "b"}});
    let answer = post(mock, BATCHES, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let _: Batch = serde_json::from_slice(&answer.body).unwrap();
    answer.json()
}

async fn look(mock: &Mock, batch: &Value) -> Value {
    let id = batch["id"].as_str().unwrap();
    let answer = get(mock, &format!("{BATCHES}/{id}")).await;
    let _: Batch = serde_json::from_slice(&answer.body).unwrap();
    answer.json()
}

async fn lines(mock: &Mock, file: &Value) -> Vec<Value> {
    let path = format!("{FILES}/{}/content", file.as_str().unwrap());
    let text = get(mock, &path).await.text();
    let parsed = |line: &str| {
        let _: BatchResponseLine = serde_json::from_str(line).unwrap();
        serde_json::from_str(line).unwrap()
    };
    text.lines().map(parsed).collect()
}

#[tokio::test]
async fn a_batch_goes_through_its_states() {
    let mock = Mock::start().await.unwrap();
    let good = "openai/gpt-oss-20b";
    let input = line("one", good) + &line("two", "no/such") + &line("three", good);
    let made = begin(&mock, &input).await;
    assert_eq!(made["status"], "validating");
    assert_eq!(made["metadata"], json!({"a": "b"}));
    for null in [
        "errors",
        "output_file_id",
        "error_file_id",
        "in_progress_at",
        "failed_at",
        "expired_at",
    ] {
        assert_eq!(made.get(null), Some(&Value::Null), "{null}");
    }
    assert_eq!(
        made["expires_at"].as_u64().unwrap() - made["created_at"].as_u64().unwrap(),
        86_400
    );
    let mut seen = Vec::new();
    let mut batch = made;
    while batch["status"] != "completed" {
        batch = look(&mock, &batch).await;
        let counts = &batch["request_counts"];
        seen.push((
            batch["status"].as_str().unwrap().to_owned(),
            counts["completed"].as_u64().unwrap() + counts["failed"].as_u64().unwrap(),
        ));
    }
    let expected = [
        ("in_progress", 0),
        ("in_progress", 2),
        ("finalizing", 3),
        ("completed", 3),
    ];
    assert_eq!(
        seen,
        expected.map(|(status, done)| (status.to_owned(), done))
    );
    assert_eq!(
        batch["request_counts"],
        json!({"total": 3, "completed": 2, "failed": 1})
    );
    let results = lines(&mock, &batch["output_file_id"]).await;
    let ids: Vec<&str> = results
        .iter()
        .map(|line| line["custom_id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["three", "one"]);
    assert_eq!(results[0]["response"]["status_code"], 200);
    assert_eq!(results[0]["response"]["body"]["object"], "chat.completion");
    assert_eq!(results[0]["error"], Value::Null);
    let failures = lines(&mock, &batch["error_file_id"]).await;
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0]["custom_id"], "two");
    assert_eq!(failures[0]["response"]["status_code"], 404);
    assert_eq!(
        failures[0]["response"]["body"]["error"]["code"],
        "model_not_found"
    );
    assert_eq!(look(&mock, &batch).await, batch);
    let list = get(&mock, BATCHES).await;
    let typed: BatchList = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(typed.data.len(), 1);
    assert_eq!(list.json(), json!({"object": "list", "data": [batch]}));
}

#[tokio::test]
async fn a_file_with_mistakes_fails_the_batch() {
    let mock = Mock::start().await.unwrap();
    let batch = begin(&mock, &(line("a", "x") + "oops\n" + &line("a", "x"))).await;
    let failed = look(&mock, &batch).await;
    assert_eq!(failed["status"], "failed");
    assert!(failed["failed_at"].is_u64());
    let errors = failed["errors"]["data"].as_array().unwrap();
    assert_eq!(failed["errors"]["object"], "list");
    assert_eq!((errors.len(), &errors[0]["line"]), (2, &json!(2)));
    assert_eq!(errors[1]["code"], "duplicate_custom_id");
}

#[tokio::test]
async fn a_cancelled_batch_keeps_what_has_run() {
    let mock = Mock::start().await.unwrap();
    let input: String = (0..4)
        .map(|n| line(&n.to_string(), "openai/gpt-oss-20b"))
        .collect();
    let batch = begin(&mock, &input).await;
    look(&mock, &batch).await;
    look(&mock, &batch).await;
    let path = format!("{BATCHES}/{}/cancel", batch["id"].as_str().unwrap());
    for _ in 0..2 {
        let cancelling = post(&mock, &path, &json!({})).await;
        assert_eq!(
            (cancelling.status, cancelling.json()["status"].as_str()),
            (200, Some("cancelling"))
        );
    }
    let cancelled = look(&mock, &batch).await;
    assert_eq!(cancelled["status"], "cancelled");
    assert!(cancelled["cancelling_at"].is_u64() && cancelled["cancelled_at"].is_u64());
    assert_eq!(
        cancelled["request_counts"],
        json!({"total": 4, "completed": 2, "failed": 0})
    );
    assert_eq!(lines(&mock, &cancelled["output_file_id"]).await.len(), 2);
    assert_eq!(cancelled["error_file_id"], Value::Null);
    assert_eq!(post(&mock, &path, &json!({})).await.status, 409);
}

#[tokio::test]
async fn an_expired_batch_tells_what_has_not_run() {
    let window = Duration::from_millis(300);
    let mock = Mock::builder()
        .batch_expires_after(window)
        .start()
        .await
        .unwrap();
    let input: String = (0..4)
        .map(|n| line(&n.to_string(), "openai/gpt-oss-20b"))
        .collect();
    let batch = begin(&mock, &input).await;
    tokio::time::sleep(window).await;
    let expired = look(&mock, &batch).await;
    assert_eq!(expired["status"], "expired");
    assert!(expired["expired_at"].is_u64());
    assert_eq!(expired["completed_at"], Value::Null);
}

#[tokio::test]
async fn a_pace_moves_batches_by_the_clock() {
    let step = Duration::from_millis(100);
    let mock = Mock::builder().batch_step(step).start().await.unwrap();
    let batch = begin(&mock, &line("a", "openai/gpt-oss-20b")).await;
    for _ in 0..3 {
        assert_ne!(look(&mock, &batch).await["status"], "completed");
    }
    tokio::time::sleep(step * 6).await;
    assert_eq!(look(&mock, &batch).await["status"], "completed");
}

#[tokio::test]
async fn batches_that_are_refused() {
    let mock = Mock::start().await.unwrap();
    let file = file(&mock, "{}\n").await;
    let body = |key: &str, value: Value| {
        let mut body = json!({"input_file_id": file, "endpoint": CHAT, "completion_window": "24h"});
        body[key] = value;
        body
    };
    for (key, value, status) in [
        ("input_file_id", json!("file_none"), 404),
        ("endpoint", json!("/openai/v1/chat/completions"), 400),
        ("completion_window", json!("8d"), 400),
        ("completion_window", json!(24), 400),
        ("metadata", json!({"a": 1}), 400),
        ("extra", json!(1), 400),
    ] {
        let answer = post(&mock, BATCHES, &body(key, value)).await;
        assert_eq!(answer.status, status, "{key}: {}", answer.text());
        assert!(answer.error()["message"].is_string());
    }
    assert_eq!(get(&mock, &format!("{BATCHES}/none")).await.status, 404);
    assert_eq!(
        post(&mock, &format!("{BATCHES}/none/cancel"), &json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn audio_runs_in_batches_by_address() {
    let mock = Mock::start().await.unwrap();
    let url = "/v1/audio/transcriptions";
    let request = |id: &str, body: Value| {
        json!({"custom_id": id, "method": "POST", "url": url, "body": body}).to_string() + "\n"
    };
    let good = json!({"model": "whisper-large-v3", "url": "https://example.com/a.mp3"});
    let text =
        json!({"model": "whisper-large-v3", "url": "https://a.b", "response_format": "text"});
    let bad = json!({"model": "whisper-large-v3"});
    let input = request("good", good) + &request("text", text) + &request("bad", bad);
    let file = file(&mock, &input).await;
    let body = json!({"input_file_id": file, "endpoint": url, "completion_window": "7d"});
    let mut batch = post(&mock, BATCHES, &body).await.json();
    while batch["status"] != "completed" {
        batch = look(&mock, &batch).await;
    }
    let counts = json!({"total": 3, "completed": 2, "failed": 1});
    assert_eq!(batch["request_counts"], counts);
    let failures = lines(&mock, &batch["error_file_id"]).await;
    assert_eq!(failures[0]["custom_id"], "bad");
}
