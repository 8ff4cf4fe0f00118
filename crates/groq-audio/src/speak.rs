//! Text of any length, spoken: split at sentences, spoken several at once, joined into one WAV.

mod one;
mod split;
mod wav;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::error::Error;
use crate::pace::Patience;
use crate::service::Synthesiser;
use one::Speaker;
pub use split::{TextPiece, split};
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
    service: S,
    model: String,
    voice: String,
    sample_rate: Option<u32>,
    speed: Option<f64>,
    most_chars: Option<usize>,
    at_once: usize,
    pause: Duration,
    patience: Patience,
    attempt_timeout: Duration,
}

impl<S: Synthesiser> Speak<S> {
    /// With `canopylabs/orpheus-v1-english` and the voice `troy`, four requests at once.
    pub fn new(service: &S) -> Self {
        Self {
            service: service.clone(),
            model: "canopylabs/orpheus-v1-english".to_owned(),
            voice: "troy".to_owned(),
            sample_rate: None,
            speed: None,
            most_chars: None,
            at_once: 4,
            pause: Duration::ZERO,
            patience: Patience::default(),
            attempt_timeout: Duration::from_secs(120),
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
        self.patience.attempts = attempts.max(1);
        self
    }

    /// Sets the longest wait that the service may ask for: 15 minutes by default.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.patience.wait = wait;
        self
    }

    /// Speaks, and gives the whole WAV file.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): there is nothing to say. [`is_service`](Error::is_service): the
    /// service refused. [`is_corrupt`](Error::is_corrupt): an answer is no WAV file, or of another kind than the first.
    pub async fn say(&self, text: &str) -> Result<Bytes, Error> {
        let mut pieces = std::pin::pin!(self.pieces(text)?);
        let mut form = None;
        let mut samples = Vec::new();
        while let Some(spoken) = pieces.try_next().await? {
            spoken.same_as(&mut form)?;
            samples.extend_from_slice(&spoken.samples);
        }
        let form = form.ok_or_else(nothing)?;
        let mut file = form.header(samples.len() as u64).to_vec();
        file.append(&mut samples);
        Ok(file.into())
    }

    /// Speaks into a file, which appears whole or not at all.
    ///
    /// # Errors
    ///
    /// As for [`say`](Self::say), and [`is_io`](Error::is_io): the file cannot be written.
    pub async fn save(&self, text: &str, path: impl AsRef<Path>) -> Result<(), Error> {
        use std::io::Write;
        let file = self.say(text).await?;
        crate::writers::write_whole(path.as_ref(), |out| {
            out.write_all(&file)
                .and_then(|()| out.flush())
                .map_err(|cause| Error::io("write speech", cause))
        })
    }

    /// Speaks, and gives the WAV file in pieces as they are spoken, the first as early as possible.
    ///
    /// The length in the header is that of a file without end, since it is not known yet.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): there is nothing to say. The stream's own are those of [`say`](Self::say).
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
            let mut start = form.header(u64::MAX).to_vec();
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
        let speaker = Arc::new(Speaker::new(
            self.service.clone(),
            self.patience,
            self.attempt_timeout,
        ));
        let last = pieces.len() - 1;
        let requests: Vec<_> = pieces
            .into_iter()
            .enumerate()
            .map(|(index, piece)| {
                let pause = if piece.ends_paragraph && index < last {
                    self.pause
                } else {
                    Duration::ZERO
                };
                (index, self.request(piece.text), pause)
            })
            .collect();
        let spoken = stream::iter(requests).map(move |(index, request, pause)| {
            let speaker = Arc::clone(&speaker);
            async move { Ok(speaker.speak(index, request).await?.followed_by(pause)) }
        });
        Ok(spoken.buffered(self.at_once))
    }

    fn limit(&self) -> usize {
        let by_model = if self.model.starts_with("playai") {
            10_000
        } else {
            200
        };
        self.most_chars.unwrap_or(by_model)
    }

    fn request(&self, text: String) -> groq_types::SpeechRequest {
        let mut request = groq_types::SpeechRequest::new(&self.model, text, &self.voice)
            .with_response_format(groq_types::SpeechFormat::Wav);
        request.sample_rate = self.sample_rate;
        request.speed = self.speed;
        request
    }
}

fn nothing() -> Error {
    Error::options("there is nothing to say")
}
