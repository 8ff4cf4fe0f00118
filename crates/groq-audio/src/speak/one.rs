//! One request to speak, sent until there is a response.

use std::sync::Arc;
use std::time::Duration;

use groq_core::limits::{AttemptFailure, CallEstimate, Feedback, RateLimiter};
use groq_types::SpeechRequest;
use tokio::time::timeout;

use super::spoken::Spoken;
use crate::error::Error;
use crate::service::{Failure, FailureKind, Synthesizer, attempts, failed};

/// What all requests share.
#[derive(Clone, Debug)]
pub(super) struct Speaker<S> {
    pub(super) service: S,
    pub(super) limiter: Arc<dyn RateLimiter>,
    pub(super) max_retries: u32,
    pub(super) max_wait: Duration,
    pub(super) attempt_timeout: Duration,
}

/// The tokens of a text, estimated: no reply says how many there were.
pub(super) fn tokens(text: &str) -> u64 {
    text.len().div_ceil(4) as u64
}

/// What is known of requests with so many tokens.
pub(super) fn estimate(model: &str, tokens: u64) -> CallEstimate {
    let call = CallEstimate::new(model).prompt_tokens(tokens);
    call.max_completion_tokens(0)
}

impl<S: Synthesizer> Speaker<S> {
    pub(super) async fn speak(
        &self,
        index: usize,
        request: &SpeechRequest,
    ) -> Result<Spoken, Error> {
        let call = estimate(&request.model, tokens(&request.input));
        let attempt = |_| self.once(request.clone());
        let attempts = attempts(&self.limiter, self.max_retries, self.max_wait);
        let spoken = attempts.run(call, attempt, |_, _| {}).await;
        let spoken = spoken.map_err(|error| failed(error, &format!("speak piece {index}")));
        spoken.map(|(spoken, _)| spoken)
    }

    async fn once(
        &self,
        request: SpeechRequest,
    ) -> Result<(Spoken, Feedback), AttemptFailure<Failure>> {
        let spoken = timeout(self.attempt_timeout, self.service.speak(request)).await;
        let speech = spoken.unwrap_or_else(|_| {
            let message = format!("no response within {} s", self.attempt_timeout.as_secs());
            Err(Failure::new(FailureKind::Transient, message))
        })?;
        let feedback = Feedback::default().rate_limits(speech.rate_limits);
        Ok((Spoken::parse(&speech.wav)?, feedback))
    }
}
