//! Replies of servers that speak the same protocol, and were not made by us.
//!
//! Without more, that is the mock. `openapi/checks/servers` starts a gateway and an inference server, and runs this against each by the
//! variables `GROQ_SERVER_URL`, `GROQ_SERVER_KEY`, `GROQ_SERVER_MODEL`, and `GROQ_SERVER_CAN`, a list of what it can beyond chats.

use groq_core::types::{
    ChatCompletionRequest, EmbeddingRequest, JsonSchemaFormat, Message, ResponseFormat,
    ResponseRequest, StreamOptions,
};
use groq_core::{Client, EmbeddingExt as _, ResponseExt as _};
use groq_mock::Mock;
use serde_json::{Value, json};

struct Server {
    url: String,
    key: String,
    model: String,
    embedding_model: String,
    can: String,
}

impl Server {
    fn of(mock: &Mock) -> Self {
        let variable = |name: &str, otherwise: &str| {
            std::env::var(format!("GROQ_SERVER_{name}")).unwrap_or_else(|_| otherwise.to_owned())
        };
        let model = variable("MODEL", "openai/gpt-oss-20b");
        Self {
            url: variable("URL", &mock.base_url()),
            key: variable("KEY", "gsk_of_this_test"),
            embedding_model: variable("EMBEDDING_MODEL", "nomic-embed-text-v1_5"),
            can: variable("CAN", "keys schemas responses embeddings"),
            model,
        }
    }

    fn client(&self, key: &str) -> Client {
        let builder = Client::builder()
            .api_key(key)
            .base_url(&self.url)
            .max_retries(0);
        builder.build().unwrap()
    }

    fn can(&self, what: &str) -> bool {
        self.can.split(' ').any(|can| can == what)
    }

    fn request(&self) -> ChatCompletionRequest {
        ChatCompletionRequest::new(&self.model, [Message::user("Say something")])
            .with_max_completion_tokens(200_u32)
    }
}

#[tokio::test]
async fn another_server_is_understood() {
    let mock = Mock::builder()
        .api_key("gsk_of_this_test")
        .start()
        .await
        .unwrap();
    let server = Server::of(&mock);
    let client = server.client(&server.key);

    let models = client.models().list().await.unwrap();
    assert!(models.data.iter().any(|model| model.id == server.model));

    let reply = client.chat().create(server.request()).await.unwrap();
    assert!(!reply.text().unwrap().is_empty());
    let finish = reply.finish_reason().unwrap().as_str();
    assert!(["stop", "length"].contains(&finish), "{finish}");
    assert!(reply.usage.as_ref().unwrap().completion_tokens > 0);

    let request = server
        .request()
        .with_stream_options(StreamOptions::new().with_include_usage(true));
    let mut stream = client.chat().stream(request).await.unwrap();
    let (mut pieces, mut text) = (String::new(), stream.text());
    while let Some(piece) = text.next().await {
        pieces.push_str(&piece.unwrap());
    }
    let whole = stream.finish().await.unwrap();
    assert_eq!(whole.text(), Some(pieces.as_str()));
    assert!(!pieces.is_empty() && whole.finish_reason().is_some());
    assert!(whole.usage.as_ref().unwrap().completion_tokens > 0);
}

#[tokio::test]
async fn another_server_says_that_a_key_is_wrong() {
    let mock = Mock::builder()
        .api_key("gsk_of_this_test")
        .start()
        .await
        .unwrap();
    let server = Server::of(&mock);
    if !server.can("keys") {
        return;
    }
    let error = server
        .client("wrong")
        .chat()
        .create(server.request())
        .await
        .unwrap_err();
    assert!(error.is_authentication(), "{error}");
    assert!(!error.message().is_empty());
}

#[tokio::test]
async fn another_server_keeps_to_a_schema() {
    let mock = Mock::start().await.unwrap();
    let server = Server::of(&mock);
    if !server.can("schemas") {
        return;
    }
    let schema = json!({"type": "object", "properties": {"number": {"type": "integer", "minimum": 0, "maximum": 9}},
        "required": ["number"], "additionalProperties": false});
    let format = JsonSchemaFormat::new("answer").with_schema(schema.as_object().cloned().unwrap());
    let request = server
        .request()
        .with_response_format(ResponseFormat::json_schema(format));
    let reply = server
        .client(&server.key)
        .chat()
        .create(request)
        .await
        .unwrap();
    let value: Value = serde_json::from_str(reply.text().unwrap()).unwrap();
    assert!(value["number"].is_u64(), "{value}");
}

#[tokio::test]
async fn another_server_gives_responses() {
    let mock = Mock::start().await.unwrap();
    let server = Server::of(&mock);
    if !server.can("responses") {
        return;
    }
    let client = server.client(&server.key);
    let request =
        || ResponseRequest::new(&server.model, "Say something").with_max_output_tokens(200_u32);
    let response = client.responses().create(request()).await.unwrap();
    assert!(!response.output_text().is_empty());
    let mut stream = client.responses().stream(request()).await.unwrap();
    while let Some(event) = stream.next().await {
        event.unwrap();
    }
    let whole = stream.finish().await.unwrap();
    assert!(!whole.output_text().is_empty());
}

#[tokio::test]
async fn another_server_gives_embeddings() {
    let mock = Mock::start().await.unwrap();
    let server = Server::of(&mock);
    if !server.can("embeddings") {
        return;
    }
    let request = EmbeddingRequest::new(&server.embedding_model, ["one text", "another"]);
    let vectors = server
        .client(&server.key)
        .embeddings()
        .create(request)
        .await
        .unwrap();
    // LiteLLM makes one up, however many were asked for.
    assert!(!vectors.data.is_empty());
    for vector in &vectors.data {
        assert!(!vector.floats().unwrap().is_empty());
    }
}
