//! Embeddings, reranking, and fine-tunings.

use groq_core::types::{
    EmbeddingEncoding, EmbeddingRequest, FineTuningRequest, FineTuningType, RerankingRequest,
};
use groq_core::{Client, EmbeddingExt as _};
use serde_json::json;

use crate::support::{CANARY, Reply, Request, Server};

#[tokio::test]
async fn embeddings_come_in_either_form() {
    let floats = r#"{"object":"list","data":[{"index":0,"object":"embedding","embedding":[1,-0.5]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}"#;
    let base64 = r#"{"data":[{"index":0,"embedding":"AACAPwAAAL8="}]}"#;
    let server = Server::start([Reply::json(200, floats), Reply::json(200, base64)]).await;
    let (client, _) = server.client();
    let request = EmbeddingRequest::new("m", "a");
    let first = client.embeddings().create(request).await.expect("vectors");
    let request =
        EmbeddingRequest::new("m", ["a", "b"]).with_encoding_format(EmbeddingEncoding::Base64);
    let second = client.embeddings().create(request).await.expect("vectors");
    for list in [first, second] {
        assert_eq!(list.data[0].floats().expect("floats"), [1.0, -0.5]);
    }
    let requests = server.requests();
    assert_eq!(requests[0].line(), "POST /openai/v1/embeddings");
    assert_eq!(requests[0].json(), json!({"model": "m", "input": "a"}));
    assert_eq!(
        requests[1].json(),
        json!({"model": "m", "input": ["a", "b"], "encoding_format": "base64"})
    );
}

#[tokio::test]
async fn texts_are_sorted() {
    let server = Server::start([Reply::json(
        200,
        r#"{"results":[{"doc":"b","score":0.9},{"doc":"a","score":0.1}]}"#,
    )])
    .await;
    let (client, _) = server.client();
    let request = RerankingRequest::new("m", "q", ["a", "b"]);
    let reranked = client.reranking().create(request).await.expect("texts");
    assert_eq!(reranked.results[0].doc, "b");
    let sent = server.requests().remove(0);
    assert_eq!(sent.line(), "POST /openai/v1/reranking");
    assert_eq!(
        sent.json(),
        json!({"model": "m", "query": "q", "docs": ["a", "b"]})
    );
}

#[tokio::test]
async fn fine_tunings_have_paths_of_their_own() {
    let tuning = r#"{"id":"ft_1","object":"o","data":{"id":"ft_1","created_at":1.5}}"#;
    let replies = [
        Reply::json(200, r#"{"object":"list","data":[{"id":"ft_1"}]}"#),
        Reply::json(200, tuning),
        Reply::json(200, tuning),
        Reply::json(200, r#"{"id":"ft_1","object":"o","deleted":true}"#),
    ];
    let server = Server::start(replies).await;
    // The path of the base URL is in place of `/openai/v1`, and these are not below that.
    let client = Client::builder()
        .api_key(CANARY)
        .base_url(server.url() + "/proxy")
        .build()
        .expect("a client");
    let tunings = client.fine_tunings();
    assert_eq!(
        tunings
            .list()
            .await
            .expect("a list")
            .data
            .as_ref()
            .map(Vec::len),
        Some(1)
    );
    let request = FineTuningRequest::new()
        .with_name("mine")
        .with_type(FineTuningType::Lora);
    assert_eq!(
        tunings.create(request).await.expect("one").id.as_deref(),
        Some("ft_1")
    );
    assert!(tunings.get("ft_1").await.is_ok());
    assert_eq!(
        tunings.delete("ft_1").await.expect("deleted").deleted,
        Some(true)
    );
    assert!(
        tunings
            .get("")
            .await
            .expect_err("no id")
            .is_invalid_request()
    );
    assert!(
        tunings
            .delete("..")
            .await
            .expect_err("no id")
            .is_invalid_request()
    );
    let requests = server.requests();
    let lines: Vec<_> = requests.iter().map(Request::line).collect();
    assert_eq!(
        lines,
        [
            "GET /v1/fine_tunings",
            "POST /v1/fine_tunings",
            "GET /v1/fine_tunings/ft_1",
            "DELETE /v1/fine_tunings/ft_1"
        ]
    );
    assert_eq!(requests[1].json(), json!({"name": "mine", "type": "lora"}));
}
