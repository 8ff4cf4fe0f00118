//! One request to speak, made until it is answered.

use std::sync::Arc;
use std::time::Duration;

use groq_types::SpeechRequest;
use tokio::time::timeout;

use super::wav::Spoken;
use crate::error::Error;
use crate::pace::{GaveUp, Need, Pace, Patience, persist};
use crate::service::{Failure, FailureKind, Standing, Synthesiser};

/// What all requests share.
#[derive(Clone, Debug)]
pub(super) struct Speaker<S> {
    pub(super) service: S,
    pub(super) pace: Arc<Pace>,
    pub(super) patience: Patience,
    pub(super) attempt_timeout: Duration,
}

/// What a text uses of the limits. How many tokens it has is a guess, which is the service's to correct.
pub(super) fn need(text: &str) -> Need {
    Need {
        requests: 1.0,
        seconds: 0.0,
        tokens: text.len().div_ceil(4) as f64,
    }
}

impl<S: Synthesiser> Speaker<S> {
    pub(super) async fn speak(
        &self,
        index: usize,
        request: &SpeechRequest,
    ) -> Result<Spoken, Error> {
        let need = need(&request.input);
        let attempt = |_| self.once(request.clone());
        let how = (self.pace.as_ref(), self.patience);
        match persist(how, (need, index as u64), attempt, |_, _| {}).await {
            Ok((spoken, _)) => Ok(spoken),
            Err(GaveUp::Over(error)) => Err(error),
            Err(GaveUp::Failed(failure, attempts)) => {
                Err(failure.into_error(&format!("speak piece {index}"), attempts))
            }
        }
    }

    async fn once(&self, request: SpeechRequest) -> Result<(Spoken, Standing), Failure> {
        let spoken = timeout(self.attempt_timeout, self.service.speak(request)).await;
        let speech = spoken.unwrap_or_else(|_| {
            let message = format!("no answer within {} s", self.attempt_timeout.as_secs());
            Err(Failure::new(FailureKind::Transient, message))
        })?;
        Ok((Spoken::parse(&speech.wav)?, speech.standing))
    }
}
