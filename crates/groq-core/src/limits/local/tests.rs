#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a simulation with small numbers"
)]

use super::*;
use crate::limits::{AttemptFailure, Attempts, CallError, LimitUnit, Priority, RateLimits, Usage};
use crate::retry::RetryPolicy;
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
                if feedback.status == Some(StatusCode::OK) {
                    service.end(40.0);
                    limiter
                        .release(permit, feedback.usage(Usage::new(100, 60)))
                        .await;
                    good += usize::from(late);
                    spent += if late { 160.0 } else { 0.0 };
                } else {
                    limiter.release(permit, feedback).await;
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
    let used = |seconds: u32| {
        Feedback::new(StatusCode::OK).usage(Usage::default().audio(seconds * SECOND))
    };
    // An hour that was announced, an hour that only the response tells of, and seconds that count as ten.
    let permit = limiter.acquire(&audio(3600)).await.expect("a permit");
    limiter.release(permit, Feedback::default()).await;
    let permit = limiter.acquire(&call()).await.expect("a permit");
    limiter.release(permit, used(3600)).await;
    assert_eq!(TokioRuntime.now(), begun);
    let permit = limiter.acquire(&audio(1)).await.expect("a permit");
    limiter.release(permit, used(1)).await;
    let waited = TokioRuntime.now() - begun;
    assert!(waited >= 5 * SECOND && waited < 6 * SECOND, "{waited:?}");
    let refused = limiter.acquire(&audio(7201)).await;
    assert!(matches!(refused, Err(AcquireError::NeverFits { .. })));
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
            limiter.release(permit, Feedback::default()).await;
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
    assert!(
        matches!(refused, Err(AcquireError::WaitTooLong { wait, limit: Some(_) }) if wait > 50 * SECOND)
    );
    let refused = limiter.acquire(&call().max_completion_tokens(7000)).await;
    assert!(matches!(
        refused,
        Err(AcquireError::NeverFits {
            limit: LimitStatus { limit: 6000, .. },
            ..
        })
    ));
    assert_eq!(TokioRuntime.now(), begun);
}

/// How a server counts, and what it says of its limit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Counts {
    Steadily,
    InWindows,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Tells {
    /// Only the text of a 429 names the limit.
    Text,
    Headers,
    /// A 429 has a time, and nothing else.
    Nothing,
}

/// A server that keeps one limit, on the clock of the test.
#[derive(Clone, Copy, Debug)]
struct Limit {
    counts: Counts,
    tells: Tells,
    unit: LimitUnit,
    size: f64,
    period: f64,
    /// What each call needs.
    need: f64,
}

struct Server {
    keeps: Limit,
    level: f64,
    at: Instant,
    begun: Instant,
    /// When calls were refused.
    refused: Vec<f64>,
    /// Which calls were admitted.
    admitted: Vec<usize>,
}

impl Server {
    fn answer(&mut self, call: usize) -> Feedback {
        let keeps = self.keeps;
        let now = TokioRuntime.now();
        let [since, before] = [now, self.at].map(|at| (at - self.begun).as_secs_f64());
        self.at = now;
        let window = |at: f64| (at / keeps.period).floor();
        self.level = match keeps.counts {
            Counts::Steadily => self.level + (since - before) * keeps.size / keeps.period,
            Counts::InWindows if window(since) > window(before) => keeps.size,
            Counts::InWindows => self.level,
        };
        self.level = self.level.min(keeps.size);
        let admitted = self.level >= keeps.need - 1e-6;
        if admitted {
            self.level -= keeps.need;
            self.admitted.push(call);
        } else {
            self.refused.push(since);
        }
        let rate = keeps.size / keeps.period;
        let window_ends = (window(since) + 1.0) * keeps.period - since;
        let (next, reset) = match keeps.counts {
            Counts::Steadily => (
                (keeps.need - self.level) / rate,
                (keeps.size - self.level) / rate,
            ),
            Counts::InWindows => (window_ends, window_ends),
        };
        let status = if admitted {
            StatusCode::OK
        } else {
            StatusCode::TOO_MANY_REQUESTS
        };
        let mut feedback = Feedback::new(status);
        if !admitted {
            feedback = feedback.retry_after(Duration::from_secs_f64(next));
        }
        match keeps.tells {
            Tells::Headers => {
                let mut limits = RateLimits::default();
                let told = match keeps.unit {
                    LimitUnit::Requests => &mut limits.requests,
                    _ => &mut limits.tokens,
                };
                told.limit = Some(keeps.size as u64);
                told.remaining = Some(self.level as u64);
                told.reset = Some(Duration::from_secs_f64(reset));
                feedback.rate_limits(limits)
            }
            Tells::Text if !admitted => {
                let mut limit = LimitStatus::new(
                    keeps.unit,
                    keeps.size as u64,
                    Duration::from_secs_f64(keeps.period),
                );
                limit.used = (keeps.size - self.level) as u64;
                limit.requested = keeps.need as u64;
                feedback.exceeded = Some(limit);
                feedback
            }
            Tells::Text | Tells::Nothing => feedback,
        }
    }
}

