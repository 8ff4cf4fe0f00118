//! Requests for pieces, for halves of them, and one transcription out of several.

use std::time::Duration;

use groq_types::VerboseTranscription;

use super::job::Job;
use crate::merge::{self, MergeOptions, PieceTranscript};
use crate::prepare::{PrepareOptions, Prepared};
use crate::service::{PieceRequest, Transcriber};
use crate::spool::PieceAudio;

pub(super) async fn request_of<T: Transcriber>(job: &Job<T>, prepared: &Prepared) -> PieceRequest {
    let (audio, seconds) = (prepared.audio.clone(), prepared.sound.sent_seconds);
    request(job, prepared.piece.index, audio, seconds).await
}

/// A request for a piece, or for the audio around its end.
pub(super) async fn request<T: Transcriber>(
    job: &Job<T>,
    piece: usize,
    audio: PieceAudio,
    seconds: f64,
) -> PieceRequest {
    let settings = &job.settings;
    let mut language = settings.language.clone();
    if language.is_none() && settings.pin_language && piece > 0 {
        language = job.pinned().await;
    }
    PieceRequest {
        task: settings.task,
        model: settings.model.clone(),
        audio,
        seconds,
        language,
        prompt: settings.prompt.clone(),
        temperature: settings.temperature,
        timestamps: settings.timestamps(),
        piece,
    }
}

/// Pieces of a little more than half the length.
pub(super) fn halves(mut options: PrepareOptions, seconds: f64) -> PrepareOptions {
    let longest = Duration::from_secs_f64((seconds * 0.6 + 1.0).clamp(4.0, 86_400.0));
    options.pieces = options
        .pieces
        .max_len(longest)
        .min_last(Duration::from_secs(1));
    options.pad(Duration::ZERO)
}

/// One transcription out of several, on the clock of the audio that they were cut from.
pub(super) fn joined(
    parts: &[PieceTranscript],
    language: Option<String>,
    options: &MergeOptions,
) -> VerboseTranscription {
    let merged = merge::merge(parts, options);
    let mut answer = VerboseTranscription::new(merged.text);
    answer.language = language;
    if !merged.words.is_empty() {
        answer.words = Some(merged.words);
    }
    if !merged.segments.is_empty() {
        answer.segments = Some(merged.segments);
    }
    answer
}
