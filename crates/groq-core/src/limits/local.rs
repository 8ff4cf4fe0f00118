//! A rate limiter within this process: one queue and one state for each model.

mod estimate;
mod meter;
mod queue;
mod state;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use groq_models::{Billing, Catalog, Plan, Quota};

use super::call::next_order;
use super::{
    AcquireError, AcquireFuture, CallEstimate, Feedback, LimitStatus, Permit, RateLimiter,
    ReleaseFuture,
};
use crate::runtime::{DefaultRuntime, Instant, Purpose, Runtime, Sleep};
use queue::Place;
use state::{Ready, State};

/// A [`RateLimiter`] within this process; for [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter).
///
/// Calls of a model wait until the limits allow the requests, tokens and seconds of audio that they are estimated to need: higher
/// priorities first, and within a priority in the order in which they began. A retry keeps its place.
///
/// Limits that are not configured are learned, from headers and from the text of a 429. While limits are unknown, calls are sent
/// carefully: the next one when the one before has its response or is under way for 0.4 s, and more at the same time with every 64
/// successes. When the server answers with 429, all calls of the model pause for as long as it asks. Flex has a state of its own, and
/// its quota is a multiple of the model's.
///
/// The estimate of a call counts the size of its body, and `max_completion_tokens` in full, as the service does. The tokens per byte, and the
/// length of replies without a limit, are learned from usage. A call that can never fit fails at once. A call that cannot be sent within
/// `max_wait` fails with [`is_rate_limited`](crate::Error::is_rate_limited), as soon as that is certain; the error names the limit.
///
/// Limits belong to the organization: other processes use them too, and are noticed by the headers only. Clones share their state, so one
/// limiter can serve several clients. Tenants are not told apart.
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
    default_quota: Quota,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    runtime: OnceLock<Arc<dyn Runtime>>,
    /// The models, and apart from them those of flex.
    models: Mutex<[HashMap<String, State>; 2]>,
}

impl LocalRateLimiter {
    /// Models beyond this number share one state: names may come from strangers, and must not fill the memory.
    const MAX_MODELS: usize = 1000;

    /// Creates a limiter that learns all limits from responses.
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

    /// Sets the limits of each model that has none of its own.
    ///
    /// ```
    /// use groq_core::limits::{LocalRateLimiter, Quota};
    ///
    /// let limiter = LocalRateLimiter::new().default_quota(Quota::new().requests_per_minute(30));
    /// ```
    pub fn default_quota(mut self, quota: Quota) -> Self {
        self.default_quota = quota;
        self
    }

    /// Forgets what was learned about a model: its limits, and a pause that the server asked for. What is configured stays.
    ///
    /// ```
    /// use groq_core::limits::LocalRateLimiter;
    ///
    /// let limiter = LocalRateLimiter::new();
    /// let client = groq_core::Client::builder().api_key("gsk_example").rate_limiter(limiter.clone()).build()?;
    /// // The account was upgraded after a 429 with a wait of a day:
    /// limiter.reset("openai/gpt-oss-20b");
    /// # Ok::<(), groq_core::Error>(())
    /// ```
    pub fn reset(&self, model: &str) {
        let now = self.runtime().now();
        for (flex, states) in self.lock().iter_mut().enumerate() {
            if let Some(state) = states.get_mut(model) {
                state.reset(&self.quota_of(model, flex), now);
            }
        }
    }

    fn runtime(&self) -> &Arc<dyn Runtime> {
        self.shared.runtime.get_or_init(|| Arc::new(DefaultRuntime))
    }

    fn quota_of(&self, model: &str, flex: usize) -> Quota {
        let quota = *self.quotas.get(model).unwrap_or(&self.default_quota);
        if flex == 1 {
            quota.times(Catalog::shipped().service().flex_quota_factor)
        } else {
            quota
        }
    }

    /// Works on the state of a call's model.
    fn with<T>(&self, call: &CallEstimate, now: Instant, work: impl FnOnce(&mut State) -> T) -> T {
        let flex = usize::from(call.billing == Billing::Flex);
        let states = &mut self.lock()[flex];
        let full = states.len() >= Self::MAX_MODELS && !states.contains_key(&call.model);
        let name = if full { "" } else { call.model.as_str() };
        if let Some(state) = states.get_mut(name) {
            return work(state);
        }
        let state = State::new(&self.quota_of(name, flex), now);
        work(states.entry(name.to_owned()).or_insert(state))
    }

