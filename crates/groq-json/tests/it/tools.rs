//! Tools: typed arguments, errors that go back, bounds, approval, and driving by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use groq_json::{Approval, ErrorKind, GroqJson, JsonSchema, Tool, Turn};
use serde::Deserialize;
use serde_json::json;

use tokio::sync::Barrier;

use crate::support::{bodies, calls, mock, refuses, says};

#[derive(Deserialize, JsonSchema)]
struct Sum {
    a: i64,
    b: i64,
}

#[derive(Deserialize, JsonSchema)]
struct Nothing {}

fn add() -> Tool {
    Tool::new("add", "Adds two numbers", |sum: Sum| async move {
        sum.a.checked_add(sum.b).ok_or("too large")
    })
}

fn clock() -> Tool {
    Tool::new("clock", "Tells the time", |_: Nothing| async {
        Ok::<_, String>("noon")
    })
}

#[tokio::test]
async fn results_come_in_the_order_of_the_calls() {
    let (mock, groq) = mock([
        calls(&[
            ("c1", "add", r#"{"a":1,"b":2}"#),
            ("c2", "clock", "null"),
            ("c3", "add", r#"{"a":1,"b":2,}"#),
        ]),
        says("3 at noon"),
    ])
    .await;
    let ran = groq
        .tools([add(), clock()])
        .user("What is 1 + 2, and when?")
        .await
        .unwrap();
    assert_eq!(ran.text, "3 at noon");
    assert_eq!(ran.usage.total_tokens(), 30);
    assert_eq!(ran.steps[0].calls.len(), 3);
    assert_eq!(ran.steps[0].calls[2].repairs.len(), 1);
    let bodies = bodies(&mock);
    assert_eq!(
        bodies[0]["tools"][0]["function"]["parameters"]["required"],
        json!(["a", "b"])
    );
    let messages = bodies[1]["messages"].as_array().unwrap();
    let results: Vec<_> = messages[2..]
        .iter()
        .map(|message| {
            (
                message["tool_call_id"].as_str().unwrap(),
                message["content"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(results, [("c1", "3"), ("c2", "noon"), ("c3", "3")]);
    assert_eq!(ran.messages.len(), 6);
}

#[tokio::test]
async fn calls_run_at_the_same_time() {
    let all = Arc::new(Barrier::new(3));
    let meet = Tool::new("meet", "Waits for the others", move |_: Nothing| {
        let all = Arc::clone(&all);
        async move {
            all.wait().await;
            Ok::<_, String>("met")
        }
    });
    let (_mock, groq) = mock([
        calls(&[
            ("c1", "meet", "{}"),
            ("c2", "meet", "{}"),
            ("c3", "meet", "{}"),
        ]),
        says("done"),
    ])
    .await;
    let ran = groq
        .tools([meet])
        .user("x")
        // One after the other, they would wait for ever.
        .timeout(Duration::from_secs(60))
        .await
        .unwrap();
    assert_eq!(ran.text, "done");
    assert!(ran.steps[0].calls.iter().all(|call| call.failure.is_none()));
}

#[tokio::test]
async fn what_is_wrong_with_a_call_goes_back_to_the_model() {
    let (mock, groq) = mock([
        calls(&[
            ("c1", "add", r#"{"a":"one"}"#),
            ("c2", "subtract", "{}"),
            ("c3", "add", &format!(r#"{{"a":{},"b":1}}"#, i64::MAX)),
            ("c4", "add", "{\"a\":1"),
        ]),
        says("sorry"),
    ])
    .await;
    let ran = groq.tools([add()]).user("x").await.unwrap();
    let failures: Vec<bool> = ran.steps[0]
        .calls
        .iter()
        .map(|call| call.failure.is_some())
        .collect();
    assert_eq!(failures, [true; 4]);
    let text = |index: usize| {
        bodies(&mock)[1]["messages"][2 + index]["content"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert!(
        text(0).contains("/a: expected integer, got \"one\"") && text(0).contains("/b: is missing"),
        "{}",
        text(0)
    );
    assert!(text(1).contains("There are: add"));
    assert_eq!(text(2), "Error: too large");
    assert!(text(3).contains("cut off"));
}

#[tokio::test]
async fn refused_calls_are_recovered() {
    let failed = |generation: &str| {
        refuses(
            &json!({"message": "Failed to call a function.", "code": "tool_use_failed", "failed_generation": generation}),
        )
    };
    let (mock, groq) = mock([
        failed("<function=add>{\"a\":1,\"b\":2}</function>"),
        failed("add 1 2"),
        says("3"),
    ])
    .await;
    let ran = groq.tools([add()]).user("x").await.unwrap();
    assert_eq!(ran.text, "3");
    assert!(ran.steps[0].recovered && !ran.steps[1].recovered);
    let bodies = bodies(&mock);
    assert_eq!(bodies[1]["messages"][2]["content"], "3");
    assert!(
        bodies[2]["messages"][4]["content"]
            .as_str()
            .unwrap()
            .contains("could not be read")
    );
}

#[tokio::test]
async fn bounds_end_a_run() {
    let again = || calls(&[("c1", "clock", "{}")]);
    let (_mock, groq) = mock([again(), again(), again()]).await;
    let error = groq
        .tools([clock()])
        .user("x")
        .max_steps(3)
        .await
        .map(|ran| ran.text)
        .unwrap_err();
    assert!(error.kind() == ErrorKind::MaxSteps, "{error}");
    assert_eq!(error.usage().total_tokens(), 45);
    let (_mock, groq) = mock([again()]).await;
    let error = groq
        .tools([clock()])
        .user("x")
        .token_budget(10)
        .await
        .map(|ran| ran.text)
        .unwrap_err();
    assert!(error.kind() == ErrorKind::TokenBudget, "{error}");
    let slow = Tool::new("clock", "Tells the time", |_: Nothing| async {
        std::future::pending::<()>().await;
        Ok::<_, String>(())
    });
    let (_mock, groq) = mock([again()]).await;
    let error = groq
        .tools([slow])
        .user("x")
        .timeout(Duration::from_millis(200))
        .await
        .map(|ran| ran.text)
        .unwrap_err();
    assert!(error.is_timeout(), "{error}");
    let error = groq
        .tools([clock(), clock()])
        .user("x")
        .await
        .map(|ran| ran.text)
        .unwrap_err();
    assert!(error.is_schema());
}

#[tokio::test]
async fn calls_can_be_denied_and_answered_by_hand() {
    let made = Arc::new(AtomicU32::new(0));
    let times = Arc::clone(&made);
    let counted = Tool::new("clock", "Tells the time", move |_: Nothing| {
        times.fetch_add(1, Ordering::SeqCst);
        async { Ok::<_, String>(()) }
    });
    let (mock, groq) = mock([calls(&[("c1", "clock", "{}")]), says("no")]).await;
    let run = groq.tools([counted.clone()]).user("x");
    let ran = run
        .approve(|call| Approval::Deny(format!("{} is off", call.name)))
        .await
        .unwrap();
    assert_eq!(
        ran.steps[0].calls[0].failure.as_deref(),
        Some("clock is off")
    );
    assert_eq!(
        bodies(&mock)[1]["messages"][2]["content"],
        "The call was denied: clock is off"
    );

    let (mock, groq) = crate::support::mock([
        calls(&[
            ("c1", "clock", "{}"),
            ("c2", "clock", "{}"),
            ("c3", "clock", "{}"),
        ]),
        says("yes"),
    ])
    .await;
    let mut driver = groq.tools([counted]).user("x").driver().unwrap();
    while let Some(turn) = driver.next().await {
        if let Turn::Calls(calls) = turn.unwrap() {
            assert_eq!(calls.len(), 3);
            driver.answer("c1", "midnight");
            driver.deny("c2", "enough");
        }
    }
    let contents: Vec<_> = bodies(&mock)[1]["messages"].as_array().unwrap()[2..]
        .iter()
        .map(|message| message["content"].clone())
        .collect();
    assert_eq!(
        contents,
        ["midnight", "The call was denied: enough", "null"]
    );
    assert_eq!(made.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failed_run_keeps_what_was_done() {
    let add_call = || calls(&[("c1", "add<|channel|>commentary", r#"{"a":1,"b":2}"#)]);
    let (_mock, groq) = mock([add_call(), add_call()]).await;
    let run = groq.tools([add()]).user("x").max_steps(1);
    let error = run.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MaxSteps);
    assert_eq!((error.steps().len(), error.messages().len()), (1, 3));
    assert_eq!(error.steps()[0].calls[0].failure, None);
    assert_eq!(error.usage().total_tokens(), 15);

    let refused = || {
        refuses(
            &json!({"message": "no such thing", "code": "tool_use_failed", "failed_generation": ""}),
        )
    };
    let (mock, groq) = mock([refused(), refused()]).await;
    let run = groq.tools([add()]).user("x").max_steps(2);
    let error = run.await.unwrap_err();
    assert_eq!(
        (error.kind(), error.cause()),
        (ErrorKind::MaxSteps, ErrorKind::Api)
    );
    assert!(bodies(&mock)[1].to_string().contains("no such thing"));
}
