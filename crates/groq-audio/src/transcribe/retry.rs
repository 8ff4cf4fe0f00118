//! One request to a transcriber, made until it is answered.

use groq_types::VerboseTranscription;
use tokio::time::timeout;

use super::job::Job;
use crate::error::Error;
use crate::estimate::LEAST_BILLED_SECONDS;
use crate::pace::{GaveUp, Need, persist};
use crate::progress::Event;
use crate::service::{Ask, Failure, FailureKind, Standing, Transcriber};

/// An answer, and how many attempts it took.
pub(super) type Sent = (VerboseTranscription, u32);

/// Why there is no answer.
pub(super) enum Unsent {
    /// Less must be sent at a time.
    TooLarge(Failure),
    Failed(Error),
}

/// Sends a request until it is answered, or will not be.
pub(super) async fn send<T: Transcriber>(job: &Job<T>, ask: &Ask) -> Result<Sent, Unsent> {
    let piece = ask.piece;
    let need = Need {
        requests: 1.0,
        seconds: ask.seconds.max(LEAST_BILLED_SECONDS),
        tokens: 0.0,
    };
    let attempt = |attempt| {
        job.tell(&Event::Sent { piece, attempt });
        once(job, ask)
    };
    let again = |after, why: &str| {
        let why = why.to_owned();
        job.tell(&Event::Retrying { piece, after, why });
    };
    let how = (job.pace.as_ref(), job.settings.patience);
    match persist(how, (need, salt(ask)), attempt, again).await {
        Ok(sent) => Ok(sent),
        Err(GaveUp::Over(error)) => Err(Unsent::Failed(error)),
        Err(GaveUp::Failed(failure, _)) if failure.kind == FailureKind::TooLarge => {
            Err(Unsent::TooLarge(failure))
        }
        Err(GaveUp::Failed(failure, attempts)) => {
            let doing = format!("transcribe piece {piece}");
            Err(Unsent::Failed(failure.into_error(&doing, attempts)))
        }
    }
}

async fn once<T: Transcriber>(
    job: &Job<T>,
    ask: &Ask,
) -> Result<(VerboseTranscription, Standing), Failure> {
    let limit = job.settings.attempt_timeout;
    let reply = match timeout(limit, job.service.transcribe(ask.clone())).await {
        Ok(reply) => reply,
        Err(_) => {
            let message = format!("no answer within {} s", limit.as_secs());
            Err(Failure::new(FailureKind::Transient, message))
        }
    };
    job.count_request(ask, reply.is_ok());
    let reply = reply?;
    Ok((reply.transcription, reply.standing))
}

fn salt(ask: &Ask) -> u64 {
    ask.piece as u64 ^ ask.audio.len().rotate_left(32)
}