    fn lock(&self) -> MutexGuard<'_, [HashMap<String, State>; 2]> {
        // What is done under the lock does not panic.
        let models = self.shared.models.lock();
        models.unwrap_or_else(PoisonError::into_inner)
    }

    async fn wait_for_permit(&self, call: &CallEstimate) -> Result<Permit, AcquireError> {
        let begun = self.runtime().now();
        let order = if call.order == 0 {
            next_order()
        } else {
            call.order
        };
        let place = self.with(call, begun, |state| state.queue.join(call.priority, order));
        let mut waiting = Waiting {
            limiter: self,
            call,
            place,
            begun,
            sleep: None,
            deadline: None,
        };
        poll_fn(|context| waiting.poll(context)).await
    }
}

/// One call in the queue. It leaves when it is dropped.
struct Waiting<'a> {
    limiter: &'a LocalRateLimiter,
    call: &'a CallEstimate,
    place: Place,
    begun: Instant,
    sleep: Option<Sleep>,
    deadline: Option<Sleep>,
}

impl Waiting<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Permit, AcquireError>> {
        loop {
            let runtime = self.limiter.runtime();
            let wait = match self.check(context) {
                Check::Done(result) => return Poll::Ready(result),
                Check::Wait(wait) => wait,
                Check::Later(wait, limit) => {
                    let longest = self.call.max_wait;
                    let deadline = || runtime.sleep(longest, Purpose::Timeout);
                    let deadline = self.deadline.get_or_insert_with(deadline);
                    let too_long = Err(AcquireError::WaitTooLong { wait, limit });
                    return deadline.as_mut().poll(context).map(|()| too_long);
                }
            };
            // Limits move meanwhile, so each check sets the time anew.
            let sleep = self.sleep.insert(runtime.sleep(wait, Purpose::Wait));
            if sleep.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
        }
    }

    fn check(&self, context: &Context<'_>) -> Check {
        let now = self.limiter.runtime().now();
        let waited = now.saturating_duration_since(self.begun);
        self.limiter.with(self.call, now, |state| {
            let need = state.need(self.call);
            state.queue.wait(self.place, context.waker());
            let is_first = state.queue.is_first(self.place);
            match state.ready(need, now) {
                // Whatever is before it, it will not fit.
                Ready::Never(error) => Check::Done(Err(error)),
                Ready::In(wait, limit) if !is_first => Check::Later(wait, limit),
                _ if !is_first => Check::Later(Duration::ZERO, None),
                Ready::In(wait, limit) if waited.saturating_add(wait) > self.call.max_wait => {
                    Check::Done(Err(AcquireError::WaitTooLong { wait, limit }))
                }
                Ready::In(wait, _) | Ready::Soon(wait) => Check::Wait(wait),
                Ready::Now => {
                    state.queue.served(self.place);
                    Check::Done(Ok(state.take(need, self.call, now)))
                }
            }
        })
    }
}

/// What a check of the queue found.
enum Check {
    Done(Result<Permit, AcquireError>),
    Wait(Duration),
    /// Others are first; this is the limit that they wait for.
    Later(Duration, Option<LimitStatus>),
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let place = self.place;
        self.limiter
            .with(self.call, self.begun, |state| state.queue.leave(place));
    }
}

impl RateLimiter for LocalRateLimiter {
    fn acquire<'a>(&'a self, call: &'a CallEstimate) -> AcquireFuture<'a> {
        Box::pin(self.wait_for_permit(call))
    }

    fn feedback(&self, permit: &Permit, feedback: &Feedback) {
        let now = self.runtime().now();
        let random = self.runtime().random();
        self.with(&permit.estimate, now, |state| {
            state.feedback(permit.id, feedback, random, now);
            state.queue.wake_first();
        });
    }

    fn release(&self, permit: Permit, feedback: Feedback) -> ReleaseFuture<'_> {
        let now = self.runtime().now();
        self.with(&permit.estimate, now, |state| {
            state.release(&permit, &feedback, now);
            state.queue.wake_first();
        });
        Box::pin(std::future::ready(()))
    }

    fn wait_for(&self, work: &CallEstimate, requests: u64) -> Duration {
        let now = self.runtime().now();
        self.with(work, now, |state| state.wait_for(work, requests, now))
    }

    fn start(&self, runtime: &Arc<dyn Runtime>) {
        self.shared.runtime.get_or_init(|| Arc::clone(runtime));
    }
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
