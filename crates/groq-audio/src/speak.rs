//! Text of any length, spoken: split at sentences, spoken several at once, joined into one WAV.

mod one;
mod save;
mod split;
mod task;
mod wav;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt, TryStreamExt, stream};
use groq_types::SpeechRequest;

use crate::error::Error;
use crate::pace::{Need, Pace, Patience, over};
use crate::service::Synthesiser;
use groq_models::Quota;
use one::Speaker;
use save::Saving;
pub use split::{TextPiece, split};
use task::Task;
use wav::{Form, Spoken};

/// Speaks text of any length.
///
/// ```
/// # async fn example(groq: impl groq_audio::Synthesiser) -> Result<(), groq_audio::Error> {
/// use groq_audio::Speak;
///
/// let reader = Speak::new(&groq).model("canopylabs/orpheus-v1-english").voice("troy");
/// reader.save("Once upon a time there was a long text.", "story.wav").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Speak<S> {
    speaker: Speaker<S>,
    model: String,
    voice: String,
    sample_rate: Option<u32>,
    speed: Option<f64>,
    most_chars: Option<usize>,
    at_once: usize,
    pause: Duration,
}

impl<S: Synthesiser> Speak<S> {
    /// With `canopylabs/orpheus-v1-english` and the voice `troy`, four requests at once.
    pub fn new(service: &S) -> Self {
        Self {
            speaker: Speaker {
                service: service.clone(),
                pace: Arc::new(Pace::new(&Quota::new())),
                patience: Patience::default(),
                attempt_timeout: Duration::from_secs(120),
            },
            model: "canopylabs/orpheus-v1-english".to_owned(),
            voice: "troy".to_owned(),
            sample_rate: None,
            speed: None,
            most_chars: None,
            at_once: 4,
            pause: Duration::ZERO,
        }
    }

