//! Permission to send an attempt: from the rate limiter, and from the limit on concurrent calls.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use tokio::sync::OwnedSemaphorePermit;

use crate::error::{Error, ErrorKind, TimeoutKind};
use crate::limits::{AcquireError, CallEstimate, Feedback, Permit, RateLimiter, RateLimits, Usage};
use crate::runtime::{Instant, within};
use crate::shared::Core;

/// What one attempt holds until it ends.
#[derive(Default)]
pub(crate) struct CallPermit {
    slot: Option<OwnedSemaphorePermit>,
    limiter: Option<(Arc<dyn RateLimiter>, Permit)>,
}

/// How long a call may wait for its permit, and which limit that is.
struct Patience {
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
        let shared = core.shared();
        let mut permit = Self::default();
        if shared.rate_limiter.is_none() && shared.slots.is_none() {
            return Ok((permit, Duration::ZERO));
        }
        let begun = core.runtime().now();
        let patience = Patience::of(core, started, begun);
        call.max_wait = patience.wait;
        // First the limiter, which may take minutes: a slot is for calls that are open.
        if let Some(limiter) = &shared.rate_limiter {
            let acquired = limiter.acquire(call);
            let acquired = within(core.runtime().as_ref(), patience.wait, acquired)
                .await
                .ok_or_else(|| patience.timed_out())?
                .map_err(|error| patience.refused(error))?;
            permit.limiter = Some((Arc::clone(limiter), acquired));
        }
        if let Some(slots) = &shared.slots {
            let waited = core.runtime().now().saturating_duration_since(begun);
            let left = patience.wait.saturating_sub(waited);
            let slot = Arc::clone(slots).acquire_owned();
            let slot = within(core.runtime().as_ref(), left, slot).await;
            // The semaphore is never closed.
            permit.slot = slot.ok_or_else(|| patience.timed_out())?.ok();
        }
        let waited = core.runtime().now().saturating_duration_since(begun);
        Ok((permit, waited))
    }

    pub(super) fn has_limiter(&self) -> bool {
        self.limiter.is_some()
    }

    /// Passes on what a response says about the limits.
    pub(super) fn feedback(
        &self,
        core: &Core,
        model: &str,
        status: StatusCode,
        headers: &HeaderMap,
        retry_after: Option<Duration>,
    ) {
        if self.limiter.is_none() && model.is_empty() {
            return;
        }
        let limits = RateLimits::from_headers(headers);
        if !model.is_empty() {
            let now = core.runtime().now();
            core.shared().limits.note(model, limits, now);
        }
        if let Some((limiter, permit)) = &self.limiter {
            let mut feedback = Feedback::new(status).rate_limits(limits);
            feedback.retry_after = retry_after;
            limiter.feedback(permit, &feedback);
        }
    }

    /// Ends the attempt.
    pub(super) fn release(&mut self, usage: Option<Usage>) {
        if let Some((limiter, permit)) = self.limiter.take() {
            limiter.release(permit, usage);
        }
        drop(self.slot.take());
    }
}

impl Patience {
    fn of(core: &Core, started: Instant, now: Instant) -> Self {
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
            AcquireError::TooManyTokens { .. } => {
                Error::refused(message).with_hint("shorten it, or lower max_completion_tokens")
            }
            AcquireError::TooMuchAudio { .. } => {
                Error::refused(message).with_hint("cut it into pieces")
            }
            AcquireError::WaitTooLong { wait } => self.timed_out().with_retry_after(Some(wait)),
            AcquireError::Failed(source) => Error::new(ErrorKind::RateLimiter, message)
                .with_hint("try again when the limiter works; nothing was sent")
                .with_source(source),
        }
    }
}