/// All calls at once, and the seconds that they take together.
async fn storm(keeps: Limit, calls: usize, latency: Duration) -> (f64, Server) {
    let begun = TokioRuntime.now();
    let server = Arc::new(Mutex::new(Server {
        keeps,
        level: keeps.size,
        at: begun,
        begun,
        refused: Vec::new(),
        admitted: Vec::new(),
    }));
    let attempts = Attempts::new(Arc::new(LocalRateLimiter::new()));
    let mut tasks = JoinSet::new();
    for call in 0..calls {
        let (attempts, server) = (attempts.clone(), Arc::clone(&server));
        tasks.spawn(async move {
            let tokens = if keeps.unit == LimitUnit::Tokens {
                keeps.need as u64
            } else {
                0
            };
            let estimate = CallEstimate::new("m").max_completion_tokens(tokens);
            let send = async |_| {
                tokio::time::sleep(latency / 2).await;
                let feedback = server.lock().expect("a server").answer(call);
                tokio::time::sleep(latency / 2).await;
                if feedback.is_rate_limited() {
                    Err(AttemptFailure {
                        error: "refused",
                        feedback,
                        transient: false,
                    })
                } else {
                    Ok(((), feedback))
                }
            };
            attempts
                .run(estimate, send, |_, _| {})
                .await
                .expect("all are good");
        });
    }
    tasks.join_all().await;
    let took = (TokioRuntime.now() - begun).as_secs_f64();
    let server = Arc::into_inner(server).expect("all are done");
    (took, server.into_inner().expect("a server"))
}

