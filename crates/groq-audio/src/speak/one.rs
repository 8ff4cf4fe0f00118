//! One request to speak, sent until there is a response.

use std::sync::Arc;
use std::time::Duration;

use groq_core::limits::RateLimits;
use groq_types::SpeechRequest;
use tokio::time::timeout;

use super::spoken::Spoken;
use crate::error::Error;
use crate::pace::{Need, Pace, Retries, RetryLimits, Unanswered};
use crate::service::{Failure, FailureKind, Synthesizer};

/// What all requests share.
#[derive(Clone, Debug)]
pub(super) struct Speaker<S> {
    pub(super) service: S,
    pub(super) pace: Arc<Pace>,
    pub(super) retries: RetryLimits,
    pub(super) attempt_timeout: Duration,
}

/// What a text uses of the limits. Its tokens are estimated; the service reports the true number.
pub(super) fn need(text: &str) -> Need {
    Need {
        requests: 1.0,
        seconds: 0.0,
        tokens: text.len().div_ceil(4) as f64,
    }
}

impl<S: Synthesizer> Speaker<S> {
    pub(super) async fn speak(
        &self,
        index: usize,
        request: &SpeechRequest,
    ) -> Result<Spoken, Error> {
        let retries = Retries {
            pace: &self.pace,
            limits: self.retries,
            need: need(&request.input),
            salt: index as u64,
        };
        let attempt = |_| self.once(request.clone());
        match retries.run(attempt, |_, _| {}).await {
            Ok((spoken, _)) => Ok(spoken),
            Err(Unanswered::TooLong(error)) => Err(error),
            Err(Unanswered::Failed(failure, attempts)) => {
                Err(failure.into_error(&format!("speak piece {index}"), attempts))
            }
        }
    }

    async fn once(&self, request: SpeechRequest) -> Result<(Spoken, RateLimits), Failure> {
        let spoken = timeout(self.attempt_timeout, self.service.speak(request)).await;
        let speech = spoken.unwrap_or_else(|_| {
            let message = format!("no response within {} s", self.attempt_timeout.as_secs());
            Err(Failure::new(FailureKind::Transient, message))
        })?;
        Ok((Spoken::parse(&speech.wav)?, speech.rate_limits))
    }
}
