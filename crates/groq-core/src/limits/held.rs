//! A permit that is returned in any case.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use groq_models::Usage;

use super::{AcquireError, CallEstimate, Feedback, LimiterFallback, Permit, RateLimiter};
use crate::runtime::{Purpose, Runtime};

/// A permit, with what is known of its attempt. It is released when this is dropped.
pub(crate) struct Held {
    limiter: Arc<dyn RateLimiter>,
    /// None where the limiter failed and the call goes without.
    permit: Option<Permit>,
    feedback: Feedback,
}

impl Held {
    pub(crate) async fn acquire(
        limiter: &Arc<dyn RateLimiter>,
        fallback: LimiterFallback,
        runtime: &dyn Runtime,
        call: &CallEstimate,
    ) -> Result<Self, AcquireError> {
        const LONGEST: Duration = Duration::from_secs(5);
        let begun = runtime.now();
        let mut pause = Duration::from_millis(100);
        let permit = loop {
            let error = match limiter.acquire(call).await {
                Ok(permit) => break Some(permit),
                Err(error @ AcquireError::Failed(_)) => error,
                Err(error) => return Err(error),
            };
            let waited = runtime.now().saturating_duration_since(begun);
            match fallback {
                LimiterFallback::Pass => break None,
                LimiterFallback::Wait if waited.saturating_add(pause) < call.max_wait => {
                    runtime.sleep(pause, Purpose::Wait).await;
                    pause = (pause * 2).min(LONGEST);
                }
                LimiterFallback::Wait | LimiterFallback::Fail => return Err(error),
            }
        };
        Ok(Self {
            limiter: Arc::clone(limiter),
            permit,
            feedback: Feedback::default(),
        })
    }

    pub(crate) fn feedback(&mut self, feedback: Feedback) {
        self.feedback = feedback;
        if let Some(permit) = &self.permit {
            self.limiter.feedback(permit, &feedback);
        }
    }

    pub(crate) fn usage(&mut self, usage: Option<Usage>) {
        self.feedback.usage = usage;
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(permit) = self.permit.take() else {
            return;
        };
        let (limiter, feedback) = (Arc::clone(&self.limiter), self.feedback);
        let mut release = Box::pin(async move { limiter.release(permit, feedback).await });
        let mut context = Context::from_waker(Waker::noop());
        if release.as_mut().poll(&mut context).is_pending() {
            go_on(release);
        }
    }
}

/// Goes on in the background, if there is anything that runs tasks.
fn go_on(work: Pin<Box<dyn Future<Output = ()> + Send>>) {
    #[cfg(not(target_arch = "wasm32"))]
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        drop(runtime.spawn(work));
    }
    #[cfg(target_arch = "wasm32")]
    wasm_bindgen_futures::spawn_local(work);
}
