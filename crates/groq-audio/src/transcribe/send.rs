//! One request to a transcriber, sent until there is a response.

use groq_core::limits::{AttemptFailure, CallError, CallEstimate, Feedback};
use groq_types::VerboseTranscription;
use tokio::time::timeout;

use super::job::Job;
use crate::error::Error;
use crate::progress::TranscribeEvent;
use crate::service::{Failure, FailureKind, PieceRequest, Transcriber, failed};

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
    let attempt = |attempt| {
        job.emit(&TranscribeEvent::Sent { piece, attempt });
        once(job, request)
    };
    let on_retry = |after, failure: &Failure| {
        let why = failure.message.clone();
        job.emit(&TranscribeEvent::Retrying { piece, after, why });
    };
    let call = estimate(&request.model, request.seconds);
    let sent = job.attempts.run(call, attempt, on_retry).await;
    sent.map_err(|error| match error {
        CallError::Failed(failure, _) if failure.kind == FailureKind::TooLarge => {
            Unsent::TooLarge(failure)
        }
        error => Unsent::Failed(failed(error, &format!("transcribe piece {piece}"))),
    })
}

/// What is known of requests with this much audio.
pub(super) fn estimate(model: &str, seconds: f64) -> CallEstimate {
    let call = CallEstimate::new(model).max_completion_tokens(0);
    call.audio(crate::clock::span(seconds))
}

async fn once<T: Transcriber>(
    job: &Job<T>,
    request: &PieceRequest,
) -> Result<(VerboseTranscription, Feedback), AttemptFailure<Failure>> {
    let limit = job.settings.attempt_timeout;
    let sending = job.service.transcribe(request.clone());
    let response = timeout(limit, sending).await.unwrap_or_else(|_| {
        let message = format!("no response within {} s", limit.as_secs());
        Err(Failure::new(FailureKind::Transient, message))
    });
    job.count_request(request, response.is_ok());
    let response = response?;
    let feedback = Feedback::default().rate_limits(response.rate_limits);
    Ok((response.transcription, feedback))
}
