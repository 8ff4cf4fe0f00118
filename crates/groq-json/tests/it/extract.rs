//! The loop: ask, judge, ask again. What models write is in `replies`.

use std::time::Duration;

use groq_json::{
    Added, ErrorKind, GroqJson, JsonSchema, Mode, Repair, RepairKind, SupportCache, ensure,
};
use groq_mock::Reply;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::support::{bodies, calls, completion, mock, refuses, says};

const STRICT: &str = "openai/gpt-oss-20b";
const PLAIN: &str = "llama-3.3-70b-versatile";

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Recipe {
    title: String,
    #[schemars(range(min = 1))]
    minutes: u32,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Good,
    Bad,
}

#[tokio::test]
async fn one_line_brings_a_value() {
    let (mock, groq) = mock([says(r#"{"title":"Cookies","minutes":20,"tags":null}"#)]).await;
    let recipe: Recipe = groq.with_model(STRICT).json("a recipe").await.unwrap();
    assert_eq!(
        recipe,
        Recipe {
            title: "Cookies".into(),
            minutes: 20,
            tags: vec![]
        }
    );
    let body = &bodies(&mock)[0];
    let format = &body["response_format"]["json_schema"];
    assert_eq!(format["name"], "Recipe");
    assert_eq!(format["strict"], true);
    assert_eq!(
        format["schema"]["required"],
        json!(["title", "minutes", "tags"])
    );
    assert_eq!(
        body["messages"],
        json!([{"role": "user", "content": "a recipe"}])
    );
}

#[tokio::test]
async fn nothing_is_sent_that_is_not_on_the_ledger() {
    let (mock, groq) = mock([
        says(r#"{"title":"x","minutes":1}"#),
        says(r#"{"title":"x","minutes":1,"tags":[]}"#),
    ])
    .await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("a recipe")
        .await
        .unwrap();
    assert_eq!(
        out.attempts[0].added,
        [Added::PromptText, Added::ResponseFormat]
    );
    assert_eq!(out.attempts[0].mode, Mode::Object);
    assert!(
        out.attempts[0]
            .reason
            .as_deref()
            .unwrap()
            .contains("not support schemas")
    );
    let out = groq
        .extract::<Recipe>()
        .model(STRICT)
        .support_cache(SupportCache::new())
        .user("a recipe")
        .await
        .unwrap();
    assert_eq!(
        out.attempts[0].added,
        [Added::ResponseFormat, Added::MaxCompletionTokens(4096)]
    );
    let keys = |body: &Value| {
        body.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<std::collections::BTreeSet<_>>()
    };
    let expected = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let bodies = bodies(&mock);
    assert_eq!(
        keys(&bodies[0]),
        expected(&["model", "messages", "response_format"])
    );
    assert_eq!(
        keys(&bodies[1]),
        expected(&[
            "model",
            "messages",
            "response_format",
            "max_completion_tokens"
        ])
    );
    let prompt = bodies[0]["messages"][0]["content"].as_str().unwrap();
    assert!(
        prompt.contains("JSON") && prompt.contains("minutes: integer // at least 1"),
        "{prompt}"
    );
}

#[tokio::test]
async fn a_wrong_reply_goes_back_with_its_paths_and_is_replaced_by_the_next() {
    let (mock, groq) = mock([
        says(r#"{"title":7,"minutes":0}"#),
        says("```json\n{\"title\":\"x\",\"minutes\":0}\n```"),
        says(r#"{"title":"x","minutes":1,}"#),
    ])
    .await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .system("Be brief.")
        .user("a recipe")
        .max_corrections(2)
        .await
        .unwrap();
    assert_eq!(out.minutes, 1);
    assert_eq!(out.attempts.len(), 3);
    assert_eq!(out.usage.total_tokens(), 45);
    assert_eq!(out.defaults, ["/tags"]);
    assert_eq!(out.repairs[0].kind, RepairKind::TrailingComma);
    let paths: Vec<&str> = out.attempts[0]
        .issues
        .iter()
        .map(|issue| issue.path.as_str())
        .collect();
    assert_eq!(paths, ["/title", "/minutes"]);
    let bodies = bodies(&mock);
    let last = bodies[2]["messages"].as_array().unwrap();
    assert_eq!(last.len(), 4, "system, user, and one pair: {last:?}");
    assert!(last[2]["content"].as_str().unwrap().contains("```json"));
    let wrong = last[3]["content"].as_str().unwrap();
    assert!(
        wrong.contains("/minutes: must be at least 1, got 0"),
        "{wrong}"
    );
    assert!(
        bodies[1]["messages"][3]["content"]
            .as_str()
            .unwrap()
            .contains("2 things")
    );
}

#[tokio::test]
async fn checks_are_asked_for_again_too() {
    let (_mock, groq) = mock([
        says(r#"{"title":"x","minutes":1}"#),
        says(r#"{"title":"x","minutes":30}"#),
    ])
    .await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("a recipe")
        .check(|recipe| ensure(recipe.minutes >= 30, "/minutes", "must be at least 30"))
        .check_async(|recipe| {
            let has_title = !recipe.title.is_empty();
            async move { ensure(has_title, "/title", "must not be empty") }
        })
        .await
        .unwrap();
    assert_eq!(out.minutes, 30);
    assert_eq!(
        out.attempts[0].issues[0].to_string(),
        "/minutes: must be at least 30"
    );
}

#[tokio::test]
async fn bounds_end_the_loop_with_the_last_failure() {
    let wrong = |minutes: i32| says(&format!(r#"{{"title":"x","minutes":{minutes}}}"#));
    let (_mock, groq) = mock([wrong(-1), wrong(-2)]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .max_corrections(1)
        .await
        .unwrap_err();
    assert!(error.is_limit() && error.is_invalid(), "{error}");
    assert!(error.kind() == ErrorKind::MaxCorrections);
    assert_eq!(
        (error.attempts().len(), error.usage().total_tokens()),
        (2, 30)
    );
    assert_eq!(error.raw(), Some(r#"{"title":"x","minutes":-2}"#));

    let (_mock, groq) = mock([wrong(-1)]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .max_corrections(0)
        .await
        .unwrap_err();
    assert!(!error.is_limit() && error.is_invalid());

    let (_mock, groq) = mock([wrong(-1)]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .token_budget(15)
        .await
        .unwrap_err();
    assert!(error.kind() == ErrorKind::TokenBudget, "{error}");

    let (_mock, groq) = mock([wrong(1).delay(Duration::from_secs(5))]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .timeout(Duration::from_millis(50))
        .await
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert_eq!(error.attempts().len(), 1);
}

#[tokio::test]
async fn a_model_that_repeats_itself_is_not_asked_for_ever() {
    let (_mock, groq) = mock([says("No."), says("No.")]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .max_corrections(9)
        .await
        .unwrap_err();
    assert!(error.is_no_progress() && error.is_no_json(), "{error}");
    assert_eq!(error.attempts().len(), 2);
}

#[tokio::test]
async fn failed_generations_are_recovered_before_a_retry_is_spent() {
    let failed = |code: &str, generation: &str| {
        refuses(
            &json!({"message": "Failed", "type": "invalid_request_error", "code": code, "failed_generation": generation}),
        )
    };
    let (_mock, groq) = mock([failed(
        "json_validate_failed",
        "```json\n{\"title\":\"x\",\"minutes\":1}\n```",
    )])
    .await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .max_corrections(0)
        .await
        .unwrap();
    assert!(
        out.attempts[0].recovered && out.attempts[0].usage.is_none() && out.completion.is_none()
    );

    let (_mock, groq) = mock([failed(
        "tool_use_failed",
        "<function=Recipe>{\"title\":\"x\",\"minutes\":1}</function>",
    )])
    .await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .mode(Mode::Tool)
        .user("x")
        .max_corrections(0)
        .await
        .unwrap();
    assert!(out.attempts[0].recovered);

    let (mock, groq) = mock([
        failed("json_validate_failed", r#"{"title":"x"}"#),
        says(r#"{"title":"x","minutes":1}"#),
    ])
    .await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .await
        .unwrap();
    assert_eq!(out.attempts.len(), 2);
    assert!(
        bodies(&mock)[1]["messages"][3]["content"]
            .as_str()
            .unwrap()
            .contains("/minutes: is missing")
    );
}

#[tokio::test]
async fn a_call_of_another_tool_is_never_the_answer() {
    #[derive(Debug, Deserialize, JsonSchema)]
    struct Repository {
        name: String,
    }
    let call =
        |name: &str, arguments: &str| format!(r#"{{"name":"{name}","arguments":{arguments}}}"#);
    let refused = |generation: &str| {
        refuses(
            &json!({"message": "Tool choice is none", "code": "tool_use_failed", "failed_generation": generation}),
        )
    };
    for mode in [Mode::Tool, Mode::Object, Mode::Prompt] {
        let (mock, groq) = mock([
            refused(&call("repo_browser.open_file", r#"{"path":"a"}"#)),
            refused(&call("Repository<|channel|>json", r#"{"name":"groq"}"#)),
        ])
        .await;
        let ask = groq.extract::<Repository>().model(PLAIN).mode(mode);
        let out = ask.user("x").await.unwrap();
        assert_eq!(out.name, "groq");
        assert_eq!((out.attempts.len(), out.attempts[0].recovered), (2, false));
        let body = bodies(&mock)[1].to_string();
        assert!(body.contains("repo_browser.open_file"), "{body}");
    }
}

#[tokio::test]
async fn the_model_is_sent_why_the_service_refused_its_reply() {
    let reason = "Failed to generate JSON: `minutes` must be an integer";
    let refused = refuses(
        &json!({"message": reason, "code": "json_validate_failed", "failed_generation": ""}),
    );
    let (mock, groq) = mock([refused, says(r#"{"title":"x","minutes":1}"#)]).await;
    let out = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .await
        .unwrap();
    assert!(out.attempts[1].added.contains(&Added::Correction));
    let bodies = bodies(&mock);
    let last = bodies[1]["messages"].as_array().unwrap().last().unwrap();
    assert_eq!(last["role"], "user");
    assert!(last["content"].as_str().unwrap().contains(reason), "{last}");
}

#[tokio::test]
async fn a_failed_call_is_shown_with_its_status_and_message() {
    let (_mock, groq) = mock([Reply::error(401, "no such key")]).await;
    let error = groq.extract::<Recipe>().user("x").await.unwrap_err();
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(shown.starts_with("the call failed: "), "{shown}");
        assert!(
            shown.contains("401") && shown.contains("no such key"),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_cut_reply_gets_more_room_once() {
    let cut = || {
        completion(
            &json!({"role": "assistant", "content": "{\"title\":\"x"}),
            "length",
        )
    };
    let (mock, groq) = mock([cut(), says(r#"{"title":"x","minutes":1,"tags":null}"#)]).await;
    let out = groq
        .extract::<Recipe>()
        .model(STRICT)
        .support_cache(SupportCache::new())
        .user("x")
        .await
        .unwrap();
    let bodies = bodies(&mock);
    assert_eq!(bodies[1]["max_completion_tokens"], 8192);
    assert_eq!(bodies[1]["reasoning_effort"], "low");
    assert_eq!(
        bodies[1]["messages"].as_array().unwrap().len(),
        1,
        "a cut reply is not sent back"
    );
    assert!(out.attempts[1].added.contains(&Added::LowReasoningEffort));

    let (_mock, groq) = crate::support::mock([cut(), cut()]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .max_corrections(5)
        .await
        .unwrap_err();
    assert!(error.is_truncated());
    assert_eq!(error.partial().unwrap().to_value(), json!({"title": "x"}));
    assert_eq!(error.attempts().len(), 2);
}

#[tokio::test]
async fn the_limit_is_raised_only_once() {
    let cut = || {
        completion(
            &json!({"role": "assistant", "content": "{\"title\":\"x"}),
            "length",
        )
    };
    let (mock, groq) = mock([cut(), says(r#"{"title":"x","minutes":0}"#), cut()]).await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .max_completion_tokens(100)
        .max_corrections(9)
        .await
        .unwrap_err();
    assert!(error.is_truncated(), "{error}");
    let limits: Vec<Value> = bodies(&mock)
        .iter()
        .map(|body| body["max_completion_tokens"].clone())
        .collect();
    assert_eq!(limits, [100, 200, 200]);
}

#[tokio::test]
async fn modes_step_down_by_the_services_word_and_it_is_remembered() {
    let no_format = || {
        refuses(
            &json!({"message": "This model does not support response format `json_schema`.", "type": "invalid_request_error"}),
        )
    };
    let memory = SupportCache::new();
    let (mock, groq) = mock([
        no_format(),
        no_format(),
        says(r#"{"title":"x","minutes":1}"#),
        says(r#"{"title":"x","minutes":1}"#),
    ])
    .await;
    let ask = || {
        groq.extract::<Recipe>()
            .model(STRICT)
            .support_cache(memory.clone())
            .user("x")
            .max_corrections(0)
    };
    let out = ask().await.unwrap();
    let modes: Vec<Mode> = out.attempts.iter().map(|attempt| attempt.mode).collect();
    assert_eq!(modes, [Mode::Strict, Mode::Schema, Mode::Object]);
    assert!(
        out.attempts[2]
            .reason
            .as_deref()
            .unwrap()
            .contains("was refused")
    );
    let out = ask().await.unwrap();
    assert_eq!(out.attempts.len(), 1, "the second question knows");
    assert_eq!(bodies(&mock)[3]["response_format"]["type"], "json_object");
}

#[tokio::test]
async fn a_mode_that_was_asked_for_is_never_replaced() {
    let schema = refuses(
        &json!({"message": "invalid JSON schema for response_format: 'Recipe': /properties: no", "param": "response_format"}),
    );
    let (mock, groq) = mock([schema]).await;
    let error = groq
        .extract::<Recipe>()
        .model(STRICT)
        .support_cache(SupportCache::new())
        .mode(Mode::Strict)
        .user("x")
        .await
        .unwrap_err();
    assert!(error.is_unsupported(), "{error}");
    assert_eq!(bodies(&mock).len(), 1);
    let error = groq
        .extract::<Value>()
        .mode(Mode::Strict)
        .user("x")
        .await
        .unwrap_err();
    assert!(error.is_unsupported());
    assert_eq!(bodies(&mock).len(), 1, "nothing was sent");
}

#[tokio::test]
async fn tools_in_the_shape_of_the_type() {
    let (mock, groq) = mock([
        calls(&[("c1", "Array_of_string", r#"{"items":["a"]}"#)]),
        calls(&[("c1", "Recipe", "{}"), ("c2", "Recipe", "{}")]),
    ])
    .await;
    let out = groq
        .extract::<Vec<String>>()
        .model(PLAIN)
        .mode(Mode::Tool)
        .user("x")
        .await
        .unwrap();
    assert_eq!(*out, ["a"]);
    let body = &bodies(&mock)[0];
    assert_eq!(body["tool_choice"]["function"]["name"], "Array_of_string");
    assert_eq!(
        body["tools"][0]["function"]["parameters"]["required"],
        json!(["items"])
    );
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .mode(Mode::Tool)
        .user("x")
        .max_corrections(0)
        .await
        .unwrap_err();
    assert!(error.is_invalid(), "{error}");
}

#[tokio::test]
async fn refusals_and_other_failures_are_told_at_once() {
    let (_mock, groq) = mock([
        completion(
            &json!({"role": "assistant", "content": null, "refusal": "I will not"}),
            "stop",
        ),
        Reply::error(401, "no key"),
    ])
    .await;
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .await
        .unwrap_err();
    assert!(error.is_refusal());
    assert_eq!(error.refusal(), Some("I will not"));
    assert!(!format!("{error} {error:?}").contains("will not"));
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .user("x")
        .await
        .unwrap_err();
    assert!(error.api().unwrap().is_authentication());
    assert_eq!(error.attempts().len(), 1);
}

#[tokio::test]
async fn classification_into_one_and_into_several() {
    let (mock, groq) = mock([
        says(r#"{"value":"good"}"#),
        says(r#"{"items":["bad","good"]}"#),
        says(r#"{"items":["bad","bad"]}"#),
    ])
    .await;
    let groq = groq.with_model(STRICT);
    assert_eq!(
        groq.classify::<Mood>("I love it").await.unwrap(),
        Mood::Good
    );
    assert_eq!(
        groq.classify_many::<Mood>("mixed").await.unwrap(),
        [Mood::Bad, Mood::Good]
    );
    let schema = &bodies(&mock)[0]["response_format"]["json_schema"]["schema"];
    assert_eq!(
        schema["properties"]["value"]["enum"],
        json!(["good", "bad"])
    );
    assert!(groq.classify_many::<Mood>("twice").await.is_err());
    assert!(groq.classify::<Recipe>("x").await.unwrap_err().is_schema());
}

#[tokio::test]
async fn schemas_at_run_time_and_examples() {
    let (mock, groq) = mock([says(r#"{"n":"7"}"#), says(r#"{"title":"x","minutes":1}"#)]).await;
    let schema = json!({"title": "Numbers", "type": "object", "properties": {"n": {"type": "integer"}, "m": {"type": "integer", "default": 3}}, "required": ["n"]});
    let out = groq
        .extract_value(schema)
        .unwrap()
        .model(PLAIN)
        .user("x")
        .repair(Repair::Lossless)
        .await
        .unwrap();
    assert_eq!(*out, json!({"n": 7, "m": 3}));
    assert_eq!(out.defaults, ["/m"]);
    let example = Recipe {
        title: "Soup".into(),
        minutes: 5,
        tags: vec![],
    };
    groq.extract::<Recipe>()
        .model(PLAIN)
        .role("a cook")
        .requirement("Use few words")
        .example(&example)
        .user("x")
        .await
        .unwrap();
    let prompt = bodies(&mock)[1]["messages"][0]["content"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        prompt.starts_with("You are a cook.")
            && prompt.contains("Soup")
            && prompt.contains("3. Use few words"),
        "{prompt}"
    );
    let bad = Recipe {
        title: "Soup".into(),
        minutes: 0,
        tags: vec![],
    };
    let error = groq
        .extract::<Recipe>()
        .model(PLAIN)
        .example(&bad)
        .user("x")
        .await
        .unwrap_err();
    assert!(error.is_invalid());
}

#[tokio::test]
async fn a_keyword_that_the_service_refuses_is_left_out_before_the_mode_is_given_up() {
    let refuses_keyword = |keyword: &str| {
        refuses(&json!({
            "message": format!("invalid JSON schema for response_format: 'Recipe': /properties/minutes: {keyword} is not supported"),
            "type": "invalid_request_error", "param": "response_format",
        }))
    };
    let memory = SupportCache::new();
    let (mock, groq) = mock([
        refuses_keyword("minimum"),
        says(r#"{"title":"x","minutes":0}"#),
        says(r#"{"title":"x","minutes":1}"#),
        says(r#"{"title":"x","minutes":1}"#),
    ])
    .await;
    let ask = || {
        groq.extract::<Recipe>()
            .model("moonshotai/kimi-k2-instruct")
            .support_cache(memory.clone())
            .user("x")
            .max_corrections(1)
    };
    let out = ask().await.unwrap();
    assert_eq!(out.minutes, 1, "the keyword still judges");
    let modes: Vec<Mode> = out.attempts.iter().map(|attempt| attempt.mode).collect();
    assert_eq!(modes, [Mode::Schema; 3]);
    assert!(
        out.attempts[0]
            .failure
            .as_deref()
            .unwrap()
            .contains("minimum")
    );
    assert!(
        out.attempts[1]
            .added
            .contains(&Added::WithoutKeyword("minimum"))
    );
    assert_eq!(out.attempts[1].issues[0].path, "/minutes");
    assert_eq!(
        ask().await.unwrap().attempts.len(),
        1,
        "the second question knows"
    );
    let bodies = bodies(&mock);
    let minutes = |index: usize| {
        bodies[index]["response_format"]["json_schema"]["schema"]["properties"]["minutes"].clone()
    };
    assert_eq!(minutes(0)["minimum"], 1);
    assert!(minutes(1).get("minimum").is_none() && minutes(3).get("minimum").is_none());
    assert!(
        minutes(1)["description"]
            .as_str()
            .unwrap()
            .contains("at least 1")
    );
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Ages {
    ages: std::collections::BTreeMap<String, u8>,
}

#[tokio::test]
async fn the_model_is_told_where_a_check_failed_in_its_own_words() {
    let (mock, groq) = mock([
        says(r#"{"ages":[{"key":"Ada","value":36},{"key":"Bob","value":200}]}"#),
        says(r#"{"ages":[{"key":"Ada","value":36},{"key":"Bob","value":20}]}"#),
    ])
    .await;
    let out = groq
        .extract::<Ages>()
        .model(STRICT)
        .user("x")
        .max_corrections(1);
    let out = out.check(|all| ensure(all.ages["Bob"] < 150, "/ages/Bob", "must be less than 150"));
    let out = out.await.unwrap();
    assert_eq!(out.ages["Bob"], 20);
    assert_eq!(
        out.attempts[0].issues[0].path, "/ages/Bob",
        "the caller's path"
    );
    let question = bodies(&mock)[1]["messages"][2]["content"].to_string();
    assert!(
        question.contains("/ages/1/value: must be less than 150"),
        "{question}"
    );
}
