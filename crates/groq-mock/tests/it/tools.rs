//! Tool calls: when they are made, and that their arguments hold.

use groq_mock::Mock;
use serde_json::{Value, json};

use crate::chat::with;
use crate::client::chat;
use crate::stream::same_both_ways;

fn tool(name: &str, description: &str, parameters: &Value) -> Value {
    json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}})
}

fn nothing() -> Value {
    json!({"type": "object", "properties": {}, "required": []})
}

fn weather() -> Value {
    tool(
        "get_weather",
        "Get the current weather of a city",
        &json!({
            "type": "object",
            "properties": {
                "city": {"type": "string", "minLength": 2},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 7},
            },
            "required": ["city", "unit"],
            "additionalProperties": false,
        }),
    )
}

fn harbors() -> Vec<Value> {
    vec![
        tool(
            "lookup_harbor_label",
            "Return the alpha signal marker.",
            &nothing(),
        ),
        tool(
            "lookup_orchard_label",
            "Return the beta signal marker.",
            &nothing(),
        ),
    ]
}

fn ask(prompt: &str, tools: &[Value]) -> Value {
    json!({"model": "llama-3.3-70b-versatile", "messages": [{"role": "user", "content": prompt}], "tools": tools})
}

fn names(message: &Value) -> Vec<&str> {
    message["tool_calls"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|call| call["function"]["name"].as_str().unwrap())
        .collect()
}

async fn message(mock: &Mock, body: &Value) -> Value {
    let answer = chat(mock, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["choices"][0].clone()
}

#[tokio::test]
async fn a_tool_is_called_when_the_prompt_is_about_it() {
    let mock = Mock::start().await.unwrap();
    let choice = message(
        &mock,
        &ask("What is the weather in Paris, in celsius?", &[weather()]),
    )
    .await;
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"].get("content"), None);
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!(call["type"], "function");
    assert!(call["id"].as_str().unwrap().starts_with("call_"));
    let arguments: Value =
        serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments["city"], "Paris");
    assert_eq!(arguments["unit"], "celsius");
    assert!(
        jsonschema::is_valid(&weather()["function"]["parameters"], &arguments),
        "{arguments}"
    );
}

#[tokio::test]
async fn choices_decide_whether_tools_are_called() {
    let mock = Mock::start().await.unwrap();
    let named = json!({"type": "function", "function": {"name": "lookup_orchard_label"}});
    let table = [
        ("Tell me a joke", json!("auto"), vec![]),
        (
            "Call lookup_harbor_label once",
            json!("auto"),
            vec!["lookup_harbor_label"],
        ),
        (
            "Call lookup_harbor_label and lookup_orchard_label",
            json!("auto"),
            vec!["lookup_harbor_label", "lookup_orchard_label"],
        ),
        ("Call lookup_harbor_label once", json!("none"), vec![]),
        (
            "Tell me a joke",
            json!("required"),
            vec!["lookup_harbor_label"],
        ),
        (
            "Use lookup orchard label",
            json!("required"),
            vec!["lookup_orchard_label"],
        ),
        (
            "Call lookup_harbor_label once",
            named,
            vec!["lookup_orchard_label"],
        ),
        (
            "Do not call any tools. What would lookup_harbor_label say?",
            json!("auto"),
            vec![],
        ),
        (
            "Where does the beta marker stand?",
            Value::Null,
            vec!["lookup_orchard_label"],
        ),
    ];
    for (prompt, choice, expected) in table {
        let body = with(ask(prompt, &harbors()), "tool_choice", choice.clone());
        let choice = message(&mock, &body).await;
        assert_eq!(names(&choice["message"]), expected, "{prompt}");
        let finish = if expected.is_empty() {
            "stop"
        } else {
            "tool_calls"
        };
        assert_eq!(choice["finish_reason"], finish, "{prompt}");
    }
}

#[tokio::test]
async fn several_calls_need_leave() {
    let mock = Mock::start().await.unwrap();
    let body = ask(
        "Call lookup_harbor_label and lookup_orchard_label",
        &harbors(),
    );
    let one = message(
        &mock,
        &with(body.clone(), "parallel_tool_calls", json!(false)),
    )
    .await;
    assert_eq!(names(&one["message"]).len(), 1);
    let one = message(&mock, &with(body, "model", json!("openai/gpt-oss-20b"))).await;
    assert_eq!(names(&one["message"]).len(), 1);
}

