//! Pacing at work: one queue and one pace for each model.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use super::Pacing;
use super::estimate::Estimator;
use super::pace::{Difference, Need, Pace, Ready};
use super::queue::Queue;
use crate::limits::{Admission, Call, Limiter, Refused, Spent, Ticket, Verdict};
use crate::runtime::{Instant, Purpose, Runtime, Sleep};

/// A [`Limiter`] within this process.
pub(crate) struct Pacer {
    pacing: Pacing,
    runtime: Arc<dyn Runtime>,
    models: Mutex<HashMap<String, Model>>,
}

#[derive(Debug)]
struct Model {
    pace: Pace,
    queue: Queue,
    estimator: Estimator,
}

/// The limits were known when the call was admitted.
const KNOWN: u64 = 1;

impl Pacer {
    /// More models than anybody uses; what comes beyond shares one pace.
    const MAX_MODELS: usize = 1000;

    pub(crate) fn new(pacing: Pacing, runtime: Arc<dyn Runtime>) -> Self {
        Self {
            pacing,
            runtime,
            models: Mutex::default(),
        }
    }

    /// Does something with the state of a model.
    fn with<T>(&self, model: &str, now: Instant, work: impl FnOnce(&mut Model) -> T) -> T {
        let mut models = self.lock();
        let name = if models.len() >= Self::MAX_MODELS && !models.contains_key(model) {
            ""
        } else {
            model
        };
        if let Some(model) = models.get_mut(name) {
            return work(model);
        }
        let model = models.entry(name.to_owned()).or_insert(Model {
            pace: Pace::new(&self.pacing.allowance(name), now),
            queue: Queue::default(),
            estimator: Estimator::default(),
        });
        work(model)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Model>> {
        // What is done under the lock does not panic.
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn turn(&self, call: &Call) -> Result<Ticket, Refused> {
        let begun = self.runtime.now();
        let number = self.with(&call.model, begun, |model| model.queue.join());
        let mut turn = Turn {
            pacer: self,
            call,
            number,
            begun,
            sleep: None,
        };
        poll_fn(|context| turn.poll(context)).await
    }
}

/// One call in the queue; it leaves when it is dropped.
struct Turn<'a> {
    pacer: &'a Pacer,
    call: &'a Call,
    number: u64,
    begun: Instant,
    sleep: Option<Sleep>,
}

/// What a look at the queue found.
enum Look {
    Go(Ticket),
    Wait(Duration),
    /// Others are first, or the first answer is still to come.
    Later,
    Refused(Refused),
}

impl Turn<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Ticket, Refused>> {
        loop {
            match self.look(context) {
                Look::Go(ticket) => return Poll::Ready(Ok(ticket)),
                Look::Refused(refused) => return Poll::Ready(Err(refused)),
                Look::Later => return Poll::Pending,
                Look::Wait(wait) => {
                    // Limits move while we sleep, so each look sets the time anew.
                    let sleep = self.pacer.runtime.sleep(wait, Purpose::Wait);
                    if self.sleep.insert(sleep).as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn look(&self, context: &Context<'_>) -> Look {
        let now = self.pacer.runtime.now();
        let patience = self.call.patience;
        self.pacer.with(&self.call.model, now, |model| {
            let tokens = model.estimator.tokens(self.call);
            let need = Need {
                tokens,
                audio: self.call.audio.map_or(Duration::ZERO, counted),
            };
            model.queue.wait(self.number, context.waker());
            let ready = model.pace.ready(need, now);
            if let Ready::Never(refused) = ready {
                // Whoever is before it, it will not fit.
                return Look::Refused(refused);
            }
            if !model.queue.is_first(self.number) {
                return Look::Later;
            }
            match ready {
                Ready::Now => {
                    let known = model.pace.take(need, now);
                    let ticket = Ticket::new(self.call.clone()).with_tokens(tokens);
                    Look::Go(ticket.with_id(if known { KNOWN } else { 0 }))
                }
                Ready::In(wait) => {
                    let waited = now.saturating_duration_since(self.begun);
                    if waited.saturating_add(wait) > patience {
                        Look::Refused(Refused::TooLong { wait })
                    } else {
                        Look::Wait(wait)
                    }
                }
                Ready::AfterTheFirst | Ready::Never(_) => Look::Later,
            }
        })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let number = self.number;
        self.pacer.with(&self.call.model, self.begun, |model| {
            model.queue.leave(number);
        });
    }
}

impl Limiter for Pacer {
    fn admit<'a>(&'a self, call: &'a Call) -> Admission<'a> {
        Box::pin(self.turn(call))
    }

    fn answered(&self, ticket: &Ticket, answer: &Verdict) {
        let now = self.runtime.now();
        let random = self.runtime.random();
        self.with(&ticket.call.model, now, |model| {
            model.pace.answered(answer, ticket.id == KNOWN, random, now);
            model.queue.call_first();
        });
    }

    fn done(&self, ticket: Ticket, spent: Option<Spent>) {
        let now = self.runtime.now();
        self.with(&ticket.call.model, now, |model| {
            let mut back = Difference::default();
            if let Some(spent) = spent {
                let tokens = spent.prompt_tokens.saturating_add(spent.completion_tokens);
                back.tokens = ticket.tokens.saturating_sub(tokens);
                if let Some(audio) = spent.audio {
                    let before = ticket.call.audio.map_or(Duration::ZERO, counted);
                    back.audio = before.as_secs_f64() - counted(audio).as_secs_f64();
                }
                model.estimator.learn(&ticket.call, spent);
            }
            model.pace.done(ticket.tokens, back, now);
            model.queue.call_first();
        });
    }
}

/// What a recording counts for: at least ten seconds, as on the bill (docs).
fn counted(audio: Duration) -> Duration {
    audio.max(Duration::from_secs(10))
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pacer")
            .field("pacing", &self.pacing)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a simulation with small numbers"
    )]

    use super::*;
    use crate::limits::{Allowance, RateLimits};
    use crate::runtime::TokioRuntime;
    use http::StatusCode;
    use tokio::task::JoinSet;

    const SECOND: Duration = Duration::from_secs(1);

    fn pacer(pacing: Pacing) -> Arc<Pacer> {
        Arc::new(Pacer::new(pacing, Arc::new(TokioRuntime)))
    }

    fn call() -> Call {
        Call::new("m")
            .with_request_bytes(400)
            .with_max_completion_tokens(100)
            .with_patience(3600 * SECOND)
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

        fn begin(&self, tokens: f64) -> Verdict {
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
                Verdict::new(StatusCode::OK).with_rate_limits(limits)
            } else {
                Verdict::new(StatusCode::TOO_MANY_REQUESTS)
                    .with_rate_limits(limits)
                    .with_retry_after(2 * SECOND)
            }
        }

        fn end(&self, back: f64) {
            self.state.lock().expect("a state").1 += back;
        }
    }