    /// Sets the model.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = model.into();
        self
    }

    /// Sets the voice, one of the model's.
    pub fn voice(mut self, voice: impl Into<String>) -> Self {
        self.voice = voice.into();
        self
    }

    /// Sets the samples per second, one of those that the model takes; its own by default.
    pub fn sample_rate(mut self, rate: u32) -> Self {
        self.sample_rate = Some(rate);
        self
    }

    /// Sets how fast to speak, from 0.5 to 5, where the model can.
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = Some(speed);
        self
    }

    /// Sets the most characters of one request. By default 10,000 for the models of `PlayAI`, else 200.
    pub fn max_chars(mut self, characters: usize) -> Self {
        self.most_chars = Some(characters.max(1));
        self
    }

    /// Sets how many requests are made at once, from 1 on.
    pub fn in_flight(mut self, requests: usize) -> Self {
        self.at_once = requests.max(1);
        self
    }

    /// Sets the silence between paragraphs, beside what the model itself leaves; none by default, one minute at the most.
    pub fn pause(mut self, silence: Duration) -> Self {
        self.pause = silence.min(Duration::from_secs(60));
        self
    }

    /// Sets how often a request is made at the most when the service or the network fails: 6 times by default.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.speaker.patience.attempts = attempts.max(1);
        self
    }

    /// Sets the account's limits, which are then kept before the service has to remind. All clones share them.
    ///
    /// What does not fit into them within [`max_wait`](Self::max_wait) is refused before anything is sent.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.speaker.pace = Arc::new(Pace::new(&quota));
        self
    }

    /// Sets the longest wait for limits, at the beginning or between: 15 minutes by default.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.speaker.patience.wait = wait;
        self
    }

    /// Sets how long an attempt may take: 2 minutes by default.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.speaker.attempt_timeout = limit;
        self
    }

    /// Speaks, and gives the whole WAV file.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): there is nothing to say. [`is_rate_limited`](Error::is_rate_limited):
    /// it does not fit the limits. [`is_service`](Error::is_service): the service refused, or its answer is no WAV file of
    /// 16-bit samples. [`is_corrupt`](Error::is_corrupt): an answer has another rate, or other channels, than the first.
    pub async fn say(&self, text: &str) -> Result<Bytes, Error> {
        let mut pieces = std::pin::pin!(self.pieces(text)?);
        let mut form = None;
        let mut samples = Vec::new();
        while let Some(spoken) = pieces.try_next().await? {
            spoken.same_as(&mut form)?;
            samples.extend_from_slice(&spoken.samples);
        }
        let form = form.ok_or_else(nothing)?;
        let mut file = form.header_of(samples.len() as u64)?.to_vec();
        file.append(&mut samples);
        Ok(file.into())
    }

    /// Speaks into a file, which appears whole or not at all, in memory that does not grow with the text.
    ///
    /// # Errors
    ///
    /// As for [`say`](Self::say), and [`is_io`](Error::is_io): the file cannot be written.
    pub async fn save(&self, text: &str, path: impl AsRef<Path>) -> Result<(), Error> {
        let mut pieces = std::pin::pin!(self.pieces(text)?);
        let mut saving = Saving::begin(path.as_ref()).await?;
        while let Some(spoken) = pieces.try_next().await? {
            saving = saving.add(spoken).await?;
        }
        saving.finish().await
    }

    /// Speaks, and gives the WAV file in pieces as they are spoken, the first as early as possible.
    ///
    /// The length in the header is that of a file without end, since it is not known yet. Requests go on while nobody asks
    /// for more, and end when the stream is dropped. It needs to be within a Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): there is nothing to say.
    /// [`is_rate_limited`](Error::is_rate_limited): it does not fit the limits. The stream's own are those of [`say`](Self::say).
    pub fn stream(
        &self,
        text: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + use<S>, Error> {
        let mut form: Option<Form> = None;
        Ok(self.pieces(text)?.map(move |spoken| {
            let spoken = spoken?;
            let first = form.is_none();
            spoken.same_as(&mut form)?;
            let Some(form) = form.filter(|_| first) else {
                return Ok(spoken.samples);
            };
            let mut start = form.endless_header().to_vec();
            start.extend_from_slice(&spoken.samples);
            Ok(start.into())
        }))
    }

    /// The pieces in order, while later ones are being spoken.
    fn pieces(
        &self,
        text: &str,
    ) -> Result<impl Stream<Item = Result<Spoken, Error>> + Send + use<S>, Error> {
        let pieces = split(text, self.limit());
        if pieces.is_empty() {
            return Err(nothing());
        }
        self.refuse_what_cannot_fit(&pieces)?;
        let last = pieces.len() - 1;
        let requests = pieces.into_iter().enumerate().map(|(index, piece)| {
            let pause = match piece.ends_paragraph && index < last {
                true => self.pause,
                false => Duration::ZERO,
            };
            (index, self.request(piece.text), pause)
        });
        let requests: Vec<_> = requests.collect();
        let speaker = self.speaker.clone();
        let spoken = stream::iter(requests).map(move |(index, request, pause)| {
            let speaker = speaker.clone();
            Task::new(async move {
                let spoken = speaker.speak(index, &request).await?;
                Ok(spoken.followed_by(pause))
            })
        });
        Ok(spoken.buffered(self.at_once))
    }

    fn refuse_what_cannot_fit(&self, pieces: &[TextPiece]) -> Result<(), Error> {
        let mut all = Need::default();
        for piece in pieces {
            let need = one::need(&piece.text);
            all.requests += need.requests;
            all.tokens += need.tokens;
        }
        let wait = self.speaker.pace.wait_for(all);
        match wait > self.speaker.patience.wait {
            true => Err(over(wait)),
            false => Ok(()),
        }
    }

    fn limit(&self) -> usize {
        let by_model = if self.model.starts_with("playai") {
            10_000
        } else {
            200
        };
        self.most_chars.unwrap_or(by_model)
    }

    fn request(&self, text: String) -> SpeechRequest {
        let mut request = SpeechRequest::new(&self.model, text, &self.voice)
            .with_response_format(groq_types::SpeechFormat::Wav);
        request.sample_rate = self.sample_rate;
        request.speed = self.speed;
        request
    }
}

fn nothing() -> Error {
    Error::options("there is nothing to say")
}
