//! Files: uploaded, listed, read and deleted.

use groq_mock::Mock;
use groq_types::{FileList, FileObject};

use crate::client::{Client, Part, delete, get, upload};

pub(crate) const FILES: &str = "/openai/v1/files";
const PURPOSE: Part<'static> = ("purpose", None, b"batch");

#[tokio::test]
async fn a_file_from_upload_to_deletion() {
    let mock = Mock::builder()
        .created(1_700_000_000)
        .start()
        .await
        .unwrap();
    let content = b"{\"a\":\"\r\n--X\"}\n";
    let answer = upload(
        &mock,
        FILES,
        &[
            PURPOSE,
            ("file", Some("../..\\folder/My \u{e9}.JSONL"), content),
        ],
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let file: FileObject = serde_json::from_slice(&answer.body).unwrap();
    let about = answer.json();
    assert!(file.id.starts_with("file_"));
    assert_eq!(about["object"], "file");
    assert_eq!(about["bytes"], content.len());
    assert_eq!(about["created_at"], 1_700_000_000);
    assert_eq!(about["filename"], "My \u{e9}.JSONL");
    assert_eq!(about["purpose"], "batch");
    let path = format!("{FILES}/{}", file.id);
    assert_eq!(get(&mock, &path).await.json(), about);
    let read = get(&mock, &format!("{path}/content")).await;
    assert_eq!(read.body, content);
    assert_eq!(
        read.header("content-type"),
        Some("application/octet-stream")
    );
    let list = get(&mock, FILES).await;
    let typed: FileList = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(typed.data.len(), 1);
    assert_eq!(
        list.json(),
        serde_json::json!({"object": "list", "data": [about]})
    );
    let deleted = delete(&mock, &path).await.json();
    assert_eq!(
        deleted,
        serde_json::json!({"id": file.id, "object": "file", "deleted": true})
    );
    for path in [&path, &format!("{path}/content")] {
        let missing = get(&mock, path).await;
        // The description knows no code for it, and a reader that takes its codes for all there are must be right.
        assert_eq!((missing.status, missing.error().get("code")), (404, None));
    }
    assert_eq!(delete(&mock, &path).await.status, 404);
}

#[tokio::test]
async fn uploads_that_are_refused() {
    let mock = Mock::start().await.unwrap();
    let file: Part<'_> = ("file", Some("a.jsonl"), b"{}");
    let table: [(&[Part<'_>], &str); 8] = [
        (&[PURPOSE], "property 'file' is missing"),
        (&[file], "property 'purpose' is missing"),
        (
            &[file, ("purpose", None, b"assistants")],
            "'purpose' : value is not one of",
        ),
        (
            &[file, ("purpose", None, b"\xff")],
            "'purpose' : value must be UTF-8 text",
        ),
        (
            &[PURPOSE, ("file", Some("a.json"), b"{}")],
            "one of the following types: [jsonl]",
        ),
        (
            &[PURPOSE, ("file", None, b"{}")],
            "one of the following types: [jsonl]",
        ),
        (&[PURPOSE, ("file", Some("a.jsonl"), b"")], "file is empty"),
        (
            &[PURPOSE, file, ("extra", None, b"x")],
            "property 'extra' is unsupported",
        ),
    ];
    for (parts, message) in table {
        let answer = upload(&mock, FILES, parts).await;
        assert_eq!(answer.status, 400);
        let told = answer.error()["message"].as_str().unwrap().to_owned();
        assert!(told.contains(message), "{told}");
    }
    let answer = Client::connect(&mock)
        .await
        .request("POST", FILES, b"{}")
        .await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_folder_outlives_the_mock() {
    let folder = std::env::temp_dir().join(format!("groq-mock-files-{}", std::process::id()));
    let first = Mock::builder().folder(&folder).start().await.unwrap();
    // A name that tries to leave the folder is a name and no path.
    let parts = [PURPOSE, ("file", Some("../../up.jsonl"), &b"{}\n"[..])];
    let about = upload(&first, FILES, &parts).await.json();
    drop(first);
    let second = Mock::builder().folder(&folder).start().await.unwrap();
    assert_eq!(get(&second, FILES).await.json()["data"][0], about);
    let path = format!("{FILES}/{}", about["id"].as_str().unwrap());
    assert_eq!(get(&second, &format!("{path}/content")).await.body, b"{}\n");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 2);
    assert_eq!(delete(&second, &path).await.status, 200);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    std::fs::remove_dir(&folder).unwrap();
}
