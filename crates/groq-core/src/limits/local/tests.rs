#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a simulation with small numbers"
)]

use super::*;
use crate::limits::{Quota, RateLimits};
use crate::runtime::TokioRuntime;
use http::StatusCode;
use tokio::task::JoinSet;

const SECOND: Duration = Duration::from_secs(1);

fn shared(limiter: LocalRateLimiter) -> Arc<LocalRateLimiter> {
    Arc::new(limiter)
}

fn call() -> CallEstimate {
    CallEstimate::new("m")
        .request_bytes(400)
        .max_completion_tokens(100)
        .max_wait(3600 * SECOND)
}

/// Counts as the service does: what a call may need when it comes in, and what it needed when it is over.
struct Service {
    state: Mutex<(f64, f64, Instant)>,
    requests: f64,
    tokens: f64,
    headers: bool,
}

impl Service {
    fn new(requests: f64, tokens: f64, headers: bool) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new((requests, tokens, TokioRuntime.now())),
            requests,
            tokens,
            headers,
        })
    }

    fn begin(&self, tokens: f64) -> Feedback {
        let now = TokioRuntime.now();
        let mut state = self.state.lock().expect("a state");
        let since = (now - state.2).as_secs_f64();
        state.0 = (state.0 + since * self.requests / 60.0).min(self.requests);
        state.1 = (state.1 + since * self.tokens / 60.0).min(self.tokens);
        state.2 = now;
        let fits = state.0 >= 0.99 && state.1 >= tokens * 0.99;
        if fits {
            state.0 -= 1.0;
            state.1 -= tokens;
        }
        let mut limits = RateLimits::default();
        if self.headers {
            limits.tokens.limit = Some(self.tokens as u64);
            limits.tokens.remaining = Some(state.1.max(0.0) as u64);
        }
        if fits {
            Feedback::new(StatusCode::OK).rate_limits(limits)
        } else {
            Feedback::new(StatusCode::TOO_MANY_REQUESTS)
                .rate_limits(limits)
                .retry_after(2 * SECOND)
        }
    }

    fn end(&self, back: f64) {
        self.state.lock().expect("a state").1 += back;
    }
}

/// 64 tasks for ten minutes: the calls that succeeded and were refused, and the tokens, after the first minute.
async fn drive(limiter: &Arc<LocalRateLimiter>, service: &Arc<Service>) -> (usize, usize, f64) {
    let start = TokioRuntime.now();
    let mut tasks = JoinSet::new();
    for task in 0..64u64 {
        let (limiter, service) = (Arc::clone(limiter), Arc::clone(service));
        tasks.spawn(async move {
            let (mut good, mut bad, mut spent) = (0, 0, 0.0);
            while TokioRuntime.now() - start < 600 * SECOND {
                let permit = limiter.acquire(&call()).await.expect("a permit");
                let asked = 200.0;
                let feedback = service.begin(asked);
                let late = TokioRuntime.now() - start >= 60 * SECOND;
                limiter.feedback(&permit, &feedback);
                tokio::time::sleep(Duration::from_millis(500 + task * 10)).await;
                if feedback.status == StatusCode::OK {
                    service.end(40.0);
                    limiter.release(permit, Some(Usage::new(100, 60)));
                    good += usize::from(late);
                    spent += if late { 160.0 } else { 0.0 };
                } else {
                    limiter.release(permit, None);
                    bad += usize::from(late);
                }
            }
            (good, bad, spent)
        });
    }
    let mut sum = (0, 0, 0.0);
    while let Some(result) = tasks.join_next().await {
        let (good, bad, spent) = result.expect("a task");
        sum = (sum.0 + good, sum.1 + bad, sum.2 + spent);
    }
    sum
}

#[tokio::test(start_paused = true)]
async fn the_allowance_of_requests_is_used_and_not_passed() {
    let service = Service::new(300.0, 1e9, false);
    let quota = Quota::new().requests_per_minute(300);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let (good, bad, _) = drive(&limiter, &service).await;
    assert_eq!(bad, 0);
    assert!(good as f64 >= 0.95 * 300.0 * 9.0, "{good}");
}

