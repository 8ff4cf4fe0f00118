//! A rate limiter within this process: one queue and one set of budgets for each model.

mod bucket;
mod budget;
mod estimate;
mod queue;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use groq_models::{Catalog, Plan, Quota, Usage};

use super::{AcquireError, AcquireFuture, CallEstimate, Feedback, Permit, RateLimiter};
use crate::runtime::{DefaultRuntime, Instant, Purpose, Runtime, Sleep};
use budget::{Budgets, Difference, Need, Ready};
use estimate::Estimator;
use queue::Queue;

/// A [`RateLimiter`] within this process; for [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter).
///
/// Calls of a model wait in order until the limits allow the requests and tokens that they are estimated to need. Limits that are not
/// configured are learned: the first call of a model goes alone, and the headers of its response contain the limits. Headers contain
/// requests per day and tokens per minute only, so configure the other limits.
///
/// The estimate of a call counts the size of its body, and `max_completion_tokens` in full, as the service does. The tokens per byte, and the
/// length of replies without a limit, are learned from usage. A call that can never fit fails at once. When the server answers with 429, all
/// calls of that model pause for as long as it asks, and for a short random time.
///
/// Limits belong to the organization: other processes use them too, and are noticed by the headers only. Clones share their state, so one
/// limiter can serve several clients.
///
/// ```
/// use groq_core::Client;
/// use groq_core::limits::{LocalRateLimiter, Quota};
/// use groq_core::models::{Catalog, Plan};
///
/// let limiter = LocalRateLimiter::for_plan(&Catalog::shipped(), Plan::Free)
///     .quota("my-model", Quota::new().requests_per_minute(10));
/// let client = Client::builder().api_key("gsk_example").rate_limiter(limiter).build()?;
/// # Ok::<(), groq_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[must_use = "a rate limiter does nothing until it is given to a client"]
pub struct LocalRateLimiter {
    quotas: BTreeMap<String, Quota>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    runtime: OnceLock<Arc<dyn Runtime>>,
    models: Mutex<HashMap<String, Model>>,
}

#[derive(Debug)]
struct Model {
    budgets: Budgets,
    queue: Queue,
    estimator: Estimator,
}

impl LocalRateLimiter {
    /// Models beyond this number share one state: names may come from strangers, and must not fill the memory.
    const MAX_MODELS: usize = 1000;

    /// Creates a limiter that learns all limits from response headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a limiter with the limits that a plan has for the models of a catalog. Limits of other models are learned.
    pub fn for_plan(catalog: &Catalog, plan: Plan) -> Self {
        let quota =
            |model: &groq_models::ModelInfo| Some((model.id.clone(), model.quotas.of(plan)?));
        Self {
            quotas: catalog.models().filter_map(quota).collect(),
            ..Self::default()
        }
    }

    /// Sets the limits of one model.
    pub fn quota(mut self, model: impl Into<String>, quota: Quota) -> Self {
        self.quotas.insert(model.into(), quota);
        self
    }

    fn runtime(&self) -> &Arc<dyn Runtime> {
        self.shared.runtime.get_or_init(|| Arc::new(DefaultRuntime))
    }

    /// Works on the state of a model.
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
        let quota = self.quotas.get(name).copied().unwrap_or_default();
        let model = models.entry(name.to_owned()).or_insert(Model {
            budgets: Budgets::new(&quota, now),
            queue: Queue::default(),
            estimator: Estimator::default(),
        });
        work(model)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Model>> {
        // What is done under the lock does not panic.
        let models = self.shared.models.lock();
        models.unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_for_permit(&self, call: &CallEstimate) -> Result<Permit, AcquireError> {
        let begun = self.runtime().now();
        let number = self.with(&call.model, begun, |model| model.queue.join());
        let mut waiting = Waiting {
            limiter: self,
            call,
            number,
            begun,
            sleep: None,
        };
        poll_fn(|context| waiting.poll(context)).await
    }
}

/// One call in the queue. It leaves when it is dropped.
struct Waiting<'a> {
    limiter: &'a LocalRateLimiter,
    call: &'a CallEstimate,
    number: u64,
    begun: Instant,
    sleep: Option<Sleep>,
}

/// What a check of the queue found.
enum Check {
    Go(Permit),
    Wait(Duration),
    /// Others are first, or the first response is still to come.
    Later,
    Refused(AcquireError),
}

impl Waiting<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Permit, AcquireError>> {
        loop {
            match self.check(context) {
                Check::Go(permit) => return Poll::Ready(Ok(permit)),
                Check::Refused(error) => return Poll::Ready(Err(error)),
                Check::Later => return Poll::Pending,
                Check::Wait(wait) => {
                    // Limits move meanwhile, so each check sets the time anew.
                    let sleep = self.limiter.runtime().sleep(wait, Purpose::Wait);
                    if self.sleep.insert(sleep).as_mut().poll(context).is_pending() {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn check(&self, context: &Context<'_>) -> Check {
        let now = self.limiter.runtime().now();
        self.limiter.with(&self.call.model, now, |model| {
            let tokens = model.estimator.tokens(self.call);
            let need = Need {
                tokens,
                audio: self.call.audio.map_or(Duration::ZERO, billed),
            };
            model.queue.wait(self.number, context.waker());
            let ready = model.budgets.ready(need, now);
            if let Ready::Never(error) = ready {
                // Whatever is before it, it will not fit.
                return Check::Refused(error);
            }
            if !model.queue.is_first(self.number) {
                return Check::Later;
            }
            match ready {
                Ready::Now => {
                    model.budgets.take(need, now);
                    Check::Go(Permit::new(self.call.clone()).tokens(tokens))
                }
                Ready::In(wait) => {
                    let waited = now.saturating_duration_since(self.begun);
                    if waited.saturating_add(wait) > self.call.max_wait {
                        Check::Refused(AcquireError::WaitTooLong { wait })
                    } else {
                        Check::Wait(wait)
                    }
                }
                Ready::AfterTheFirst | Ready::Never(_) => Check::Later,
            }
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let number = self.number;
        self.limiter.with(&self.call.model, self.begun, |model| {
            model.queue.leave(number);
        });
    }
}

impl RateLimiter for LocalRateLimiter {
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
        Box::pin(self.wait_for_permit(call))
    }

    fn feedback(&self, permit: &Permit, feedback: &Feedback) {
        let now = self.runtime().now();
        let random = self.runtime().random();
        self.with(&permit.estimate.model, now, |model| {
            model.budgets.feedback(feedback, random, now);
            model.queue.wake_first();
        });
    }

    fn release(&self, permit: Permit, usage: Option<Usage>) {
        let now = self.runtime().now();
        self.with(&permit.estimate.model, now, |model| {
            let mut back = Difference::default();
            if let Some(usage) = usage {
                let tokens = usage.limited_tokens();
                back.tokens = permit.tokens.saturating_sub(tokens);
                if let Some(audio) = usage.audio {
                    let before = permit.estimate.audio.map_or(Duration::ZERO, billed);
                    back.audio = before.as_secs_f64() - billed(audio).as_secs_f64();
                }
                model.estimator.learn(&permit.estimate, usage);
            }
            model.budgets.release(permit.tokens, back, now);
            model.queue.wake_first();
        });
    }

    fn start(&self, runtime: &Arc<dyn Runtime>) {
        self.shared.runtime.get_or_init(|| Arc::clone(runtime));
    }
}

/// What a recording counts for: at least ten seconds, as on the bill.
fn billed(audio: Duration) -> Duration {
    audio.max(Duration::from_secs(10))
}

impl fmt::Debug for LocalRateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalRateLimiter")
            .field("quotas", &self.quotas)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
