//! Batches, against a small service that runs them: with crashes at every step, and every quirk of the wire.

mod endings;
mod service;
mod writing;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::Client;
use groq_core::batch::{CompletionWindow, ItemError, Job, Phase, Results};
use groq_core::types::{
    BatchEndpoint, BatchRequest, BatchTranscriptionBody, BatchTranslationBody,
    ChatCompletionRequest, Message, TranscriptionFormat,
};
use serde_json::json;

pub(crate) use service::Service;

use crate::support::{Reply, Request, Server, Waits};

fn question(number: u32) -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", [Message::user(format!("question {number}"))])
}

fn write(
    client: &Client,
    folder: &std::path::Path,
    items: u32,
    per_file: u64,
) -> Job<ChatCompletionRequest> {
    let mut writer = client
        .batches()
        .write(folder)
        .expect("a writer")
        .max_items(per_file);
    for number in 0..items {
        writer
            .push(number.to_string(), &question(number))
            .expect("an item");
    }
    writer.finish(CompletionWindow::DAY).expect("a job")
}

/// Each item once, with its own answer.
fn check_all(results: Results<ChatCompletionRequest>, items: u32) {
    let mut seen = vec![false; items as usize];
    for item in results {
        let item = item.expect("a result");
        let number: u32 = item.id.parse().expect("a number");
        assert!(
            !std::mem::replace(&mut seen[number as usize], true),
            "{number} twice"
        );
        match item.outcome {
            Ok(reply) => {
                assert_ne!(number % 7, 0);
                assert_eq!(reply.text(), Some(format!("question {number}").as_str()));
            }
            Err(ItemError::Refused {
                status,
                code,
                message,
            }) => {
                assert_eq!(number % 7, 0);
                assert_eq!(
                    (status, code.as_deref(), message.as_deref()),
                    (400, Some("some_code"), Some("told you so"))
                );
            }
            Err(other) => unreachable!("{other}"),
        }
        assert_eq!(item.request_id.as_deref(), Some("req_1"));
    }
    assert!(seen.iter().all(|seen| *seen));
}

#[tokio::test]
async fn items_come_back_by_their_ids() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    service.change(|inner| inner.polls = 3);
    let server = service.serve().await;
    let (client, waits) = server.client();
    let phases = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&phases);
    let mut job = write(&client, folder.path(), 25, 10)
        .on_progress(move |progress| record.lock().expect("phases").push(progress.clone()));
    check_all(job.run().await.expect("results"), 25);
    assert_eq!(job.batch_ids().count(), 3);
    // Asked in growing intervals, spread by chance.
    assert_eq!(waits.all(), [4375, 8750, 17500].map(Duration::from_millis));
    let phases = phases.lock().expect("phases").clone();
    let last = phases.last().expect("progress");
    assert_eq!(
        (last.phase, last.items, last.parts, last.parts_done),
        (Phase::Done, 25, 3, 3)
    );
    assert!(
        phases
            .iter()
            .any(|progress| progress.phase == Phase::Starting && progress.parts_done == 1)
    );
    assert!(
        phases
            .iter()
            .any(|progress| progress.phase == Phase::Running && progress.completed == 6)
    );
    // And again, from the disk alone.
    let requests = service.change(|inner| inner.requests);
    check_all(job.run().await.expect("results"), 25);
    drop(job);
    let mut resumed = client
        .batches()
        .resume::<ChatCompletionRequest>(folder.path())
        .expect("a job");
    check_all(resumed.run().await.expect("results"), 25);
    assert_eq!(service.change(|inner| inner.requests), requests);
}

#[tokio::test]
async fn a_batch_is_known_by_its_id_where_its_folder_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    let server = service.serve().await;
    let (client, _) = server.client();
    let mut lost = write(&client, &folder.path().join("lost"), 12, 20);
    lost.start().await.expect("started");
    let id = lost.batch_ids().next().expect("an id").to_owned();
    let rescued = folder.path().join("rescued");
    let batches = client.batches();
    let mut job = batches
        .adopt::<ChatCompletionRequest>(&id, &rescued)
        .await
        .expect("a job");
    check_all(job.run().await.expect("results"), 12);
    service.change(|inner| assert_eq!((inner.batches.len(), inner.files.len()), (1, 3)));

    let error = batches
        .adopt::<ChatCompletionRequest>(&id, &rescued)
        .await
        .expect_err("the folder is taken");
    assert!(
        error.is_invalid_request() && error.to_string().contains("resume"),
        "{error}"
    );
    let error = batches
        .adopt::<BatchTranscriptionBody>("..", folder.path().join("new"))
        .await
        .expect_err("no id");
    assert!(error.is_invalid_request());
    let error = batches
        .adopt::<BatchTranscriptionBody>(&id, folder.path().join("new"))
        .await
        .expect_err("of other requests");
    assert!(
        error.is_invalid_request() && error.to_string().contains("/v1/chat/completions"),
        "{error}"
    );
    assert!(!folder.path().join("new").exists());

    // What somebody is about to write is not written over.
    let begun = folder.path().join("begun");
    let mut writer = batches.write(&begun).expect("a writer");
    writer.push("mine", &question(0)).expect("an item");
    drop(writer);
    let error = batches
        .adopt::<ChatCompletionRequest>(&id, &begun)
        .await
        .expect_err("the folder is taken");
    assert!(error.to_string().contains("has a batch"), "{error}");
    let writer = batches.write::<ChatCompletionRequest>(&begun);
    assert_eq!(writer.expect("a writer").len(), 1);
}

