//! Streams end honestly: with a whole reply, or with an error that holds what came.

use groq_core::types::{ChatCompletionRequest, Message};
use groq_mock::Mock;
use httpmock::MockServer;
use serde_json::{Value, json};

use crate::support::client;

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Tell me of Chad.")])
}

fn chunk(delta: &Value, finish_reason: Option<&str>) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": finish_reason});
    let chunk = json!({"id": "c", "created": 1, "model": "m", "object": "chat.completion.chunk", "choices": [choice]});
    format!("data: {chunk}\n\n")
}

async fn stream_of(body: String) -> Result<groq_core::types::ChatCompletion, groq_core::Error> {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method("POST").path("/openai/v1/chat/completions");
            then.status(200)
                .header("content-type", "text/event-stream")
                .body(body);
        })
        .await;
    client(&server)
        .chat()
        .stream(request())
        .await?
        .finish()
        .await
}

#[tokio::test]
async fn a_whole_stream_gives_what_the_plain_call_gives() {
    let mock = Mock::start().await.unwrap();
    let groq = groq_core::Client::builder()
        .api_key("k")
        .base_url(mock.base_url())
        .build()
        .unwrap();
    let plain = groq.chat().create(request()).await.unwrap().into_inner();
    let streamed = groq
        .chat()
        .stream(request())
        .await
        .unwrap()
        .finish()
        .await
        .unwrap();
    assert_eq!(streamed.message(), plain.message());
    assert_eq!(streamed.finish_reason(), plain.finish_reason());
    assert!(streamed.text().is_some_and(|text| !text.is_empty()));
    let tokens = |usage: &Option<groq_core::types::CompletionUsage>| {
        usage.as_ref().map(|usage| usage.total_tokens)
    };
    assert_eq!(tokens(&streamed.usage), tokens(&plain.usage));
}

#[tokio::test]
async fn a_stream_that_is_cut_is_an_error_with_the_text_so_far() {
    let body = chunk(&json!({"role": "assistant", "content": "It is"}), None)
        + &chunk(&json!({"content": " hot"}), None);
    let error = stream_of(body).await.unwrap_err();
    assert!(error.is_incomplete_stream(), "{error:?}");
    assert_eq!(
        error.partial().and_then(|partial| partial.text()),
        Some("It is hot")
    );
}

#[tokio::test]
async fn a_finish_reason_or_the_marker_is_enough() {
    let finished = chunk(&json!({"content": "a"}), Some("stop"));
    assert_eq!(stream_of(finished).await.unwrap().text(), Some("a"));
    let marked = chunk(&json!({"content": "a"}), None) + "data: [DONE]\n\n";
    assert_eq!(stream_of(marked).await.unwrap().text(), Some("a"));
}

#[tokio::test]
async fn an_error_inside_a_stream_is_an_api_error() {
    let error = json!({"error": {"message": "no", "type": "invalid_request_error", "code": "tool_use_failed"}});
    let body = chunk(&json!({"content": "It"}), None) + &format!("data: {error}\n\n");
    let error = stream_of(body).await.unwrap_err();
    assert_eq!(error.code(), Some("tool_use_failed"), "{error:?}");
    assert_eq!(
        error.partial().and_then(|partial| partial.text()),
        Some("It")
    );
}
