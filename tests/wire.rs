//! Recorded Groq traffic: every reply decodes with nothing lost, every stream accumulates to what its chunks spell, every
//! request can be built.
//!
//! The recordings are not part of this repository, so these tests are ignored: `cargo xtask ci recordings` runs them over the
//! folder that `GROQ_CASSETTES` names. Each recording is a YAML document with `when` (request) and `then` (reply).

use std::{env, fs, path::PathBuf};

use groq_core::{
    Client,
    types::{
        ChatCompletion, ChatCompletionChunk, ChatCompletionRequest, ErrorResponse, Model, ModelList,
    },
};
use httpmock::MockServer;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
struct Recording {
    when: When,
    then: Then,
}

#[derive(Deserialize)]
struct When {
    path: String,
    method: String,
    body: Option<String>,
}

#[derive(Deserialize)]
struct Then {
    status: u16,
    #[serde(default)]
    header: Vec<Header>,
    #[serde(default)]
    body: String,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl Then {
    fn is_stream(&self) -> bool {
        self.header.iter().any(|header| {
            header.name == "content-type" && header.value.starts_with("text/event-stream")
        })
    }

    /// The events of a stream, each as JSON, without the end marker.
    fn events(&self) -> Vec<Value> {
        let lines = self
            .body
            .lines()
            .filter_map(|line| line.strip_prefix("data:"));
        let events = lines.map(str::trim).filter(|data| *data != "[DONE]");
        events
            .map(|data| serde_json::from_str(data).unwrap())
            .collect()
    }
}

/// All recordings, each with its file and place in it.
fn recordings() -> Vec<(String, Recording)> {
    let folder =
        env::var_os("GROQ_CASSETTES").expect("GROQ_CASSETTES names a folder of recordings");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    let mut recordings = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for (index, document) in serde_yaml_ng::Deserializer::from_str(&text).enumerate() {
            let name = format!("{} #{index}", file.file_name().unwrap().to_string_lossy());
            let recording =
                Recording::deserialize(document).unwrap_or_else(|error| panic!("{name}: {error}"));
            recordings.push((name, recording));
        }
    }
    assert!(
        !recordings.is_empty(),
        "no recordings in {}",
        folder.display()
    );
    recordings
}

