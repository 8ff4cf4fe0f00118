//! Replies that a test writes itself, and the log of what came in.

use groq_mock::{Mock, Reply, When};
use serde_json::json;

use crate::chat::{ask, with};
use crate::client::{CHAT, Client, chat, get};

#[tokio::test]
async fn queued_replies_come_first_and_in_order() {
    let mock = Mock::start().await.unwrap();
    mock.script(
        When::post(CHAT),
        [
            Reply::error(429, "slow down").header("retry-after", "2"),
            Reply::new(503),
        ],
    );
    mock.enqueue(Reply::new(204));
    let first = chat(&mock, &ask("x")).await;
    assert_eq!(
        (first.status, first.header("retry-after")),
        (429, Some("2"))
    );
    assert_eq!(first.error()["message"], "slow down");
    assert!(first.header("x-request-id").is_some());
    assert_eq!(chat(&mock, &ask("x")).await.status, 503);
    assert_eq!(mock.pending(), 1);
    assert_eq!(get(&mock, "/anything").await.status, 204);
    assert_eq!(chat(&mock, &ask("x")).await.status, 200);
    assert_eq!(mock.pending(), 0);
}

#[tokio::test]
async fn standing_replies_stay_until_cleared() {
    let mock = Mock::start().await.unwrap();
    mock.always(
        When::post(CHAT).json(|body| body["stream"] == true),
        Reply::error(500, "no"),
    );
    let streamed = with(ask("x"), "stream", json!(true));
    for _ in 0..3 {
        assert_eq!(chat(&mock, &streamed).await.status, 500);
    }
    assert_eq!(chat(&mock, &ask("x")).await.status, 200);
    mock.clear_script();
    assert_eq!(chat(&mock, &streamed).await.status, 200);
}

#[tokio::test]
async fn replies_can_be_computed() {
    let mock = Mock::start().await.unwrap();
    mock.always(
        When::post("/echo"),
        Reply::from_fn(|request| Reply::new(200).body(request.body().clone())),
    );
    let answer = crate::client::post(&mock, "/echo", &json!({"a": [1, 2]})).await;
    assert_eq!(answer.json(), json!({"a": [1, 2]}));
}

#[tokio::test]
async fn scripted_streams_are_streams() {
    let mock = Mock::start().await.unwrap();
    mock.enqueue(Reply::events(["{\"a\":1}", "[DONE]"]));
    let answer = chat(&mock, &ask("x")).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert_eq!(answer.data(), ["{\"a\":1}", "[DONE]"]);
    assert_eq!(answer.chunks.len(), 2);
}

#[tokio::test]
async fn raw_bytes_are_the_whole_answer() {
    let mock = Mock::start().await.unwrap();
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxy";
    mock.enqueue(Reply::raw(bytes));
    let mut client = Client::connect(&mock).await;
    client.write(crate::client::head("POST", CHAT, 2)).await;
    client.write("{}").await;
    assert_eq!(client.rest().await, bytes.as_bytes());
}

#[tokio::test]
async fn requests_are_logged() {
    let mock = Mock::start().await.unwrap();
    let mut client = Client::connect(&mock).await;
    client
        .request("POST", CHAT, ask("x").to_string().as_bytes())
        .await;
    client.request("GET", "/openai/v1/models?a=b", b"").await;
    get(&mock, "/x").await;
    let requests = mock.requests();
    assert_eq!(
        requests
            .iter()
            .map(|request| (request.method().as_str(), request.path()))
            .collect::<Vec<_>>(),
        [("POST", CHAT), ("GET", "/openai/v1/models"), ("GET", "/x"),]
    );
    assert_eq!(requests[0].json().unwrap()["messages"][0]["content"], "x");
    assert_eq!(requests[0].header("authorization"), Some("Bearer gsk_test"));
    assert_eq!(requests[1].query(), Some("a=b"));
    assert_eq!(requests[0].connection(), requests[1].connection());
    assert_ne!(requests[1].connection(), requests[2].connection());
    assert_eq!(
        requests
            .iter()
            .map(groq_mock::Request::number)
            .collect::<Vec<_>>(),
        [0, 1, 2]
    );
    assert_eq!(mock.connections(), 2);
    assert!(!format!("{requests:?}").contains("gsk_test"));
    mock.clear_requests();
    assert!(mock.requests().is_empty());
}
