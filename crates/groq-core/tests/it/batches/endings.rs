//! Batches that do not come to a good end, or not yet.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::TimeoutKind;
use groq_core::batch::{ItemError, Phase};
use groq_core::types::{BatchStatus, ChatCompletionRequest};
use serde_json::{Value, json};

use super::{Service, check_all, write};

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
    let mut job = write(&client, folder.path(), 3, 10).timeout(Duration::from_secs(600));
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
    // Nothing says whose the line is that is no JSON: it may be that of the item without one.
    assert!(
        matches!(&items[4].outcome, Err(ItemError::Undecodable { reason, .. }) if reason.contains("expected ident")),
        "{:?}",
        items[4]
    );
    let ids: Vec<_> = items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);
}

#[tokio::test]
async fn a_line_that_cannot_be_read_costs_no_other_item_its_result() {
    let reply = r#"{"id":"c","created":1,"model":"m","choices":[]}"#;
    let line = |id: u32| {
        format!(r#"{{"custom_id":"{id}","response":{{"status_code":200,"body":{reply}}}}}"#)
    };
    let long = format!("{}{}", "x".repeat(5_000), line(2));
    let table: [(&str, String, bool); 5] = [
        ("a byte order mark", format!("\u{feff}{}", line(0)), true),
        ("garbage", "\u{0}\u{1}{{{".to_owned(), false),
        ("a line that is cut", line(0)[..60].to_owned(), false),
        ("a line that is too long", long, false),
        ("another form of JSON", "[1]".to_owned(), false),
    ];
    for (kind, first, is_read) in table {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Service::default().serve().await;
        let client = server
            .builder()
            .max_response_bytes(4_000)
            .build()
            .expect("a client");
        let mut job = write(&client, folder.path(), 2, 10);
        job.run().await.expect("results");
        let lines = [first, line(1)].join("\n");
        std::fs::write(folder.path().join("output-000.jsonl"), lines).expect("a file");
        std::fs::write(folder.path().join("errors-000.jsonl"), "").expect("a file");
        let items: Vec<_> = job.results().map(|item| item.expect("an item")).collect();
        let of = |id: &str| {
            &items
                .iter()
                .find(|item| item.id == id)
                .expect("an item")
                .outcome
        };
        assert_eq!(items.len(), 2, "{kind}: {items:?}");
        assert!(of("1").is_ok(), "{kind}: {items:?}");
        assert_eq!(of("0").is_ok(), is_read, "{kind}: {items:?}");
        assert!(
            is_read || matches!(of("0"), Err(ItemError::Undecodable { .. })),
            "{kind}: {items:?}"
        );
    }
}

#[tokio::test]
async fn files_that_come_late_are_waited_for_and_never_taken_for_none() {
    for late in [1, 4] {
        let folder = tempfile::tempdir().expect("a folder");
        let service = Service::default();
        service.change(|inner| inner.late = late);
        let server = service.serve().await;
        let (client, waits) = server.client();
        let mut job = write(&client, folder.path(), 3, 10);
        check_all(job.run().await.expect("results"), 3);
        assert_eq!(waits.all().len(), late as usize);
    }
    // They never come: that is an error, and nothing is called downloaded.
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    service.change(|inner| inner.late = u32::MAX);
    let server = service.serve().await;
    let (client, _) = server.client();
    let mut job = write(&client, folder.path(), 3, 10).timeout(Duration::from_secs(600));
    let error = job.run().await.expect_err("no files");
    assert_eq!(error.timeout_kind(), Some(TimeoutKind::Batch));
    assert_eq!(job.results().count(), 0);
    service.change(|inner| inner.late = 0);
    check_all(job.run().await.expect("results"), 3);
}

#[tokio::test]
async fn one_file_may_hold_all_results() {
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    service.change(|inner| inner.one_file = true);
    let server = service.serve().await;
    let (client, waits) = server.client();
    let mut job = write(&client, folder.path(), 3, 10);
    check_all(job.run().await.expect("results"), 3);
    assert!(waits.all().is_empty());
}

#[tokio::test]
async fn what_was_created_a_moment_ago_is_asked_for_again() {
    for missing in [1, 3] {
        let folder = tempfile::tempdir().expect("a folder");
        let service = Service::default();
        service.change(|inner| inner.missing = missing);
        let server = service.serve().await;
        let (client, waits) = server.client();
        let mut job = write(&client, folder.path(), 3, 10);
        check_all(job.run().await.expect("results"), 3);
        assert_eq!(waits.all().len(), missing as usize);
        assert!(service.change(|inner| inner.runs.values().all(|runs| *runs == 1)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let service = Service::default();
    service.change(|inner| inner.missing = u32::MAX);
    let server = service.serve().await;
    let (client, _) = server.client();
    let mut job = write(&client, folder.path(), 3, 10);
    assert!(job.run().await.expect_err("it is not there").is_not_found());
}

#[tokio::test]
async fn a_folder_is_for_one_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Service::default().serve().await;
    let (client, _) = server.client();
    let batches = client.batches();
    let is_taken = |error: groq_core::Error| {
        assert!(error.is_invalid_request(), "{error}");
        assert!(error.to_string().contains("this process"), "{error}");
    };
    let writer = batches
        .write::<ChatCompletionRequest>(folder.path())
        .expect("a writer");
    is_taken(
        batches
            .write::<ChatCompletionRequest>(folder.path())
            .expect_err("it is taken"),
    );
    drop(writer);
    let job = write(&client, folder.path(), 1, 10);
    is_taken(
        batches
            .resume::<ChatCompletionRequest>(folder.path())
            .expect_err("it is taken"),
    );
    // As if it were another process: the error says which.
    std::fs::write(folder.path().join("batch.lock"), "4711").expect("a file");
    let error = batches
        .resume::<ChatCompletionRequest>(folder.path())
        .expect_err("it is taken");
    assert!(error.to_string().contains("process 4711"), "{error}");
    drop(job);
    let mut job = batches
        .resume::<ChatCompletionRequest>(folder.path())
        .expect("a job");
    check_all(job.run().await.expect("results"), 1);
}
