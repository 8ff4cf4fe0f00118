//! One request to speak, made until it is answered.

use std::time::Duration;

use groq_types::SpeechRequest;
use tokio::time::{sleep, timeout};

use super::wav::Spoken;
use crate::error::{Error, ErrorKind};
use crate::pace::{Gate, Patience, backoff};
use crate::service::{Failure, FailureKind, Synthesiser};

/// What all requests for one text share.
pub(super) struct Speaker<S> {
    service: S,
    gate: Gate,
    patience: Patience,
    attempt_timeout: Duration,
}

impl<S: Synthesiser> Speaker<S> {
    pub(super) fn new(service: S, patience: Patience, attempt_timeout: Duration) -> Self {
        Self {
            service,
            gate: Gate::default(),
            patience,
            attempt_timeout,
        }
    }

    pub(super) async fn speak(
        &self,
        index: usize,
        request: SpeechRequest,
    ) -> Result<Spoken, Error> {
        let (mut attempts, mut failed, mut limited) = (0, 0, 0);
        loop {
            self.gate.pass().await;
            attempts += 1;
            let failure = match self.once(request.clone()).await {
                Ok(spoken) => return Ok(spoken),
                Err(failure) => failure,
            };
            let wait = match failure.kind {
                FailureKind::RateLimited if limited < self.patience.limited => {
                    limited += 1;
                    failure
                        .retry_after
                        .unwrap_or_else(|| backoff(limited, index as u64))
                }
                FailureKind::Transient if failed + 1 < self.patience.attempts => {
                    failed += 1;
                    backoff(failed, index as u64).max(failure.retry_after.unwrap_or_default())
                }
                _ => return Err(failure.into_error(&format!("speak piece {index}"), attempts)),
            };
            if wait > self.patience.wait {
                let message = "the limits leave no room for this in the time allowed";
                return Err(Error::new(ErrorKind::Budget, message).with_retry_after(wait));
            }
            match failure.kind {
                FailureKind::RateLimited => self.gate.close(wait),
                _ => sleep(wait).await,
            }
        }
    }

    async fn once(&self, request: SpeechRequest) -> Result<Spoken, Failure> {
        let spoken = timeout(self.attempt_timeout, self.service.speak(request)).await;
        let file = spoken.unwrap_or_else(|_| {
            let message = format!("no answer within {} s", self.attempt_timeout.as_secs());
            Err(Failure::new(FailureKind::Transient, message))
        })?;
        // An answer that was cut short may be whole the next time.
        Spoken::parse(&file).map_err(|why| Failure::new(FailureKind::Transient, why))
    }
}
