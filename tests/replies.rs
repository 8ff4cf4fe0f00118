//! Odd replies, as gateways and tomorrow's Groq send them, read over HTTP through the client.

use groq_core::types::{ChatCompletionRequest, FinishReason, Message, ServiceTier};
use httpmock::MockServer;
use serde_json::{Value, json};

use crate::support::client;

fn request() -> ChatCompletionRequest {
    ChatCompletionRequest::new("m", [Message::user("hi")])
}

async fn reply_with(
    body: Value,
) -> Result<groq_core::Response<groq_core::types::ChatCompletion>, groq_core::Error> {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method("POST").path("/openai/v1/chat/completions");
            then.status(200).json_body(body);
        })
        .await;
    client(&server).chat().create(request()).await
}

#[tokio::test]
async fn what_the_description_does_not_know_is_kept() {
    let reply = reply_with(json!({
        "id": "c", "created": 1_700_000_000.0, "model": "m", "object": "chat.completion",
        "service_tier": "on_demand", "usage_breakdown": null, "novelty": {"a": [1]},
        "choices": [{
            "index": 0, "finish_reason": "enlightened", "logprobs": null, "seen": true,
            "message": {"role": "assistant", "tool_calls": [], "mood": "good"},
        }],
        "usage": {
            "prompt_tokens": 1.0, "completion_tokens": 2, "total_tokens": 3,
            "prompt_tokens_details": null, "completion_tokens_details": null,
        },
    }))
    .await
    .unwrap();
    assert_eq!(
        reply.finish_reason(),
        Some(&FinishReason::Other("enlightened".into()))
    );
    assert_eq!(reply.service_tier, Some(ServiceTier::OnDemand));
    assert_eq!(reply.text(), None, "a missing content is none");
    assert_eq!(reply.created, 1_700_000_000);
    assert_eq!(reply.usage.as_ref().unwrap().cached_tokens(), 0);
    let message = reply.message().unwrap();
    assert_eq!(
        message.tool_calls.as_deref(),
        Some(&[][..]),
        "an empty list is not an absent one"
    );
    let written = serde_json::to_value(&*reply).unwrap();
    assert_eq!(written["novelty"], json!({"a": [1]}));
    assert_eq!(written["choices"][0]["seen"], json!(true));
    assert_eq!(
        written["choices"][0]["message"],
        json!({"role": "assistant", "tool_calls": [], "mood": "good"})
    );
}

#[tokio::test]
async fn a_reply_of_the_wrong_shape_is_an_error_that_says_where() {
    let wrong = json!({"id": "c", "created": 1, "model": "m", "choices": [{"index": 0, "message": {"content": 7}}]});
    let error = reply_with(wrong).await.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert!(
        error.to_string().contains("choices[0].message.content"),
        "{error}"
    );
    assert!(error.body().is_some());
}
