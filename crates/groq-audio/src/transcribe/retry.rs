//! One request, made until it is answered.

use std::time::Duration;

use tokio::time::timeout;

use super::budget::over;
use super::job::Job;
use crate::error::Error;
use crate::pace::backoff;
use crate::progress::Event;
use crate::service::{Ask, Failure, FailureKind, Transcriber};

/// An answer, and how many attempts it took.
pub(super) type Sent = (groq_types::VerboseTranscription, u32);

/// Why there is no answer.
pub(super) enum Unsent {
    /// Less must be sent at a time.
    TooLarge(Failure),
    Failed(Error),
}

/// Sends a request until it is answered, or will not be.
pub(super) async fn send<T: Transcriber>(job: &Job<T>, ask: &Ask) -> Result<Sent, Unsent> {
    let patience = job.settings.patience;
    let (mut attempts, mut failed, mut limited) = (0, 0, 0);
    loop {
        job.budget.take(ask.seconds).await.map_err(Unsent::Failed)?;
        job.gate.pass().await;
        attempts += 1;
        let attempt = attempts;
        let piece = ask.piece;
        job.tell(&Event::Sent { piece, attempt });
        let failure = match once(job, ask).await {
            Ok(answer) => return Ok((answer, attempts)),
            Err(failure) => failure,
        };
        let wait = match failure.kind {
            FailureKind::TooLarge => return Err(Unsent::TooLarge(failure)),
            FailureKind::RateLimited if limited < patience.limited => {
                limited += 1;
                let wait = failure
                    .retry_after
                    .unwrap_or_else(|| backoff(limited, salt(ask)));
                job.gate.close(wait);
                wait
            }
            FailureKind::Transient if failed + 1 < patience.attempts => {
                failed += 1;
                let own = backoff(failed, salt(ask));
                failure.retry_after.map_or(own, |asked| asked.max(own))
            }
            _ => {
                let doing = format!("transcribe piece {piece}");
                return Err(Unsent::Failed(failure.into_error(&doing, attempts)));
            }
        };
        if wait > patience.wait {
            return Err(Unsent::Failed(over(wait).with_source(failure.message)));
        }
        let why = failure.message;
        job.tell(&Event::Retrying {
            piece,
            after: wait,
            why,
        });
        if failure.kind == FailureKind::Transient {
            tokio::time::sleep(wait).await;
        }
    }
}

async fn once<T: Transcriber>(
    job: &Job<T>,
    ask: &Ask,
) -> Result<groq_types::VerboseTranscription, Failure> {
    let limit: Duration = job.settings.attempt_timeout;
    let reply = match timeout(limit, job.service.transcribe(ask.clone())).await {
        Ok(reply) => reply,
        Err(_) => {
            let message = format!("no answer within {} s", limit.as_secs());
            Err(Failure::new(FailureKind::Transient, message))
        }
    };
    job.count_request(ask, reply.is_ok());
    let reply = reply?;
    if let Some(pause) = reply.pause {
        job.gate.close(pause.min(job.settings.patience.wait));
    }
    Ok(reply.transcription)
}

fn salt(ask: &Ask) -> u64 {
    ask.piece as u64 ^ ask.audio.len().rotate_left(32)
}
