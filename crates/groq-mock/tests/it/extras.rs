//! What an answer has beside its text: tools that ran; and limits and faults.

use groq_mock::{Fault, Mock, Reply, Throttle, When};
use groq_types::ChatCompletion;
use serde_json::{Value, json};

use crate::client::{Answer, CHAT, get, post, upload};

async fn ask(mock: &Mock, model: &str, prompt: &str, more: &Value) -> Answer {
    let mut body = json!({"model": model, "messages": [{"role": "user", "content": prompt}]});
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    let answer = post(mock, CHAT, &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

#[tokio::test]
async fn compound_systems_run_tools_and_count_by_model() {
    let mock = Mock::start().await.unwrap();
    let prompt = "Search the news, then compute 2+2";
    let answer = ask(&mock, "groq/compound", prompt, &json!({})).await;
    let _: ChatCompletion = serde_json::from_slice(&answer.body).unwrap();
    let answer = answer.json();
    let tools = &answer["choices"][0]["message"]["executed_tools"];
    assert_eq!(
        (&tools[0]["type"], &tools[1]["type"]),
        (&json!("search"), &json!("python"))
    );
    assert!(tools[0]["search_results"]["results"][0]["score"].is_f64());
    assert_eq!(tools[1]["code_results"][0]["text"], prompt);
    let model = &answer["usage_breakdown"]["models"][0];
    assert_eq!(
        (&model["model"], &model["usage"]),
        (&json!("groq/compound"), &answer["usage"])
    );
    let only = json!({"compound_custom": {"tools": {"enabled_tools": ["code_interpreter"]}}});
    let answer = ask(&mock, "groq/compound", prompt, &only).await.json();
    assert_eq!(
        answer["choices"][0]["message"]["executed_tools"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn every_model_has_the_limits_of_the_free_plan() {
    let mock = Mock::builder()
        .free_plan()
        .model_throttle(
            "allam-2-7b",
            Throttle::new().requests(5, std::time::Duration::from_secs(60)),
        )
        .start()
        .await
        .unwrap();
    for (model, limit) in [
        ("openai/gpt-oss-20b", "1000"),
        ("allam-2-7b", "5"),
        ("qwen/qwen3.8-27b", "1000"),
    ] {
        let answer = ask(&mock, model, "Hi", &json!({})).await;
        assert_eq!(
            answer.header("x-ratelimit-limit-requests"),
            Some(limit),
            "{model}"
        );
    }
}

#[tokio::test]
async fn batches_meet_scripts_and_faults() {
    let mock = Mock::start().await.unwrap();
    let item = |number: u32| {
        let body = json!({"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": format!("Say {number}")}]});
        json!({"custom_id": number.to_string(), "method": "POST", "url": "/v1/chat/completions", "body": body})
    };
    let lines: Vec<String> = (0..4).map(|number| item(number).to_string()).collect();
    let lines = lines.join("\n");
    let parts = [
        ("purpose", None, &b"batch"[..]),
        ("file", Some("a.jsonl"), lines.as_bytes()),
    ];
    let file = upload(&mock, "/openai/v1/files", &parts).await.json();
    let say = |number: u32| {
        When::post(CHAT).json(move |body| body["messages"][0]["content"] == format!("Say {number}"))
    };
    mock.script(say(0), [Reply::json(200, &json!({"scripted": true}))]);
    mock.script(say(1), [Reply::error(503, "over capacity")]);
    mock.script(say(2), [Reply::generated().fault(Fault::Reset)]);
    let create = json!({"input_file_id": file["id"], "endpoint": "/v1/chat/completions", "completion_window": "24h"});
    let mut batch = post(&mock, "/openai/v1/batches", &create).await.json();
    while batch["status"] != "completed" {
        let path = format!("/openai/v1/batches/{}", batch["id"].as_str().unwrap());
        batch = get(&mock, &path).await.json();
    }
    assert_eq!(
        batch["request_counts"],
        json!({"total": 4, "completed": 2, "failed": 2})
    );
    let content = async |id: &Value| -> Vec<Value> {
        let path = format!("/openai/v1/files/{}/content", id.as_str().unwrap());
        let text = get(&mock, &path).await.text();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let by_id = |lines: &[Value], id: &str| {
        lines
            .iter()
            .find(|line| line["custom_id"] == id)
            .cloned()
            .unwrap()
    };
    let results = content(&batch["output_file_id"]).await;
    assert_eq!(
        by_id(&results, "0")["response"]["body"],
        json!({"scripted": true})
    );
    assert_eq!(
        by_id(&results, "3")["response"]["body"]["object"],
        "chat.completion"
    );
    let failures = content(&batch["error_file_id"]).await;
    assert_eq!(by_id(&failures, "1")["response"]["status_code"], 503);
    let broken = by_id(&failures, "2");
    assert_eq!(
        (&broken["response"], &broken["error"]["code"]),
        (&Value::Null, &json!("server_error"))
    );
}
