//! Fine-tunings, whose paths have no `/openai`.

use groq_mock::Mock;
use groq_types::{FineTuning, FineTuningList};
use serde_json::json;

use crate::client::{delete, get, post};

const TUNINGS: &str = "/v1/fine_tunings";

#[tokio::test]
async fn a_fine_tuning_from_creation_to_deletion() {
    let mock = Mock::start().await.unwrap();
    let body = json!({"base_model": "llama-3.1-8b-instant", "name": "mine", "type": "lora"});
    let made = post(&mock, TUNINGS, &body).await;
    let _: FineTuning = serde_json::from_slice(&made.body).unwrap();
    let made = made.json();
    let data = &made["data"];
    assert_eq!(
        (&data["name"], &data["type"]),
        (&json!("mine"), &json!("lora"))
    );
    let id = made["id"].as_str().unwrap();
    let path = format!("{TUNINGS}/{id}");
    assert_eq!(get(&mock, &path).await.json(), made);
    let list = get(&mock, TUNINGS).await;
    let _: FineTuningList = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(list.json(), json!({"object": "list", "data": [data]}));
    assert_eq!(delete(&mock, &path).await.json()["deleted"], true);
    assert_eq!(get(&mock, &path).await.status, 404);
    assert_eq!(delete(&mock, &path).await.status, 404);
}

#[tokio::test]
async fn fine_tunings_that_are_refused() {
    let mock = Mock::start().await.unwrap();
    for (body, status) in [
        (json!({"type": "full"}), 400),
        (json!({"epochs": 3}), 400),
        (json!({"base_model": "none"}), 404),
        (json!({"input_file_id": "none"}), 404),
        (json!([]), 400),
    ] {
        assert_eq!(post(&mock, TUNINGS, &body).await.status, status, "{body}");
    }
    assert_eq!(get(&mock, "/openai/v1/fine_tunings").await.status, 404);
}
