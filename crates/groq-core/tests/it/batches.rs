//! Batches, against a small service that runs them: with crashes at every step, and every quirk of the wire.

mod service;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::batch::{ItemError, Job, Phase, Results};
use groq_core::types::{
    BatchEndpoint, BatchRequest, BatchStatus, BatchTranscriptionBody, BatchTranslationBody,
    ChatCompletionRequest, Message, TranscriptionFormat,
};
use groq_core::{Client, TimeoutKind};
use serde_json::{Value, json};

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
    writer.finish("24h").expect("a job")
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
async fn a_crash_while_writing_loses_nothing_and_doubles_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    let server = service.serve().await;
    let (client, _) = server.client();
    let mut writer = client
        .batches()
        .write(folder.path())
        .expect("a writer")
        .max_items(4);
    for number in 0..6 {
        writer
            .push(number.to_string(), &question(number))
            .expect("an item");
    }
    drop(writer);
    // The last line is half there.
    let path = folder.path().join("input-001.jsonl");
    let mut bytes = std::fs::read(&path).expect("a file");
    bytes.truncate(bytes.len() - 10);
    std::fs::write(&path, bytes).expect("a file");

    let mut writer = client
        .batches()
        .write(folder.path())
        .expect("a writer")
        .max_items(4);
    assert_eq!(writer.len(), 5);
    let new: Vec<_> = (0..9)
        .map(|number| {
            writer
                .push(number.to_string(), &question(number))
                .expect("an item")
        })
        .collect();
    assert_eq!(
        new,
        [false, false, false, false, false, true, true, true, true]
    );
    let twice = writer.push("3", &question(3)).expect_err("the same id");
    assert!(twice.is_invalid_request());
    let mut job = writer.finish("24h").expect("a job");
    check_all(job.run().await.expect("results"), 9);
    let error = client
        .batches()
        .write::<ChatCompletionRequest>(folder.path())
        .expect_err("finished");
    assert!(error.to_string().contains("resume"), "{error}");
}

#[tokio::test]
async fn files_are_split_by_bytes_and_what_cannot_be_an_item_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Service::default().serve().await;
    let (client, _) = server.client();
    let mut writer = client
        .batches()
        .write(folder.path())
        .expect("a writer")
        .max_bytes(400);
    for number in 0..10 {
        writer
            .push(number.to_string(), &question(number))
            .expect("an item");
    }
    let large = ChatCompletionRequest::new("m", [Message::user("a".repeat(400))]);
    assert!(
        writer
            .push("large", &large)
            .expect_err("too large")
            .is_limit_exceeded()
    );
    assert!(writer.push("", &question(0)).is_err());
    assert!(writer.push("s", &question(0).with_stream(true)).is_err());
    let mut job = writer.finish("24h").expect("a job");
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        assert!(entry.expect("an entry").metadata().expect("a size").len() < 2000);
    }
    check_all(job.run().await.expect("results"), 10);
    assert!(job.batch_ids().count() > 2);
    let empty = client
        .batches()
        .write::<ChatCompletionRequest>(folder.path().join("empty"));
    assert!(empty.expect("a writer").finish("24h").is_err());
    assert!(
        client
            .batches()
            .resume::<BatchTranscriptionBody>(folder.path())
            .is_err()
    );
    assert!(
        client
            .batches()
            .resume::<BatchTranscriptionBody>(folder.path().join("none"))
            .is_err()
    );
}

#[tokio::test]
async fn items_of_a_batch_that_ends_badly_say_so() {
    for (end, status) in [
        ("failed", BatchStatus::Failed),
        ("expired", BatchStatus::Expired),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let service = Service::default();
        service.change(|inner| inner.end = Some(end));
        let server = service.serve().await;
        let (client, _) = server.client();
        let mut job = write(&client, folder.path(), 3, 10);
        let items: Vec<_> = job
            .run()
            .await
            .expect("results")
            .map(|item| item.expect("an item"))
            .collect();
        assert_eq!(items.len(), 3);
        for item in items {
            let reason = (end == "failed").then(|| "line 2: bad line".to_owned());
            assert_eq!(
                item.outcome.expect_err("no result"),
                ItemError::NotRun {
                    status: status.clone(),
                    reason
                }
            );
        }
    }
}

