//! Storms of calls against limits that nobody configured.

use std::time::{Duration, Instant};

use groq_core::types::{ChatCompletionRequest, Message};
use groq_core::{Client, limits::LocalRateLimiter};
use groq_mock::{Mock, Throttle};
use tokio::task::JoinSet;

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn storms_pass_with_at_most_one_refusal_for_each_window() {
    let in_headers = Throttle::new().requests(10, SECOND);
    // As with Groq's requests per minute: headers report those of a day, and only the text of a 429 names the other limit.
    let in_words = in_headers.clone().requests(500_000, 86_400 * SECOND);
    for throttle in [in_headers, in_words] {
        let mock = Mock::builder().throttle(throttle).start().await;
        let mock = mock.expect("a free port");
        let client = Client::builder()
            .api_key("gsk_test")
            .base_url(mock.base_url())
            .rate_limiter(LocalRateLimiter::new())
            .build()
            .expect("a client");
        let begun = Instant::now();
        let mut calls = JoinSet::new();
        for _ in 0..30 {
            let client = client.clone();
            let request = ChatCompletionRequest::new("openai/gpt-oss-20b", [Message::user("Hi")]);
            calls.spawn(async move { client.chat().create(request).await.map(drop) });
        }
        for result in calls.join_all().await {
            result.expect("all are good");
        }
        let refused = mock.requests().len() as u64 - 30;
        let windows = begun.elapsed().as_secs() + 1;
        assert!(refused <= windows, "{refused} in {windows} windows");
    }
}