    /// 64 tasks for ten minutes: the calls that succeeded and were refused, and the tokens, after the first minute.
    async fn drive(pacer: &Arc<Pacer>, service: &Arc<Service>) -> (usize, usize, f64) {
        let start = TokioRuntime.now();
        let mut tasks = JoinSet::new();
        for task in 0..64u64 {
            let (pacer, service) = (Arc::clone(pacer), Arc::clone(service));
            tasks.spawn(async move {
                let (mut good, mut bad, mut spent) = (0, 0, 0.0);
                while TokioRuntime.now() - start < 600 * SECOND {
                    let ticket = pacer.admit(&call()).await.expect("leave");
                    let asked = 200.0;
                    let verdict = service.begin(asked);
                    let late = TokioRuntime.now() - start >= 60 * SECOND;
                    pacer.answered(&ticket, &verdict);
                    tokio::time::sleep(Duration::from_millis(500 + task * 10)).await;
                    if verdict.status == StatusCode::OK {
                        service.end(40.0);
                        pacer.done(ticket, Some(Spent::new(100, 60)));
                        good += usize::from(late);
                        spent += if late { 160.0 } else { 0.0 };
                    } else {
                        pacer.done(ticket, None);
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
        let allowance = Allowance::new().with_requests_per_minute(300);
        let pacer = pacer(Pacing::new().with_allowance("m", allowance));
        let (good, bad, _) = drive(&pacer, &service).await;
        assert_eq!(bad, 0);
        assert!(good as f64 >= 0.95 * 300.0 * 9.0, "{good}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_allowance_of_tokens_is_learned_from_the_headers() {
        let service = Service::new(1e9, 30_000.0, true);
        let pacer = pacer(Pacing::new());
        let (_, bad, spent) = drive(&pacer, &service).await;
        assert_eq!(bad, 0);
        assert!(spent >= 0.95 * 30_000.0 * 9.0, "{spent}");
    }

    #[tokio::test(start_paused = true)]
    async fn requests_and_tokens_are_kept_to_together() {
        // 600 requests would fit, and 160 tokens each make it 375; then the other way round.
        for (requests, tokens, fits) in [(600.0, 60_000.0, 375.0), (200.0, 60_000.0, 200.0)] {
            let service = Service::new(requests, tokens, true);
            let allowance = Allowance::new().with_requests_per_minute(requests as u64);
            let pacer = pacer(Pacing::new().with_allowance("m", allowance));
            let (good, bad, _) = drive(&pacer, &service).await;
            assert_eq!(bad, 0);
            assert!(good as f64 >= 0.95 * fits * 9.0, "{good}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn recordings_are_paced_by_their_seconds() {
        let allowance = Allowance::new().with_audio_seconds(7200, 28_800);
        let pacer = pacer(Pacing::new().with_allowance("m", allowance));
        let begun = TokioRuntime.now();
        let audio = |seconds: u32| call().with_audio(seconds * SECOND);
        // An hour that was announced, an hour that only the answer tells of, and seconds that count as ten.
        let ticket = pacer.admit(&audio(3600)).await.expect("leave");
        pacer.done(ticket, None);
        let ticket = pacer.admit(&call()).await.expect("leave");
        pacer.done(ticket, Some(Spent::new(0, 0).with_audio(3600 * SECOND)));
        assert_eq!(TokioRuntime.now(), begun);
        let ticket = pacer.admit(&audio(1)).await.expect("leave");
        pacer.done(ticket, Some(Spent::new(0, 0).with_audio(SECOND)));
        let waited = TokioRuntime.now() - begun;
        assert!(waited >= 5 * SECOND && waited < 6 * SECOND, "{waited:?}");
        let refused = pacer.admit(&audio(7201)).await;
        assert!(matches!(refused, Err(Refused::TooMuchAudio { .. })));
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_to_ask_is_the_first_to_go() {
        let allowance = Allowance::new().with_requests_per_minute(1);
        let pacer = pacer(Pacing::new().with_allowance("m", allowance));
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = JoinSet::new();
        for task in 0..5 {
            let (pacer, order) = (Arc::clone(&pacer), Arc::clone(&order));
            tasks.spawn(async move {
                let ticket = pacer.admit(&call()).await.expect("leave");
                order.lock().expect("an order").push(task);
                pacer.done(ticket, None);
            });
            tokio::task::yield_now().await;
        }
        tasks.join_all().await;
        assert_eq!(*order.lock().expect("an order"), [0, 1, 2, 3, 4]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_leaves_the_queue_holds_nobody_up() {
        let allowance = Allowance::new().with_requests_per_minute(1);
        let pacer = pacer(Pacing::new().with_allowance("m", allowance));
        pacer.admit(&call()).await.expect("the first");
        let waiting = call();
        for _ in 0..10 {
            let gone = tokio::time::timeout(SECOND, pacer.admit(&waiting)).await;
            assert!(gone.is_err());
        }
        let begun = TokioRuntime.now();
        pacer.admit(&call()).await.expect("the second");
        assert!(TokioRuntime.now() - begun < 61 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn what_takes_too_long_is_refused_at_once() {
        let allowance = Allowance::new()
            .with_requests_per_minute(1)
            .with_tokens_per_minute(6000);
        let pacer = pacer(Pacing::new().with_allowance("m", allowance));
        pacer.admit(&call()).await.expect("the first");
        let begun = TokioRuntime.now();
        let refused = pacer.admit(&call().with_patience(SECOND)).await;
        assert!(matches!(refused, Err(Refused::TooLong { wait }) if wait > 50 * SECOND));
        let refused = pacer.admit(&call().with_max_completion_tokens(7000)).await;
        assert!(matches!(refused, Err(Refused::Never { limit: 6000, .. })));
        assert_eq!(TokioRuntime.now(), begun);
    }
}
