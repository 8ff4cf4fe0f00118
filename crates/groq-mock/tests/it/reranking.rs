//! Reranking: scores from 0 to 1, the best first.

use groq_mock::Mock;
use serde_json::json;

use crate::client::post;

const RERANKING: &str = "/openai/v1/reranking";
const MODEL: &str = "qwen3-reranker-4b";

#[tokio::test]
async fn the_best_comes_first() {
    let mock = Mock::start().await.unwrap();
    let docs = [
        "Bread needs flour",
        "Paris is the capital of France",
        "Berlin",
    ];
    let body = json!({"model": MODEL, "query": "capital of France", "docs": docs});
    let answer = post(&mock, RERANKING, &body).await;
    let json = answer.json();
    let results = json["results"].as_array().unwrap();
    assert_eq!(
        (results.len(), results[0]["doc"].as_str()),
        (3, Some(docs[1]))
    );
    let scores: Vec<f64> = results
        .iter()
        .map(|one| one["score"].as_f64().unwrap())
        .collect();
    assert!(scores.is_sorted_by(|one, two| one >= two));
    assert!(scores.iter().all(|score| (0.0..=1.0).contains(score)));
    assert_eq!(post(&mock, RERANKING, &body).await.body, answer.body);
}

#[tokio::test]
async fn rankings_that_are_refused() {
    let mock = Mock::start().await.unwrap();
    for (body, status) in [
        (json!({"model": MODEL, "query": "x"}), 400),
        (json!({"model": MODEL, "query": "x", "docs": []}), 400),
        (json!({"model": MODEL, "query": "x", "docs": [""]}), 400),
        (
            json!({"model": MODEL, "query": "x", "docs": vec!["a"; 101]}),
            400,
        ),
        (json!({"model": MODEL, "docs": ["a"]}), 400),
        (
            json!({"model": "whisper-large-v3", "query": "x", "docs": ["a"]}),
            400,
        ),
        (json!({"model": "none", "query": "x", "docs": ["a"]}), 404),
    ] {
        assert_eq!(post(&mock, RERANKING, &body).await.status, status, "{body}");
    }
}
