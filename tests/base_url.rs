//! A base URL is given with or without its path.

use groq_core::{
    Client,
    types::{ChatCompletionRequest, Message},
};
use httpmock::MockServer;
use serde_json::json;

/// The path that a chat request arrives at for a base URL, of which this is added to the origin.
async fn arrives_at(suffix: &str) -> String {
    let server = MockServer::start_async().await;
    let reply = json!({"id": "c", "created": 1, "model": "m", "choices": []});
    let mut mocks = Vec::new();
    for path in [
        "/openai/v1/chat/completions",
        "/v1/chat/completions",
        "/proxy/groq/chat/completions",
    ] {
        let mock = server
            .mock_async(|when, then| {
                when.method("POST").path(path);
                then.status(200).json_body(reply.clone());
            })
            .await;
        mocks.push((path, mock));
    }
    let base_url = format!("{}{suffix}", server.base_url());
    let groq = Client::builder()
        .api_key("k")
        .base_url(base_url)
        .build()
        .unwrap();
    let request = ChatCompletionRequest::new("m", [Message::user("hi")]);
    groq.chat().create(request).await.unwrap();
    let mut hit = Vec::new();
    for (path, mock) in mocks {
        if mock.calls_async().await == 1 {
            hit.push(path);
        }
    }
    hit.join(", ")
}

#[tokio::test]
async fn without_a_path_the_usual_one_is_added_and_any_other_stands() {
    for (suffix, path) in [
        ("", "/openai/v1/chat/completions"),
        ("/", "/openai/v1/chat/completions"),
        ("/openai/v1", "/openai/v1/chat/completions"),
        ("/openai/v1/", "/openai/v1/chat/completions"),
        ("/v1", "/v1/chat/completions"),
        ("/proxy/groq", "/proxy/groq/chat/completions"),
        ("/proxy/groq/", "/proxy/groq/chat/completions"),
    ] {
        assert_eq!(arrives_at(suffix).await, path, "{suffix:?}");
    }
}