#[tokio::test]
async fn a_batch_can_be_cancelled_and_is_not_waited_for_without_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    service.change(|inner| inner.polls = u32::MAX);
    let server = service.serve().await;
    let (client, waits) = server.client();
    let mut job = write(&client, folder.path(), 3, 10).wait_limit(Duration::from_secs(600));
    let error = job.run().await.expect_err("it takes too long");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Batch));
    assert!(waits.sum() <= Duration::from_secs(600) && waits.sum() > Duration::from_secs(500));
    job.cancel().await.expect("cancelled");
    let results: Vec<_> = job.run().await.expect("results").collect();
    assert_eq!(results.len(), 3);
    assert!(results.into_iter().all(|item| matches!(
        item.expect("an item").outcome,
        Err(ItemError::NotRun {
            status: BatchStatus::Cancelled,
            ..
        })
    )));
}

#[tokio::test]
async fn what_is_not_started_is_neither_waited_for_nor_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    service.change(|inner| inner.polls = u32::MAX);
    let server = service.serve().await;
    let (client, waits) = server.client();
    let phases = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&phases);
    let mut job = write(&client, folder.path(), 3, 10)
        .on_progress(move |progress| record.lock().expect("phases").push(progress.phase));
    let error = job.wait().await.expect_err("nothing to wait for");
    assert!(
        error.is_invalid_request() && error.to_string().contains("call start"),
        "{error}"
    );
    assert_eq!(service.change(|inner| inner.requests), 0);
    job.start().await.expect("started");
    job.refresh().await.expect("it runs");
    job.download().await.expect("nothing is there yet");
    assert_eq!(job.results().count(), 0);
    assert_eq!(
        *phases.lock().expect("phases"),
        [Phase::Starting, Phase::Running]
    );
    assert!(waits.all().is_empty());
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
    let mut job = writer.finish("7d").expect("a job");
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
    let mut job = writer.finish("7d").expect("a job");
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
async fn lines_that_are_no_results_do_not_hide_the_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Service::default().serve().await;
    let (client, _) = server.client();
    let mut job = write(&client, folder.path(), 5, 10);
    job.run().await.expect("results");
    let response = |id: &str, response: Value, error: Value| {
        json!({"custom_id": id, "response": response, "error": error}).to_string()
    };
    let lines = [
        "no json".to_owned(),
        response("0", Value::Null, json!({"code": "c", "message": "m"})),
        response(
            "1",
            json!({"status_code": 200, "body": {"id": 7}}),
            Value::Null,
        ),
        response("1", json!({"status_code": 200, "body": {}}), Value::Null),
        response("2", Value::Null, Value::Null),
        response("3", json!({"status_code": 200, "body": null}), Value::Null),
        response("stranger", Value::Null, Value::Null),
        String::new(),
    ];
    std::fs::write(folder.path().join("output-000.jsonl"), lines.join("\n")).expect("a file");
    std::fs::remove_file(folder.path().join("errors-000.jsonl")).expect("a file");
    let results: Vec<_> = job.results().collect();
    assert_eq!(results.len(), 6, "{results:?}");
    assert!(results[0].as_ref().expect_err("no json").is_decode());
    let items: Vec<_> = results.into_iter().filter_map(Result::ok).collect();
    let failed = |code: Option<&str>, message: Option<&str>| ItemError::Failed {
        code: code.map(str::to_owned),
        message: message.map(str::to_owned),
    };
    assert_eq!(
        items[0].outcome.as_ref().expect_err("failed"),
        &failed(Some("c"), Some("m"))
    );
    assert!(
        matches!(&items[1].outcome, Err(ItemError::Undecodable { reason, .. }) if reason.contains("`id`"))
    );
    assert_eq!(
        items[2].outcome.as_ref().expect_err("nothing"),
        &failed(None, None)
    );
    // Its line says whose it is, and that is not lost with the rest.
    assert!(
        matches!(&items[3].outcome, Err(ItemError::Undecodable { reason, body }) if reason.contains("`response.body`") && body["custom_id"] == "3"),
        "{:?}",
        items[3]
    );
    let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
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