/// The value without members that are null: absent and null are one on this wire.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let kept = entries.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(key, value)| (key.clone(), without_nulls(value)))
                    .collect(),
            )
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// Decodes and encodes, and expects the same JSON again.
#[track_caller]
fn survives<T: DeserializeOwned + Serialize>(name: &str, json: &Value) {
    // From text, as a client reads it, not from a tree.
    let decoded: T =
        serde_json::from_str(&json.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(
        without_nulls(&serde_json::to_value(decoded).unwrap()),
        without_nulls(json),
        "{name}"
    );
}

#[test]
#[ignore = "needs recordings: GROQ_CASSETTES"]
fn every_recorded_reply_decodes_and_encodes_with_nothing_lost() {
    let recordings = recordings();
    let mut counts = [0; 4];
    for (name, Recording { when, then }) in &recordings {
        if then.is_stream() {
            for event in then.events() {
                survives::<ChatCompletionChunk>(name, &event);
                counts[0] += 1;
            }
            continue;
        }
        let Ok(body) = serde_json::from_str::<Value>(&then.body) else {
            continue;
        };
        match (then.status, when.path.as_str()) {
            (200, "/openai/v1/chat/completions") => survives::<ChatCompletion>(name, &body),
            (200, "/openai/v1/models") => survives::<ModelList>(name, &body),
            (200, path) if path.starts_with("/openai/v1/models/") => survives::<Model>(name, &body),
            (200, _) => continue,
            _ => survives::<ErrorResponse>(name, &body),
        }
        counts[1] += 1;
    }
    eprintln!(
        "{} stream events and {} replies survived",
        counts[0], counts[1]
    );
}

#[test]
#[ignore = "needs recordings: GROQ_CASSETTES"]
fn every_recorded_request_is_built_and_serializes_to_the_recorded_json() {
    let recordings = recordings();
    for (name, Recording { when, .. }) in &recordings {
        if when.method != "POST" || when.path != "/openai/v1/chat/completions" {
            continue;
        }
        let body: Value = serde_json::from_str(when.body.as_deref().unwrap_or_default()).unwrap();
        survives::<ChatCompletionRequest>(name, &body);
        let recorded: ChatCompletionRequest = serde_json::from_value(body.clone()).unwrap();
        assert_eq!(
            serde_json::to_value(rebuilt(recorded)).unwrap(),
            without_nulls(&body),
            "{name}"
        );
    }
}

/// The same request made by the builders alone; a field that they are not asked for shows in the comparison.
fn rebuilt(recorded: ChatCompletionRequest) -> ChatCompletionRequest {
    macro_rules! carry_over {
        ($($field:ident by $with:ident),* $(,)?) => {{
            let mut request = ChatCompletionRequest::new(recorded.model, recorded.messages);
            $(if let Some(value) = recorded.$field {
                request = request.$with(value);
            })*
            request
        }};
    }
    carry_over!(
        max_completion_tokens by with_max_completion_tokens,
        max_tokens by with_max_tokens,
        parallel_tool_calls by with_parallel_tool_calls,
        reasoning_effort by with_reasoning_effort,
        reasoning_format by with_reasoning_format,
        include_reasoning by with_include_reasoning,
        response_format by with_response_format,
        seed by with_seed,
        service_tier by with_service_tier,
        stop by with_stop,
        stream by with_stream,
        stream_options by with_stream_options,
        temperature by with_temperature,
        tool_choice by with_tool_choice,
        tools by with_tools,
        top_p by with_top_p,
        user by with_user,
    )
}

#[tokio::test]
#[ignore = "needs recordings: GROQ_CASSETTES"]
async fn every_recorded_stream_accumulates_to_the_message_that_its_chunks_spell() {
    let recordings = recordings();
    let mut streams = 0;
    for (name, Recording { when, then }) in recordings
        .iter()
        .filter(|(_, recording)| recording.then.is_stream())
    {
        let server = MockServer::start_async().await;
        server
            .mock_async(|mock_when, mock_then| {
                mock_when.method("POST").path(&when.path);
                mock_then
                    .status(200)
                    .header("content-type", "text/event-stream")
                    .body(&then.body);
            })
            .await;
        let client = Client::builder()
            .api_key("test")
            .base_url(server.base_url())
            .build()
            .unwrap();
        let request: ChatCompletionRequest =
            serde_json::from_str(when.body.as_deref().unwrap()).unwrap();
        let stream = client
            .chat()
            .stream(request)
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let completion = stream
            .finish()
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let spelled = spelled(&then.events());
        let message = serde_json::to_value(completion.message()).unwrap();
        assert_eq!(message, spelled["message"], "{name}");
        assert_eq!(
            json!(completion.finish_reason()),
            spelled["finish_reason"],
            "{name}"
        );
        assert_eq!(json!(completion.usage), spelled["usage"], "{name}");
        streams += 1;
    }
    eprintln!("{streams} streams accumulated");
}

/// What the chunks spell, put together by this test's own hand from plain JSON.
fn spelled(events: &[Value]) -> Value {
    let mut message = Map::new();
    let mut finish_reason = Value::Null;
    let mut usage = Value::Null;
    for event in events {
        for place in ["/usage", "/x_groq/usage"] {
            if let Some(found) = event.pointer(place).filter(|found| !found.is_null()) {
                usage = found.clone();
            }
        }
        let Some(choice) = event["choices"].get(0) else {
            continue;
        };
        if !choice["finish_reason"].is_null() {
            finish_reason = choice["finish_reason"].clone();
        }
        for (key, value) in choice["delta"].as_object().into_iter().flatten() {
            match (key.as_str(), value) {
                (_, Value::Null) => {}
                ("content" | "reasoning", Value::String(text)) => append(&mut message, key, text),
                ("tool_calls", Value::Array(calls)) => calls
                    .iter()
                    .for_each(|call| append_call(&mut message, call)),
                _ => drop(message.insert(key.clone(), value.clone())),
            }
        }
    }
    // Nothing was said: a completion without text has no content, or an empty one.
    if message.get("content") == Some(&json!("")) && message.contains_key("tool_calls") {
        message.remove("content");
    }
    json!({"message": message, "finish_reason": finish_reason, "usage": usage})
}

fn append(message: &mut Map<String, Value>, key: &str, text: &str) {
    let so_far = message.get(key).and_then(Value::as_str).unwrap_or_default();
    message.insert(key.to_owned(), format!("{so_far}{text}").into());
}

fn append_call(message: &mut Map<String, Value>, delta: &Value) {
    let calls = message.entry("tool_calls").or_insert_with(|| json!([]));
    let index = usize::try_from(delta["index"].as_u64().unwrap()).unwrap();
    let calls = calls.as_array_mut().unwrap();
    while calls.len() <= index {
        calls.push(json!({"type": "function", "function": {"arguments": ""}}));
    }
    let call = &mut calls[index];
    if let Some(id) = delta.get("id") {
        call["id"] = id.clone();
    }
    if let Some(name) = delta["function"].get("name") {
        call["function"]["name"] = name.clone();
    }
    let so_far = call["function"]["arguments"].as_str().unwrap_or_default();
    let more = delta["function"]["arguments"].as_str().unwrap_or_default();
    call["function"]["arguments"] = format!("{so_far}{more}").into();
}
