//! The models: list, retrieve, delete.

use groq_mock::Mock;
use groq_types::{Model, ModelList};

use crate::client::{Client, get};

#[tokio::test]
async fn the_list_looks_like_the_live_one() {
    let mock = Mock::start().await.unwrap();
    let answer = get(&mock, "/openai/v1/models").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("x-request-id").unwrap().starts_with("req_01"));
    let list: ModelList = serde_json::from_slice(&answer.body).unwrap();
    assert!(list.data.len() > 10);
    let body = answer.json();
    assert_eq!(body["object"], "list");
    let gpt = body["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["id"] == "openai/gpt-oss-20b")
        .unwrap();
    assert_eq!(gpt["object"], "model");
    assert_eq!(gpt["context_window"], 131_072);
    assert_eq!(gpt["pricing"]["prompt"], "0.000000075");
    assert!(gpt["public_apps"].is_null() && gpt.get("public_apps").is_some());
}

#[tokio::test]
async fn ids_with_slashes_are_found_both_ways() {
    let mock = Mock::builder().model("my/own").start().await.unwrap();
    for path in [
        "openai/gpt-oss-20b",
        "openai%2Fgpt-oss-20b",
        "my%2fown",
        "whisper-large-v3",
    ] {
        let answer = get(&mock, &format!("/openai/v1/models/{path}")).await;
        assert_eq!(answer.status, 200, "{path}");
        let model: Model = serde_json::from_slice(&answer.body).unwrap();
        assert!(path.to_lowercase().replace("%2f", "/") == model.id);
    }
    let unknown = get(&mock, "/openai/v1/models/no/such").await;
    assert_eq!(
        (unknown.status, unknown.error()["code"].as_str()),
        (404, Some("model_not_found"))
    );
}

#[tokio::test]
async fn nobody_owns_a_model() {
    let mock = Mock::start().await.unwrap();
    for (id, status) in [("openai%2Fgpt-oss-20b", 403), ("none", 404)] {
        let answer = Client::connect(&mock)
            .await
            .request("DELETE", &format!("/openai/v1/models/{id}"), b"")
            .await;
        assert_eq!(answer.status, status);
        assert!(answer.error()["message"].is_string());
    }
}