#[tokio::test]
async fn results_are_answered_in_text() {
    let mock = Mock::start().await.unwrap();
    let mut body = ask(
        "Call lookup_harbor_label and lookup_orchard_label",
        &harbors(),
    );
    let call = |id: &str, name: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": "{}"}});
    let messages = body["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "tool_calls": [call("a", "lookup_harbor_label"), call("b", "lookup_orchard_label")]}));
    messages.push(json!({"role": "tool", "tool_call_id": "a", "content": "crimson-harbor"}));
    messages.push(json!({"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "silver-orchard"}]}));
    let choice = message(&mock, &body).await;
    let content = choice["message"]["content"].as_str().unwrap();
    assert!(
        content.contains("crimson-harbor") && content.contains("silver-orchard"),
        "{content}"
    );
    assert!(content.contains("lookup_harbor_label"), "{content}");
    assert_eq!(choice["finish_reason"], "stop");
}

#[tokio::test]
async fn a_model_that_calls_one_at_a_time_goes_on_with_the_next() {
    let mock = Mock::start().await.unwrap();
    let mut body = with(
        ask(
            "Call lookup_harbor_label and lookup_orchard_label",
            &harbors(),
        ),
        "model",
        json!("openai/gpt-oss-20b"),
    );
    for expected in [
        vec!["lookup_harbor_label"],
        vec!["lookup_orchard_label"],
        vec![],
    ] {
        let choice = message(&mock, &body).await;
        assert_eq!(names(&choice["message"]), expected);
        let messages = body["messages"].as_array_mut().unwrap();
        if let Some(call) = choice["message"]["tool_calls"].get(0) {
            messages.push(json!({"role": "assistant", "tool_calls": [call]}));
            messages.push(json!({"role": "tool", "tool_call_id": call["id"], "content": "done"}));
        }
    }
}

#[tokio::test]
async fn tools_without_parameters_have_an_empty_object() {
    let mock = Mock::start().await.unwrap();
    let choice = message(&mock, &ask("Call lookup_harbor_label", &harbors())).await;
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!(call["function"]["arguments"], "{}");
}

#[tokio::test]
async fn streamed_calls_are_the_plain_ones() {
    let mock = Mock::start().await.unwrap();
    let mut body = ask(
        "Call get_weather for Paris and lookup_harbor_label",
        &[weather(), harbors().remove(0)],
    );
    body["stream_options"] = json!({"include_usage": true});
    // Ids are made from the seed, so that they are equal too.
    let (plain, events) = same_both_ways(&mock, &body).await;
    assert_eq!(names(&plain["choices"][0]["message"]).len(), 2);
    assert_eq!(
        events[0]["choices"][0]["delta"],
        json!({"role": "assistant", "content": null})
    );
    let has_calls = |event: &&Value| event["choices"][0]["delta"].get("tool_calls").is_some();
    assert_eq!(events.iter().filter(has_calls).count(), 2);
}

#[tokio::test]
async fn calls_that_do_not_fit_the_limit_fail() {
    let mock = Mock::start().await.unwrap();
    let body = with(
        ask("What is the weather in Paris?", &[weather()]),
        "max_tokens",
        json!(8),
    );
    let answer = chat(&mock, &body).await;
    let error = answer.error();
    assert_eq!(
        (answer.status, error["code"].as_str()),
        (400, Some("tool_use_failed"))
    );
    assert!(
        error["failed_generation"]
            .as_str()
            .unwrap()
            .contains("get_weather")
    );
    // In a stream the status has been sent before that is known.
    let streamed = chat(&mock, &with(body, "stream", json!(true))).await;
    assert_eq!(streamed.status, 200);
    assert!(streamed.text().contains("event: error\ndata: {\"error\":{"));
}

#[tokio::test]
async fn built_in_tools_run_on_the_server() {
    let mock = Mock::start().await.unwrap();
    let body = json!({
        "model": "openai/gpt-oss-20b",
        "messages": [{"role": "user", "content": "Search for the latest news on Rust"}],
        "tools": [{"type": "browser_search"}, {"type": "code_interpreter"}],
    });
    let (plain, _) = same_both_ways(&mock, &body).await;
    let executed = &plain["choices"][0]["message"]["executed_tools"];
    assert_eq!(executed[0]["type"], "browser.search");
    assert!(
        serde_json::from_str::<Value>(executed[0]["arguments"].as_str().unwrap()).unwrap()["query"]
            .is_string()
    );
    assert!(plain["choices"][0]["message"]["content"].is_string());
}

#[tokio::test]
async fn a_loop_of_required_calls_gets_on() {
    let mock = Mock::start().await.unwrap();
    let mut body = ask("Tell me a joke", &harbors());
    body["tool_choice"] = json!("required");
    let mut called = Vec::new();
    for _ in 0..3 {
        let answer = chat(&mock, &body).await.json();
        let message = answer["choices"][0]["message"].clone();
        let call = &message["tool_calls"][0];
        called.push(call["function"]["name"].as_str().unwrap().to_owned());
        let result = json!({"role": "tool", "tool_call_id": call["id"], "content": "done"});
        body["messages"]
            .as_array_mut()
            .unwrap()
            .extend([message, result]);
    }
    let (first, second) = ("lookup_harbor_label", "lookup_orchard_label");
    assert_eq!(called, [first, second, first]);
}
