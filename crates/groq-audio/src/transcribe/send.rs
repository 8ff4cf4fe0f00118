//! One request to a transcriber, sent until there is a response.

use groq_core::limits::RateLimits;
use groq_types::VerboseTranscription;
use tokio::time::timeout;

use super::job::Job;
use crate::error::Error;
use crate::pace::{Need, Retries, Unanswered};
use crate::progress::TranscribeEvent;
use crate::service::{Failure, FailureKind, PieceRequest, Transcriber};

/// A transcription, and how many attempts it took.
pub(super) type Sent = (VerboseTranscription, u32);

/// Why there is no transcription.
pub(super) enum Unsent {
    /// Less must be sent at a time.
    TooLarge(Failure),
    Failed(Error),
}

impl Unsent {
    /// The error, where less cannot be sent.
    pub(super) fn into_error(self, operation: &str) -> Error {
        match self {
            Self::TooLarge(failure) => failure.into_error(operation, 1),
            Self::Failed(error) => error,
        }
    }
}

/// Sends a request until there is a response, or will be none.
pub(super) async fn send<T: Transcriber>(
    job: &Job<T>,
    request: &PieceRequest,
) -> Result<Sent, Unsent> {
    let piece = request.piece;
    let retries = Retries {
        pace: &job.pace,
        limits: job.settings.retries,
        need: Need {
            requests: 1.0,
            seconds: job.settings.billed_seconds(request.seconds),
            tokens: 0.0,
        },
        salt: piece as u64 ^ request.audio.len().rotate_left(32),
    };
    let attempt = |attempt| {
        job.emit(&TranscribeEvent::Sent { piece, attempt });
        once(job, request)
    };
    let on_retry = |after, why: &str| {
        let why = why.to_owned();
        job.emit(&TranscribeEvent::Retrying { piece, after, why });
    };
    retries
        .run(attempt, on_retry)
        .await
        .map_err(|unanswered| match unanswered {
            Unanswered::TooLong(error) => Unsent::Failed(error),
            Unanswered::Failed(failure, _) if failure.kind == FailureKind::TooLarge => {
                Unsent::TooLarge(failure)
            }
            Unanswered::Failed(failure, attempts) => {
                let operation = format!("transcribe piece {piece}");
                Unsent::Failed(failure.into_error(&operation, attempts))
            }
        })
}

async fn once<T: Transcriber>(
    job: &Job<T>,
    request: &PieceRequest,
) -> Result<(VerboseTranscription, RateLimits), Failure> {
    let limit = job.settings.attempt_timeout;
    let sending = job.service.transcribe(request.clone());
    let response = timeout(limit, sending).await.unwrap_or_else(|_| {
        let message = format!("no response within {} s", limit.as_secs());
        Err(Failure::new(FailureKind::Transient, message))
    });
    job.count_request(request, response.is_ok());
    let response = response?;
    Ok((response.transcription, response.rate_limits))
}
