//! [`groq_core::Client`] as a service.

use std::sync::Arc;

use groq_core::limits::RateLimiter;
use groq_core::{Client, Error, RequestOptions};
use groq_types::SpeechRequest;

use crate::service::{Failure, FailureKind, Speech, Synthesizer};

/// One attempt for each call, for which a permit was acquired.
fn once(client: &Client) -> Client {
    client.with_options(RequestOptions::new().max_retries(0).rate_limited(false))
}

impl Synthesizer for Client {
    async fn speak(&self, request: SpeechRequest) -> Result<Speech, Failure> {
        let answer = once(self).audio().speak(request).await.map_err(failure)?;
        let limits = answer.rate_limits();
        let wav = answer.bytes().await.map_err(failure)?;
        Ok(Speech::new(wav).rate_limits(limits))
    }

    fn rate_limiter(&self) -> Option<Arc<dyn RateLimiter>> {
        self.rate_limiter().cloned()
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
    let mut failure = Failure::new(kind, error.to_string())
        .retry_after(error.retry_after())
        .rate_limits(error.rate_limits());
    failure.feedback.status = error.status();
    failure.request_id = error.request_id().map(str::to_owned);
    failure.source(error)
}

/// Calls of the client and of this crate go through one `?`; the error of the client is the
/// [`source`](std::error::Error::source).
///
/// ```
/// async fn voices(groq: &groq_core::Client) -> Result<usize, groq_audio::Error> {
///     Ok(groq.models().list().await?.data.len())
/// }
/// ```
impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        let attempts = u32::try_from(error.attempts().len()).unwrap_or(u32::MAX);
        failure(error).into_error("call Groq", attempts)
    }
}

/// Whether it may work the next time. A body that cannot be read was cut off on the way.
fn may_pass(error: &Error) -> bool {
    error.is_retryable() || error.is_decode() || error.is_timeout()
}

#[cfg(feature = "decode")]
mod transcriber {
    use std::sync::Arc;

    use futures_util::stream;
    use groq_core::limits::RateLimiter;
    use groq_core::{AudioInput, Client, Response, Upload};
    use groq_types::{
        TimestampGranularity, Transcription, TranscriptionRequest, TranslationRequest,
        VerboseTranscription,
    };

    use super::{failure, once};
    use crate::service::{Failure, PieceRequest, PieceResponse, Transcriber};
    use crate::spool::PieceAudio;
    use crate::task::{Task, Timestamps};

    /// Bytes that are read from the disk at a time.
    const CHUNK: usize = 64 << 10;

    impl Transcriber for Client {
        async fn transcribe(&self, request: PieceRequest) -> Result<PieceResponse, Failure> {
            let client = once(self);
            let audio = input(&request.audio);
            let answer = match request.task {
                Task::Transcribe => transcribe(&client, audio, &request).await,
                Task::Translate => translate(&client, audio, &request).await,
            };
            answer.map_err(failure)
        }

        fn rate_limiter(&self) -> Option<Arc<dyn RateLimiter>> {
            self.rate_limiter().cloned()
        }
    }

    fn timed(answer: Response<VerboseTranscription>) -> PieceResponse {
        let limits = *answer.rate_limits();
        PieceResponse::new(answer.into_inner()).rate_limits(limits)
    }

    fn plain(answer: Response<Transcription>) -> PieceResponse {
        let limits = *answer.rate_limits();
        let answer = VerboseTranscription::new(answer.into_inner().text);
        PieceResponse::new(answer).rate_limits(limits)
    }

    async fn transcribe(
        client: &Client,
        audio: AudioInput,
        piece: &PieceRequest,
    ) -> Result<PieceResponse, groq_core::Error> {
        let mut request = TranscriptionRequest::new(&piece.model);
        request.language = piece.language.as_deref().map(Into::into);
        request.prompt.clone_from(&piece.prompt);
        request.temperature = piece.temperature;
        let granularities = match piece.timestamps {
            // With words alone, there would be no segments.
            Timestamps::Words => vec![TimestampGranularity::Word, TimestampGranularity::Segment],
            Timestamps::Segments => vec![TimestampGranularity::Segment],
            Timestamps::None => {
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
        piece: &PieceRequest,
    ) -> Result<PieceResponse, groq_core::Error> {
        let mut request = TranslationRequest::new(&piece.model);
        request.prompt.clone_from(&piece.prompt);
        request.temperature = piece.temperature;
        if piece.timestamps == Timestamps::None {
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
