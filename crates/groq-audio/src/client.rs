//! `groq_core::Client` as the service.

use std::time::Duration;

use groq_core::limits::{RateLimit, RateLimits};
use groq_core::{Client, Error, RequestOptions};
use groq_types::SpeechRequest;

use crate::service::{Failure, FailureKind, Left, Speech, Standing, Synthesiser};

/// One attempt a call: the retries are ours, so that one 429 makes all pieces wait.
fn once(client: &Client) -> Client {
    client.with_options(RequestOptions::new().max_retries(0))
}

impl Synthesiser for Client {
    async fn speak(&self, request: SpeechRequest) -> Result<Speech, Failure> {
        let answer = once(self).audio().speak(request).await.map_err(failure)?;
        let standing = standing(&answer.rate_limits());
        let wav = answer.bytes().await.map_err(failure)?;
        Ok(Speech::new(wav).with_standing(standing))
    }
}

/// What the headers say.
fn standing(limits: &RateLimits) -> Standing {
    let left = |limit: &RateLimit| {
        let remaining = limit.remaining?;
        Some(Left {
            limit: limit.limit.unwrap_or(remaining.saturating_add(1)),
            remaining,
            reset: limit.reset?,
        })
    };
    Standing {
        requests: left(&limits.requests),
        tokens: left(&limits.tokens),
    }
}

fn failure(error: Error) -> Failure {
    let kind = if error.is_rate_limited() {
        FailureKind::RateLimited
    } else if error.is_too_large() || error.is_limit_exceeded() {
        FailureKind::TooLarge
    } else if may_pass(&error) {
        FailureKind::Transient
    } else {
        FailureKind::Refused
    };
    let wait: Option<Duration> = error.retry_after();
    let mut failure = Failure::new(kind, error.to_string())
        .with_retry_after(wait)
        .with_standing(standing(&error.rate_limits()));
    failure.status = error.status().map(|status| status.as_u16());
    failure.with_source(error)
}

/// Whether it may work the next time. A body that cannot be read was cut off on the way.
fn may_pass(error: &Error) -> bool {
    error.is_retryable() || error.is_server_error() || error.is_decode() || error.is_timeout()
}

#[cfg(feature = "decode")]
mod transcriber {
    use futures_util::stream;
    use groq_core::{AudioInput, Client, Response, Upload};
    use groq_types::{
        TimestampGranularity, Transcription, TranscriptionRequest, TranslationRequest,
        VerboseTranscription,
    };

    use super::{failure, once, standing};
    use crate::service::{Ask, Failure, Reply, Transcriber};
    use crate::spool::PieceAudio;
    use crate::task::Task;
    use crate::transcribe::Times;

    /// Bytes that are read from the disk at a time.
    const CHUNK: usize = 64 << 10;

    impl Transcriber for Client {
        async fn transcribe(&self, ask: Ask) -> Result<Reply, Failure> {
            let client = once(self);
            let audio = input(&ask.audio);
            let answer = match ask.task {
                Task::Transcribe => transcribe(&client, audio, &ask).await,
                Task::Translate => translate(&client, audio, &ask).await,
            };
            answer.map_err(failure)
        }
    }

    fn timed(answer: Response<VerboseTranscription>) -> Reply {
        let standing = standing(answer.rate_limits());
        Reply::new(answer.into_inner()).with_standing(standing)
    }

    fn plain(answer: Response<Transcription>) -> Reply {
        let standing = standing(answer.rate_limits());
        Reply::new(VerboseTranscription::new(answer.into_inner().text)).with_standing(standing)
    }

    async fn transcribe(
        client: &Client,
        audio: AudioInput,
        ask: &Ask,
    ) -> Result<Reply, groq_core::Error> {
        let mut request = TranscriptionRequest::new(&ask.model);
        request.language = ask.language.as_deref().map(Into::into);
        request.prompt.clone_from(&ask.prompt);
        request.temperature = ask.temperature;
        let granularities = match ask.times {
            // With words alone, there would be no segments.
            Times::Words => vec![TimestampGranularity::Word, TimestampGranularity::Segment],
            Times::Segments => vec![TimestampGranularity::Segment],
            Times::None => {
                return client.audio().transcribe(audio, request).await.map(plain);
            }
        };
        let request = request.with_timestamp_granularities(granularities);
        let answer = client.audio().transcribe_verbose(audio, request).await;
        answer.map(timed)
    }

    async fn translate(
        client: &Client,
        audio: AudioInput,
        ask: &Ask,
    ) -> Result<Reply, groq_core::Error> {
        let mut request = TranslationRequest::new(&ask.model);
        request.prompt.clone_from(&ask.prompt);
        request.temperature = ask.temperature;
        if ask.times == Times::None {
            return client.audio().translate(audio, request).await.map(plain);
        }
        let answer = client.audio().translate_verbose(audio, request).await;
        answer.map(timed)
    }

    /// The audio as a part of a form, read from the disk while it is sent.
    fn input(audio: &PieceAudio) -> AudioInput {
        if let Some(url) = audio.url() {
            return AudioInput::url(url);
        }
        let audio = audio.clone();
        let (name, length) = (audio.file_name().to_owned(), audio.len());
        let chunks = stream::unfold((audio, 0), |(audio, at)| async move {
            let from = audio.clone();
            let read = tokio::task::spawn_blocking(move || from.read_at(at, CHUNK)).await;
            match read.unwrap_or_else(|cause| Err(std::io::Error::other(cause))) {
                Ok(chunk) if chunk.is_empty() => None,
                Ok(chunk) => {
                    let next = at + chunk.len() as u64;
                    Some((Ok(chunk), (audio, next)))
                }
                Err(cause) => Some((Err(cause), (audio, u64::MAX))),
            }
        });
        AudioInput::file(Upload::stream(chunks).name(name).length(length))
    }
}