#[tokio::test(start_paused = true)]
async fn the_allowance_of_tokens_is_learned_from_the_headers() {
    let service = Service::new(1e9, 30_000.0, true);
    let limiter = shared(LocalRateLimiter::new());
    let (_, bad, spent) = drive(&limiter, &service).await;
    assert_eq!(bad, 0);
    assert!(spent >= 0.95 * 30_000.0 * 9.0, "{spent}");
}

#[tokio::test(start_paused = true)]
async fn requests_and_tokens_are_kept_to_together() {
    // 600 requests would fit, and 160 tokens each make it 375; then the other way round.
    for (requests, tokens, fits) in [(600.0, 60_000.0, 375.0), (200.0, 60_000.0, 200.0)] {
        let service = Service::new(requests, tokens, true);
        let quota = Quota::new().requests_per_minute(requests as u64);
        let limiter = shared(LocalRateLimiter::new().quota("m", quota));
        let (good, bad, _) = drive(&limiter, &service).await;
        assert_eq!(bad, 0);
        assert!(good as f64 >= 0.95 * fits * 9.0, "{good}");
    }
}

#[tokio::test(start_paused = true)]
async fn recordings_are_paced_by_their_seconds() {
    let quota = Quota::new()
        .audio_seconds_per_hour(7200)
        .audio_seconds_per_day(28_800);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let begun = TokioRuntime.now();
    let audio = |seconds: u32| call().audio(seconds * SECOND);
    // An hour that was announced, an hour that only the response tells of, and seconds that count as ten.
    let permit = limiter.acquire(&audio(3600)).await.expect("a permit");
    limiter.release(permit, None);
    let permit = limiter.acquire(&call()).await.expect("a permit");
    limiter.release(permit, Some(Usage::new(0, 0).audio(3600 * SECOND)));
    assert_eq!(TokioRuntime.now(), begun);
    let permit = limiter.acquire(&audio(1)).await.expect("a permit");
    limiter.release(permit, Some(Usage::new(0, 0).audio(SECOND)));
    let waited = TokioRuntime.now() - begun;
    assert!(waited >= 5 * SECOND && waited < 6 * SECOND, "{waited:?}");
    let refused = limiter.acquire(&audio(7201)).await;
    assert!(matches!(refused, Err(AcquireError::TooMuchAudio { .. })));
}

#[tokio::test(start_paused = true)]
async fn the_first_to_ask_is_the_first_to_go() {
    let quota = Quota::new().requests_per_minute(1);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for task in 0..5 {
        let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
        tasks.spawn(async move {
            let permit = limiter.acquire(&call()).await.expect("a permit");
            order.lock().expect("an order").push(task);
            limiter.release(permit, None);
        });
        tokio::task::yield_now().await;
    }
    tasks.join_all().await;
    assert_eq!(*order.lock().expect("an order"), [0, 1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_the_queue_holds_nobody_up() {
    let quota = Quota::new().requests_per_minute(1);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let _permit = limiter.acquire(&call()).await.expect("the first");
    let waiting = call();
    for _ in 0..10 {
        let gone = tokio::time::timeout(SECOND, limiter.acquire(&waiting)).await;
        assert!(gone.is_err());
    }
    let begun = TokioRuntime.now();
    let _permit = limiter.acquire(&call()).await.expect("the second");
    assert!(TokioRuntime.now() - begun < 61 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_refused_at_once() {
    let quota = Quota::new().requests_per_minute(1).tokens_per_minute(6000);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let _permit = limiter.acquire(&call()).await.expect("the first");
    let begun = TokioRuntime.now();
    let refused = limiter.acquire(&call().max_wait(SECOND)).await;
    assert!(matches!(refused, Err(AcquireError::WaitTooLong { wait }) if wait > 50 * SECOND));
    let refused = limiter.acquire(&call().max_completion_tokens(7000)).await;
    assert!(matches!(
        refused,
        Err(AcquireError::TooManyTokens { limit: 6000, .. })
    ));
    assert_eq!(TokioRuntime.now(), begun);
}
