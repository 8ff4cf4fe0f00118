//! Batches that do not come to a good end, or not yet.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_core::TimeoutKind;
use groq_core::batch::{ItemError, Phase};
use groq_core::types::BatchStatus;
use serde_json::{Value, json};

use super::{Service, write};

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