#[tokio::test]
async fn a_crash_at_any_step_runs_nothing_twice() {
    const ITEMS: u32 = 12;
    for lost in 1..24 {
        let folder = tempfile::tempdir().expect("a folder");
        let service = Service::default();
        // The answer to this request is lost, and to the one after the next.
        service.change(|inner| (inner.polls, inner.lost) = (1, vec![lost, lost + 2]));
        let server = service.serve().await;
        let client = server
            .builder()
            .max_retries(0)
            .runtime(Waits::default())
            .build()
            .expect("a client");
        drop(write(&client, folder.path(), ITEMS, 5));
        let mut results = None;
        for _ in 0..5 {
            // Each time as a new process would.
            let mut job = client
                .batches()
                .resume::<ChatCompletionRequest>(folder.path())
                .expect("a job");
            if let Ok(all) = job.run().await {
                results = Some(all);
                break;
            }
        }
        check_all(results.expect("results in the end"), ITEMS);
        service.change(|inner| {
            assert_eq!(inner.batches.len(), 3, "lost {lost}");
            assert!(
                inner.runs.values().all(|runs| *runs == 1),
                "lost {lost}: {:?}",
                inner.runs
            );
        });
    }
}

#[tokio::test]
async fn audio_items_have_their_own_replies() {
    let service = Service::default();
    let server = service.serve().await;
    let (client, _) = server.client();
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = client
        .batches()
        .write(folder.path().join("a"))
        .expect("a writer");
    writer
        .push(
            "x",
            &BatchTranscriptionBody::new("m", "https://x.example/a"),
        )
        .expect("an item");
    let text = BatchTranscriptionBody::new("m", "https://x.example/a")
        .with_response_format(TranscriptionFormat::Text);
    let error = writer.push("y", &text).expect_err("no JSON");
    assert!(error.is_invalid_request(), "{error}");
    let mut job = writer.finish(CompletionWindow::WEEK).expect("a job");
    let item = job
        .run()
        .await
        .expect("results")
        .next()
        .expect("one")
        .expect("an item");
    assert_eq!(item.outcome.expect("a reply").text, "https://x.example/a");
    let mut writer = client
        .batches()
        .write(folder.path().join("b"))
        .expect("a writer");
    writer
        .push("x", &BatchTranslationBody::new("m", "https://x.example/b"))
        .expect("an item");
    let mut job = writer.finish(CompletionWindow::WEEK).expect("a job");
    let item = job
        .run()
        .await
        .expect("results")
        .next()
        .expect("one")
        .expect("an item");
    assert_eq!(item.outcome.expect("a reply").text, "https://x.example/b");
}

#[tokio::test]
async fn the_operations_take_what_the_service_writes() {
    let quirky = r#"{"id":"batch_1","status":"validating","output_file_id":{},"error_file_id":null,"errors":null,"request_counts":{},"metadata":{}}"#;
    let server = Server::start([
        Reply::json(200, quirky),
        Reply::json(200, format!(r#"{{"object":"list","data":[{quirky}]}}"#)),
        Reply::json(200, r#"{"id":"batch_1","status":"new_status"}"#),
        Reply::json(200, quirky),
        Reply::json(200, r#"{"id":7}"#),
    ])
    .await;
    let (client, _) = server.client();
    let batches = client.batches();
    let request = BatchRequest::new("file_1", BatchEndpoint::V1ChatCompletions, "24h");
    let batch = batches.create(request).await.expect("a batch");
    assert_eq!(
        (batch.output_file_id.as_deref(), batch.status.as_str()),
        (None, "validating")
    );
    let metadata = batch.metadata.as_ref().expect("none, and that is said");
    assert!(metadata.is_empty());
    assert_eq!(batches.list().await.expect("a list").data.len(), 1);
    assert_eq!(
        batches
            .get("batch_1")
            .await
            .expect("a batch")
            .status
            .as_str(),
        "new_status"
    );
    batches.cancel("batch_1").await.expect("a batch");
    assert!(
        batches
            .get("batch_1")
            .await
            .expect_err("no batch")
            .is_decode()
    );
    assert!(
        batches
            .get("..")
            .await
            .expect_err("no id")
            .is_invalid_request()
    );
    let requests = server.requests();
    let lines: Vec<_> = requests.iter().map(Request::line).collect();
    assert_eq!(
        lines[..4],
        [
            "POST /openai/v1/batches",
            "GET /openai/v1/batches",
            "GET /openai/v1/batches/batch_1",
            "POST /openai/v1/batches/batch_1/cancel"
        ]
    );
    assert_eq!(
        requests[0].json(),
        json!({"input_file_id": "file_1", "endpoint": "/v1/chat/completions", "completion_window": "24h"})
    );
}
