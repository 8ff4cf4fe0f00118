//! Rate limits: headers on every answer, refusals with a wait, and that waiting is enough.

use std::time::Duration;

use groq_mock::{Mock, Throttle};
use serde_json::json;

use crate::chat::{ask, with};
use crate::client::{Answer, chat};

fn number(answer: &Answer, name: &str) -> u64 {
    answer.header(name).unwrap().parse().unwrap()
}

#[tokio::test]
async fn headers_count_down() {
    let mock = Mock::start().await.unwrap();
    let (one, two) = (
        chat(&mock, &ask("one")).await,
        chat(&mock, &ask("two")).await,
    );
    for answer in [&one, &two] {
        assert_eq!(number(answer, "x-ratelimit-limit-requests"), 500_000);
        assert_eq!(number(answer, "x-ratelimit-limit-tokens"), 1_000_000);
        assert!(
            answer
                .header("x-ratelimit-reset-tokens")
                .unwrap()
                .ends_with('s')
        );
        assert!(
            answer
                .header("x-ratelimit-reset-requests")
                .unwrap()
                .ends_with('s')
        );
        assert_eq!(answer.header("retry-after"), None);
    }
    assert_eq!(
        number(&one, "x-ratelimit-remaining-requests"),
        number(&two, "x-ratelimit-remaining-requests") + 1
    );
}

#[tokio::test]
async fn tokens_count_down() {
    // In a day so few come back that none do between two requests.
    let limits = Throttle::new().tokens(10_000, Duration::from_secs(24 * 3_600));
    let mock = Mock::builder().throttle(limits).start().await.unwrap();
    let (one, two) = (
        chat(&mock, &ask("one")).await,
        chat(&mock, &ask("two")).await,
    );
    let name = "x-ratelimit-remaining-tokens";
    assert!(number(&one, name) > number(&two, name));
}

#[tokio::test]
async fn too_many_requests_are_refused_until_the_wait_is_over() {
    let limits = Throttle::new().requests(2, Duration::from_millis(600));
    let mock = Mock::builder().throttle(limits).start().await.unwrap();
    assert_eq!(chat(&mock, &ask("a")).await.status, 200);
    assert_eq!(chat(&mock, &ask("a")).await.status, 200);
    let refused = chat(&mock, &ask("a")).await;
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(refused.header("x-ratelimit-remaining-requests"), Some("0"));
    let error = refused.error();
    assert_eq!(
        (error["type"].as_str(), error["code"].as_str()),
        (Some("requests"), Some("rate_limit_exceeded"))
    );
    // Another model has limits of its own, and what is refused for another reason is not counted.
    assert_eq!(
        chat(
            &mock,
            &with(ask("a"), "model", json!("llama-3.1-8b-instant"))
        )
        .await
        .status,
        200
    );
    tokio::time::sleep(Duration::from_millis(650)).await;
    assert_eq!(
        chat(&mock, &with(ask("a"), "n", json!(2))).await.status,
        400
    );
    assert_eq!(chat(&mock, &ask("a")).await.status, 200);
    assert_eq!(chat(&mock, &ask("a")).await.status, 200);
}

#[tokio::test]
async fn tokens_count_with_what_may_be_generated() {
    let limits = Throttle::new().tokens(500, Duration::from_secs(60));
    let mock = Mock::builder()
        .model_throttle("llama-3.3-70b-versatile", limits)
        .start()
        .await
        .unwrap();
    let asking = |tokens: u64| {
        with(
            ask("Reply with exactly: pong"),
            "max_completion_tokens",
            json!(tokens),
        )
    };
    let too_large = chat(&mock, &asking(1000)).await;
    assert_eq!(
        (too_large.status, too_large.header("retry-after")),
        (413, None)
    );
    let error = too_large.error();
    assert_eq!(
        (error["type"].as_str(), error["code"].as_str()),
        (Some("tokens"), Some("rate_limit_exceeded"))
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("Limit 500, Requested"),
        "{error}"
    );
    let good = chat(&mock, &asking(450)).await;
    assert_eq!(good.status, 200);
    let spent = good.json()["usage"]["total_tokens"].as_u64().unwrap();
    assert_eq!(number(&good, "x-ratelimit-remaining-tokens"), 500 - spent);
    let mut refused = None;
    for _ in 0..10 {
        let answer = chat(&mock, &asking(450)).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.error()["type"], "tokens");
    assert!(number(&refused, "retry-after") >= 1);
    assert!(
        refused.error()["message"]
            .as_str()
            .unwrap()
            .contains("Please try again in")
    );
}

#[tokio::test]
async fn streams_are_counted_and_refused_alike() {
    let mock = Mock::builder()
        .throttle(Throttle::new().requests(1, Duration::from_secs(60)))
        .start()
        .await
        .unwrap();
    let body = with(ask("a"), "stream", json!(true));
    let first = chat(&mock, &body).await;
    assert_eq!(
        (first.status, first.header("x-ratelimit-remaining-requests")),
        (200, Some("0"))
    );
    let second = chat(&mock, &body).await;
    assert_eq!(
        (second.status, second.header("content-type")),
        (429, Some("application/json"))
    );
}
