//! Embeddings: unit vectors, as numbers and as base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use groq_mock::Mock;
use serde_json::{Value, json};

use crate::client::post;

const EMBEDDINGS: &str = "/openai/v1/embeddings";
const MODEL: &str = "nomic-embed-text-v1_5";

fn floats(embedding: &Value) -> Vec<f32> {
    match embedding {
        Value::String(text) => {
            let bytes = STANDARD.decode(text).unwrap();
            let (numbers, rest) = bytes.as_chunks::<4>();
            assert!(rest.is_empty());
            numbers
                .iter()
                .map(|bytes| f32::from_le_bytes(*bytes))
                .collect()
        }
        list => serde_json::from_value(list.clone()).unwrap(),
    }
}

#[tokio::test]
async fn both_encodings_say_the_same() {
    let mock = Mock::start().await.unwrap();
    let ask = |format: &str| json!({"model": MODEL, "input": ["one text", "another"], "encoding_format": format});
    let float = post(&mock, EMBEDDINGS, &ask("float")).await.json();
    let base64 = post(&mock, EMBEDDINGS, &ask("base64")).await.json();
    assert_eq!(
        (&float["object"], &float["model"]),
        (&json!("list"), &json!(MODEL))
    );
    assert_eq!(
        float["usage"]["prompt_tokens"],
        float["usage"]["total_tokens"]
    );
    for index in 0..2 {
        let (one, two) = (&float["data"][index], &base64["data"][index]);
        assert_eq!(
            (&one["index"], &one["object"]),
            (&json!(index), &json!("embedding"))
        );
        let vector = floats(&one["embedding"]);
        assert_eq!(vector, floats(&two["embedding"]));
        let length: f32 = vector.iter().map(|x| x * x).sum();
        assert!((length - 1.0).abs() < 1e-4);
    }
    assert_ne!(float["data"][0]["embedding"], float["data"][1]["embedding"]);
}

#[tokio::test]
async fn a_text_alone_is_a_list_of_one() {
    let mock = Mock::start().await.unwrap();
    let answer = post(
        &mock,
        EMBEDDINGS,
        &json!({"model": MODEL, "input": "x", "user": null}),
    )
    .await;
    assert_eq!(answer.json()["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn embeddings_that_are_refused() {
    let mock = Mock::start().await.unwrap();
    for (body, status) in [
        (json!({"model": MODEL}), 400),
        (json!({"model": MODEL, "input": []}), 400),
        (json!({"model": MODEL, "input": ""}), 400),
        (json!({"model": MODEL, "input": [1]}), 400),
        (json!({"model": MODEL, "input": vec!["x"; 2049]}), 400),
        (json!({"model": MODEL, "input": "a ".repeat(9_000)}), 400),
        (
            json!({"model": MODEL, "input": "x", "encoding_format": "hex"}),
            400,
        ),
        (json!({"model": MODEL, "input": "x", "dimensions": 8}), 400),
        (json!({"model": "openai/gpt-oss-20b", "input": "x"}), 400),
        (json!({"model": "none", "input": "x"}), 404),
    ] {
        assert_eq!(post(&mock, EMBEDDINGS, &body).await.status, status);
    }
}