#[tokio::test(start_paused = true)]
async fn storms_pass_in_order_and_in_nearly_the_best_time() {
    use Counts::{InWindows, Steadily};
    use LimitUnit::{Requests, Tokens};
    let limit = |counts, tells, unit, size, period, need| Limit {
        counts,
        tells,
        unit,
        size,
        period,
        need,
    };
    let table = [
        (
            limit(Steadily, Tells::Text, Requests, 60.0, 60.0, 1.0),
            96,
            36.0,
        ),
        (
            limit(InWindows, Tells::Text, Requests, 60.0, 60.0, 1.0),
            96,
            60.0,
        ),
        (
            limit(Steadily, Tells::Headers, Tokens, 12_000.0, 60.0, 400.0),
            64,
            68.0,
        ),
        (
            limit(Steadily, Tells::Headers, Requests, 5.0, 1.0, 1.0),
            64,
            11.8,
        ),
        (
            limit(InWindows, Tells::Headers, Requests, 5.0, 1.0, 1.0),
            64,
            12.0,
        ),
        (
            limit(InWindows, Tells::Nothing, Requests, 5.0, 1.0, 1.0),
            64,
            12.0,
        ),
    ];
    for (keeps, calls, best) in table {
        for latency in [2, 20, 60] {
            let (took, server) = storm(keeps, calls, Duration::from_millis(latency)).await;
            assert!(
                took <= 1.15 * best,
                "{keeps:?} {latency} ms: {took} of {best}"
            );
            assert!(
                server.admitted.is_sorted(),
                "{keeps:?}: {:?}",
                server.admitted
            );
            assert_eq!(server.admitted.len(), calls);
            let windows = server.refused.iter().map(|at| (at / keeps.period) as u64);
            let windows: Vec<u64> = windows.collect();
            let once = windows.windows(2).all(|pair| pair[0] < pair[1]);
            assert!(once, "{keeps:?} {latency} ms: {:?}", server.refused);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn interactive_calls_pass_a_flood_and_starve_nobody() {
    let quota = Quota::new().requests_per_minute(60);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = JoinSet::new();
    for (priority, calls) in [(Priority::Low, 100), (Priority::High, 30)] {
        for _ in 0..calls {
            let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
            tasks.spawn(async move {
                let call = call().priority(priority);
                let permit = limiter.acquire(&call).await.expect("a permit");
                order.lock().expect("an order").push(priority);
                limiter.release(permit, Feedback::default()).await;
            });
        }
        tokio::time::sleep(SECOND / 2).await;
    }
    tasks.join_all().await;
    let order = order.lock().expect("an order");
    // Sixty go at once. Then all that are interactive go first, but for one turn of eight.
    let last = order
        .iter()
        .rposition(|priority| *priority == Priority::High);
    assert_eq!(last, Some(60 + 30 + 30 / 7 - 1));
}

#[tokio::test(start_paused = true)]
async fn flex_has_limits_of_its_own() {
    let quota = Quota::new().requests_per_minute(1);
    let limiter = LocalRateLimiter::new().default_quota(quota);
    let at_once = call().max_wait(Duration::ZERO);
    let flex = at_once.clone().billing(Billing::Flex);
    let _permit = limiter.acquire(&at_once).await.expect("the first");
    let refused = limiter.acquire(&at_once).await.expect_err("one is all");
    let text = "the rate limit is 1 requests per minute, of which 0 are left: the wait is 60.0 s, longer than max_wait";
    assert_eq!(refused.to_string(), text);
    for _ in 0..10 {
        let _permit = limiter.acquire(&flex).await.expect("ten times as many");
    }
    assert!(limiter.acquire(&flex).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn those_further_back_learn_which_limit_they_waited_for() {
    let quota = Quota::new().requests_per_minute(1);
    let limiter = shared(LocalRateLimiter::new().quota("m", quota));
    let _permit = limiter.acquire(&call()).await.expect("the first");
    let first = Arc::clone(&limiter);
    let first = tokio::spawn(async move { first.acquire(&call()).await.is_ok() });
    tokio::task::yield_now().await;
    let second = call().max_wait(5 * SECOND);
    let refused = limiter.acquire(&second).await;
    assert!(matches!(
        refused,
        Err(AcquireError::WaitTooLong { limit: Some(_), .. })
    ));
    assert!(first.await.expect("a task"));
}

#[tokio::test(start_paused = true)]
async fn a_day_of_silence_can_be_reset() {
    let limiter = LocalRateLimiter::new();
    let permit = limiter.acquire(&call()).await.expect("the first");
    let day = Feedback::new(StatusCode::TOO_MANY_REQUESTS).retry_after(86_400 * SECOND);
    limiter.feedback(&permit, &day);
    limiter.release(permit, day).await;
    let refused = limiter.acquire(&call()).await;
    assert!(
        matches!(refused, Err(AcquireError::WaitTooLong { wait, .. }) if wait > 86_000 * SECOND)
    );
    limiter.reset("m");
    let _permit = limiter.acquire(&call()).await.expect("it was reset");
}

/// A store that is down for a while.
#[derive(Debug, Default)]
struct Down(std::sync::atomic::AtomicU32);

impl RateLimiter for Down {
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
        let before = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Box::pin(async move {
            if before < 3 {
                Err(AcquireError::failed("the store is down"))
            } else {
                Ok(Permit::new(call.clone()))
            }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_caller_chooses_what_calls_do_without_a_limiter() {
    use crate::limits::{Held, LimiterFallback};
    let acquire = async |fallback, wait: Duration| {
        let limiter: Arc<dyn RateLimiter> = Arc::new(Down::default());
        let call = call().max_wait(wait);
        let held = Held::acquire(&limiter, fallback, &TokioRuntime, &call).await;
        held.is_ok()
    };
    assert!(!acquire(LimiterFallback::Fail, SECOND).await);
    assert!(acquire(LimiterFallback::Pass, Duration::ZERO).await);
    assert!(acquire(LimiterFallback::Wait, SECOND).await);
    assert!(!acquire(LimiterFallback::Wait, SECOND / 2).await);
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    async fn tried(failures: &[(u16, Option<u64>)]) -> (Result<u32, u32>, f64) {
        let policy = RetryPolicy::new()
            .max_retries(5)
            .max_retry_wait(900 * SECOND);
        let attempts = Attempts::new(Arc::new(LocalRateLimiter::new()))
            .retry(policy)
            .max_wait(900 * SECOND);
        let begun = TokioRuntime.now();
        let send = async |number: u32| {
            let Some((status, wait)) = failures.get(number as usize - 1) else {
                return Ok(((), Feedback::new(StatusCode::OK)));
            };
            let feedback = Feedback::new(StatusCode::from_u16(*status).expect("a status"));
            let feedback = feedback.retry_after(wait.map(Duration::from_secs));
            Err(AttemptFailure {
                error: (),
                feedback,
                transient: feedback.is_transient(),
            })
        };
        let result = attempts.run(CallEstimate::new("m"), send, |_, ()| {}).await;
        let result = match result {
            Ok(((), attempts)) => Ok(attempts),
            Err(CallError::Failed((), attempts)) => Err(attempts),
            Err(_) => Err(0),
        };
        (result, (TokioRuntime.now() - begun).as_secs_f64())
    }
    assert_eq!(tried(&[(429, Some(7)), (503, Some(5))]).await.0, Ok(3));
    let (result, waited) = tried(&[(429, Some(7)), (429, Some(8))]).await;
    assert!(
        result == Ok(3) && (15.0..16.0).contains(&waited),
        "{waited}"
    );
    assert_eq!(tried(&[(503, None); 6]).await.0, Err(6));
    assert_eq!(tried(&[(429, None); 20]).await.0, Ok(21));
    assert_eq!(tried(&[(429, None); 40]).await.0, Err(36));
    for status in [400, 413, 501, 505] {
        assert_eq!(tried(&[(status, None)]).await.0, Err(1), "{status}");
    }
    assert_eq!(tried(&[(429, Some(901))]).await.0, Err(0));
}
