//! Permission to send an attempt: from the rate limiter, and from the limit on concurrent calls.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::sync::OwnedSemaphorePermit;

use crate::error::{Error, ErrorKind, TimeoutKind};
use crate::limits::{AcquireError, CallEstimate, Feedback, Held, LimitUnit, RateLimits, Usage};
use crate::runtime::{Instant, within};
use crate::shared::Core;

/// What one attempt holds until it ends.
#[derive(Default)]
pub(crate) struct CallPermit {
    slot: Option<OwnedSemaphorePermit>,
    limiter: Option<Held>,
}

/// How long a call may wait for its permit, and which limit that is.
struct MaxWait {
    wait: Duration,
    kind: TimeoutKind,
    limit: Duration,
}

impl CallPermit {
    /// Waits until an attempt may be sent; returns how long that took, too.
    pub(super) async fn acquire(
        core: &Core,
        call: &mut CallEstimate,
        started: Instant,
    ) -> Result<(Self, Duration), Error> {
        let (shared, settings) = (core.shared(), core.settings());
        let mut permit = Self::default();
        let limiter = shared.rate_limiter.as_ref();
        let limiter = limiter.filter(|_| settings.rate_limited);
        if limiter.is_none() && shared.slots.is_none() {
            return Ok((permit, Duration::ZERO));
        }
        let begun = core.runtime().now();
        let max_wait = MaxWait::new(core, started, begun);
        // First the limiter, which may take minutes: a slot is for calls that are open.
        if let Some(limiter) = limiter {
            call.max_wait = max_wait.wait;
            call.priority = settings.priority;
            call.tenant.clone_from(&settings.tenant);
            call.place();
            let runtime = core.runtime().as_ref();
            let held = Held::acquire(limiter, shared.limiter_fallback, runtime, call);
            let held = within(runtime, max_wait.wait, held).await;
            let held = held.ok_or_else(|| {
                let message = format!("the rate limiter gave no permit in {:?}", max_wait.wait);
                Error::over_rate_limit(message, max_wait.kind)
            })?;
            permit.limiter = Some(held.map_err(|error| max_wait.refused(error))?);
        }
        if let Some(slots) = &shared.slots {
            let waited = core.runtime().now().saturating_duration_since(begun);
            let left = max_wait.wait.saturating_sub(waited);
            let slot = Arc::clone(slots).acquire_owned();
            let slot = within(core.runtime().as_ref(), left, slot).await;
            // The semaphore is never closed.
            permit.slot = slot.ok_or_else(|| max_wait.timed_out())?.ok();
        }
        let waited = core.runtime().now().saturating_duration_since(begun);
        Ok((permit, waited))
    }

    pub(super) fn has_limiter(&self) -> bool {
        self.limiter.is_some()
    }

    /// Passes on what a response says about the limits; an error also by its text.
    pub(super) fn feedback(
        &mut self,
        core: &Core,
        model: &str,
        (status, headers): (StatusCode, &HeaderMap),
        error: Option<&Error>,
    ) {
        if self.limiter.is_none() && model.is_empty() {
            return;
        }
        let limits = RateLimits::from_headers(headers);
        if !model.is_empty() {
            let now = core.runtime().now();
            core.shared().limits.note(model, limits, now);
        }
        if let Some(held) = &mut self.limiter {
            let mut feedback = Feedback::new(status).rate_limits(limits);
            if let Some(error) = error {
                feedback = feedback.retry_after(error.retry_after());
                feedback = feedback.message(error.message());
            }
            held.feedback(feedback);
        }
    }

    /// Ends the attempt.
    pub(super) fn release(&mut self, usage: Option<Usage>) {
        if let Some(mut held) = self.limiter.take() {
            held.usage(usage);
        }
        drop(self.slot.take());
    }
}

impl MaxWait {
    fn new(core: &Core, started: Instant, now: Instant) -> Self {
        let settings = core.settings();
        let queue = settings.max_wait;
        if let Some(timeout) = settings.timeout {
            let left = timeout.saturating_sub(now.saturating_duration_since(started));
            if left < queue {
                return Self {
                    wait: left,
                    kind: TimeoutKind::Total,
                    limit: timeout,
                };
            }
        }
        Self {
            wait: queue,
            kind: TimeoutKind::Queue,
            limit: queue,
        }
    }

    fn timed_out(&self) -> Error {
        Error::timed_out(self.kind, self.limit)
    }

    fn refused(&self, error: AcquireError) -> Error {
        let message = error.to_string();
        match error {
            AcquireError::NeverFits { limit, .. } => {
                Error::refused(message).with_hint(if limit.unit == LimitUnit::Audio {
                    "cut it into pieces"
                } else {
                    "shorten it, or lower max_completion_tokens"
                })
            }
            AcquireError::WaitTooLong { wait, .. } => {
                Error::over_rate_limit(message, self.kind).with_retry_after(Some(wait))
            }
            AcquireError::Failed(source) => Error::new(ErrorKind::RateLimiter, message)
                .with_hint("try again when the limiter works; nothing was sent")
                .with_source(source),
        }
    }
}
