//! What the mock records, another player reads.

use groq_core::Client;
use groq_core::types::{ChatCompletionRequest, Message};
use groq_mock::Mock;
use httpmock::MockServer;

fn client(url: String) -> Client {
    Client::builder()
        .api_key("any")
        .base_url(url)
        .max_retries(0)
        .build()
        .unwrap()
}

fn request(prompt: &str) -> ChatCompletionRequest {
    ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user(prompt)])
}

#[tokio::test]
async fn httpmock_plays_what_the_mock_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("all.yaml");
    let service = Mock::start().await.unwrap();
    let recorder = Mock::builder()
        .record(service.url(), &path)
        .start()
        .await
        .unwrap();
    let groq = client(recorder.base_url());
    let prompt = "Sag: \"Grüße\"\n\tund 🙂 {x}: # - 'y'";
    let chat = groq
        .chat()
        .create(request(prompt))
        .await
        .unwrap()
        .into_inner();
    let stream = groq.chat().stream(request("Hi")).await.unwrap();
    let streamed = stream.finish().await.unwrap();
    let models = groq.models().list().await.unwrap().into_inner();

    let player = MockServer::start_async().await;
    let recordings = std::fs::read_to_string(&path).unwrap();
    player.playback_from_yaml_async(recordings).await;
    let groq = client(player.base_url());
    assert_eq!(
        groq.chat()
            .create(request(prompt))
            .await
            .unwrap()
            .into_inner(),
        chat
    );
    let stream = groq.chat().stream(request("Hi")).await.unwrap();
    assert_eq!(stream.finish().await.unwrap(), streamed);
    assert_eq!(groq.models().list().await.unwrap().into_inner(), models);
}
