//! Items on their way to the disk.

use groq_core::batch::CompletionWindow;
use groq_core::types::{BatchTranscriptionBody, ChatCompletionRequest, Message};

use super::{Service, check_all, question};

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
    let mut job = writer.finish(CompletionWindow::DAY).expect("a job");
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
    let mut job = writer.finish(CompletionWindow::DAY).expect("a job");
    for entry in std::fs::read_dir(folder.path()).expect("a folder") {
        assert!(entry.expect("an entry").metadata().expect("a size").len() < 2000);
    }
    check_all(job.run().await.expect("results"), 10);
    assert!(job.batch_ids().count() > 2);
    let empty = client
        .batches()
        .write::<ChatCompletionRequest>(folder.path().join("empty"));
    assert!(
        empty
            .expect("a writer")
            .finish(CompletionWindow::DAY)
            .is_err()
    );
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
