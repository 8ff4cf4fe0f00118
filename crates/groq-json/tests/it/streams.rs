//! Values while they are being written, and lists item by item.

use std::time::Duration;

use groq_json::{BadItems, ErrorKind, ExtractEvent, GroqJson, JsonSchema, Repair, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::support::{bodies, mock, says, streams};

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Story {
    title: String,
    mood: Mood,
    pages: u8,
}

#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mood {
    Good,
    Bad,
}

#[tokio::test]
async fn partials_grow_into_the_value() {
    let (mock, groq) = mock([streams(&[
        "Here:\n",
        "{\"ti",
        "tle\":\"A f",
        "ox\",\"mood\":\"g",
        "ood\",\"pages\":1",
        "2}",
    ])])
    .await;
    let mut story = groq.extract::<Story>().user("a story").stream();
    let mut titles = Vec::new();
    let mut done = None;
    while let Some(event) = story.next().await {
        match event.unwrap() {
            ExtractEvent::Progress => {
                titles.extend(story.partial().text_at("/title").map(str::to_owned));
                assert!(matches!(
                    story.partial().get::<u8>("/pages"),
                    None | Some(12)
                ));
            }
            ExtractEvent::Done(value) => done = Some(value),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(titles, ["A f", "A fox", "A fox", "A fox"]);
    let done = done.expect("a value");
    assert_eq!(
        done.value,
        Story {
            title: "A fox".into(),
            mood: Mood::Good,
            pages: 12
        }
    );
    assert_eq!(done.repairs.len(), 1, "the text before it");
    let body = &bodies(&mock)[0];
    assert!(
        body.get("response_format").is_none(),
        "formats do not stream"
    );
    assert_eq!(body["stream"], true);
    assert!(story.partial().is_done(""));
    assert!(story.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_cannot_be_cured_is_broken_off_and_begun_again() {
    let (mock, groq) = mock([
        streams(&["{\"title\":\"x\",\"mood\":\"h", "uge\",", "\"pages\":1}"]),
        streams(&["{\"title\":\"x\",\"mood\":\"bad\",\"pages\":300}"]),
        streams(&["{\"title\":\"x\",\"mood\":\"bad\",\"pages\":30}"]),
    ])
    .await;
    let mut story = groq.extract::<Story>().user("a story").stream();
    let mut restarts = Vec::new();
    let mut done = None;
    while let Some(event) = story.next().await {
        match event.unwrap() {
            ExtractEvent::Restart(issues) => restarts.push(issues[0].to_string()),
            ExtractEvent::Done(value) => done = Some(value),
            _ => {}
        }
    }
    assert_eq!(
        restarts,
        [
            "/mood: expected one of \"good\", \"bad\"",
            "/pages: must be at most 255"
        ]
    );
    let done = done.expect("a value");
    assert_eq!(done.pages, 30);
    assert_eq!(done.attempts.len(), 3);
    assert_eq!(
        done.attempts[0].raw(),
        Some("{\"title\":\"x\",\"mood\":\"h")
    );
    assert!(
        bodies(&mock)[1]["messages"]
            .as_array()
            .unwrap()
            .iter()
            .any(|message| message["content"].as_str().unwrap().contains("/mood"))
    );
}

#[tokio::test]
async fn a_stream_that_ends_early_is_no_value() {
    let (_mock, groq) = mock([streams(&["{\"title\":\"x\","])]).await;
    let mut story = groq
        .extract::<Story>()
        .user("a story")
        .max_corrections(0)
        .stream();
    let mut error = None;
    while let Some(event) = story.next().await {
        error = event.err();
    }
    let error = error.expect("an error");
    assert!(error.is_truncated(), "{error}");
    assert_eq!(error.partial().unwrap().to_value(), json!({"title": "x"}));
}

#[tokio::test]
async fn items_come_one_by_one() {
    let pieces = [
        "[{\"title\":\"a\",\"mood\":\"good\",\"pages\":1}",
        ",{\"title\":\"b\",\"mood\":\"good\",\"pages\":300},",
        "{\"title\":\"c\",\"mood\":\"bad\",\"pages\":3}]",
    ];
    let (mock, groq) = mock([streams(&pieces), streams(&pieces), streams(&pieces[..2])]).await;
    let mut stories = groq
        .extract_each::<Story>()
        .user("stories")
        .bad_items(BadItems::Skip)
        .stream();
    let mut titles = Vec::new();
    while let Some(story) = stories.next().await {
        titles.push(story.unwrap().title);
    }
    assert_eq!(titles, ["a", "c"]);
    assert_eq!(stories.skipped()[0].path, "/1/pages");
    assert_eq!(stories.summary().unwrap().len(), 3);
    assert!(
        bodies(&mock)[0]["messages"][0]["content"]
            .as_str()
            .unwrap()
            .contains("title: string")
    );

    let mut stories = groq.extract_each::<Story>().user("stories").stream();
    assert_eq!(stories.next().await.unwrap().unwrap().title, "a");
    assert_eq!(
        stories.next().await.unwrap().unwrap_err().issues()[0].path,
        "/1/pages"
    );
    assert!(stories.next().await.is_none());

    let mut stories = groq
        .extract_each::<Story>()
        .user("stories")
        .bad_items(BadItems::Skip)
        .stream();
    assert_eq!(stories.next().await.unwrap().unwrap().title, "a");
    assert!(stories.next().await.unwrap().unwrap_err().is_truncated());
    assert!(stories.next().await.is_none());
}

#[tokio::test]
async fn bad_items_are_asked_for_again_at_the_end() {
    let pieces = [
        "[{\"title\":\"a\",\"mood\":\"good\",\"pages\":0},",
        "{\"title\":\"b\",\"mood\":\"good\",\"pages\":300},",
        "{\"title\":\"c\",\"mood\":\"bad\",\"pages\":3}]",
    ];
    let (mock, groq) = mock([
        streams(&["I would rather not."]),
        streams(&pieces),
        says(r#"{"items":[{"title":"a","mood":"good","pages":0},{"title":"b","mood":"good","pages":30}]}"#),
        says(r#"{"items":[{"title":"a","mood":"good","pages":10},{"title":"b","mood":"good","pages":30}]}"#),
    ])
    .await;
    let mut stories = groq
        .extract_each::<Story>()
        .model("llama-3.3-70b-versatile")
        .user("stories")
        .check(|story| ensure(story.pages > 0, "/pages", "must be positive"))
        .bad_items(BadItems::AskAgain)
        .max_corrections(1)
        .stream();
    let mut all = Vec::new();
    while let Some(story) = stories.next().await {
        let story = story.unwrap();
        all.push((story.title, story.pages));
    }
    assert_eq!(all, [("c".into(), 3), ("a".into(), 10), ("b".into(), 30)]);
    assert_eq!(stories.summary().unwrap().attempts.len(), 4);
    let bodies = bodies(&mock);
    let last = bodies[2]["messages"].as_array().unwrap();
    let wrong = last[last.len() - 1]["content"].as_str().unwrap();
    assert!(
        wrong.contains("1. /0/pages: must be positive")
            && wrong.contains("2. /1/pages: must be at most 255, got 300"),
        "{wrong}"
    );
    let last = bodies[3]["messages"].as_array().unwrap();
    assert!(
        last[last.len() - 1]["content"]
            .as_str()
            .unwrap()
            .contains("/0/pages: must be positive")
    );
}

#[tokio::test]
async fn what_may_be_repaired_in_a_list_is_set() {
    let fenced = ["```json\n[{\"title\":\"a\",\"mood\":\"good\",\"pages\":\"12\"}]\n```"];
    let (mock, groq) = mock([streams(&fenced), streams(&fenced), streams(&fenced)]).await;
    let ask = |level| {
        let stories = groq.extract_each::<Story>().user("stories");
        stories
            .repair(level)
            .max_completion_tokens(77)
            .max_corrections(0)
            .stream()
    };
    let mut stories = ask(Repair::Lossless);
    assert_eq!(stories.next().await.unwrap().unwrap().pages, 12);
    assert!(stories.next().await.is_none());
    let error = ask(Repair::Safe).next().await.unwrap().unwrap_err();
    assert_eq!(error.issues()[0].path, "/0/pages");
    let error = ask(Repair::Off).next().await.unwrap().unwrap_err();
    assert!(error.issues().is_empty(), "not even the fence: {error}");
    assert!(
        bodies(&mock)
            .iter()
            .all(|body| body["max_completion_tokens"] == 77)
    );
}

#[tokio::test]
async fn the_tokens_of_a_list_are_bounded() {
    let wrong = r#"{"title":"a","mood":"good","pages":300}"#;
    let (mock, groq) = mock([
        streams(&[&format!("[{wrong}]")]),
        says(&format!(r#"{{"items":[{wrong}]}}"#)),
    ])
    .await;
    let mut stories = groq
        .extract_each::<Story>()
        .model("llama-3.3-70b-versatile")
        .user("stories")
        .bad_items(BadItems::AskAgain)
        .max_corrections(9)
        .token_budget(15)
        .stream();
    let error = stories.next().await.unwrap().unwrap_err();
    assert!(error.kind() == ErrorKind::TokenBudget, "{error}");
    assert_eq!(bodies(&mock).len(), 2);
    assert!(stories.next().await.is_none());
}

#[tokio::test]
async fn the_time_of_a_list_is_bounded() {
    let (_mock, groq) = mock([streams(&["["]).delay(Duration::from_secs(60))]).await;
    let mut stories = groq
        .extract_each::<Story>()
        .user("stories")
        .timeout(Duration::from_millis(50))
        .stream();
    let error = stories.next().await.unwrap().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(stories.next().await.is_none());
}
