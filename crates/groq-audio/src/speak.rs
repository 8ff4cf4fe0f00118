//! Text of any length to speech: split at sentences, several requests at the same time, joined into one WAV file.

mod one;
mod save;
mod split;
mod spoken;
mod task;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt, TryStreamExt, stream};
use groq_core::limits::{LocalRateLimiter, Quota, RateLimiter};
use groq_models::{Catalog, DefaultModel};
use groq_types::SpeechRequest;

use crate::error::Error;
use crate::service::{MAX_RETRIES, MAX_WAIT, Synthesizer, over};
use one::Speaker;
use save::Saving;
pub use split::{TextPiece, split_text};
use spoken::{Spoken, WavFormat};
use task::Task;

/// Speaks text of any length.
///
/// ```
/// # async fn example(groq: impl groq_audio::Synthesizer) -> Result<(), groq_audio::Error> {
/// use groq_audio::Speak;
///
/// let reader = Speak::new(&groq).model("canopylabs/orpheus-v1-english").voice("troy");
/// reader.save("Once upon a time there was a long text.", "story.wav").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `say`, `save` or `stream` is called"]
pub struct Speak<S> {
    speaker: Speaker<S>,
    model: String,
    voice: String,
    catalog: Catalog,
    sample_rate: Option<u32>,
    speed: Option<f64>,
    max_chars: Option<usize>,
    max_concurrency: usize,
    pause: Duration,
}

impl<S: Synthesizer> Speak<S> {
    /// Creates a speaker with the catalog's default model and voice, and four requests at the same time.
    pub fn new(service: &S) -> Self {
        let catalog = Catalog::shipped();
        let default = |purpose| {
            catalog
                .default_model(purpose)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            speaker: Speaker {
                service: service.clone(),
                limiter: service
                    .rate_limiter()
                    .unwrap_or_else(|| Arc::new(LocalRateLimiter::new())),
                max_retries: MAX_RETRIES,
                max_wait: MAX_WAIT,
                attempt_timeout: Duration::from_secs(120),
            },
            model: default(DefaultModel::Speech),
            voice: default(DefaultModel::Voice),
            catalog,
            sample_rate: None,
            speed: None,
            max_chars: None,
            max_concurrency: 4,
            pause: Duration::ZERO,
        }
    }

    crate::setters::setters! {
        /// Sets the model: `canopylabs/orpheus-v1-english` by default.
        model(model: impl Into<String>) => model = model.into();
        /// Sets the voice, one of the model's: `troy` by default.
        voice(voice: impl Into<String>) => voice = voice.into();
        /// Sets what is known of models and their limits: the catalog of this version by default.
        catalog(catalog: Catalog) => catalog = catalog;
        /// Sets the samples per second, one of those that the model has.
        sample_rate(rate: u32) => sample_rate = Some(rate);
        /// Sets the speed, from 0.5 to 5, where the model has one.
        speed(speed: f64) => speed = Some(speed);
        /// Sets the most characters of one request: by default the limit of the model, or 200 where that is unknown.
        max_chars(characters: usize) => max_chars = Some(characters.max(1));
        /// Sets how many requests are sent at the same time, at least one: four by default.
        max_concurrency(requests: usize) => max_concurrency = requests.max(1);
        /// Sets the silence between paragraphs, beside what the model itself leaves: none by default, one minute at most.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Synthesizer) {
        /// use std::time::Duration;
        ///
        /// let slow = groq_audio::Speak::new(groq).pause(Duration::from_millis(800));
        /// # }
        /// ```
        pause(silence: Duration) => pause = silence.min(Duration::from_secs(60));
        /// Sets how often a request is sent again when the service or the network fails: 5 times by default.
        max_retries(retries: u32) => speaker.max_retries = retries;
        /// Sets the rate limits of the account. All clones share them.
        ///
        /// A text that cannot fit them within [`max_wait`](Self::max_wait) fails before anything is sent.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Synthesizer) {
        /// use groq_audio::models::Quota;
        ///
        /// let speak = groq_audio::Speak::new(groq).quota(Quota::new().requests_per_minute(10));
        /// # }
        /// ```
        quota(quota: Quota) => speaker.limiter = Arc::new(LocalRateLimiter::new().default_quota(quota));
        /// Sets a rate limiter that is shared with other work: that of the client by default.
        rate_limiter(rate_limiter: impl RateLimiter + 'static) => speaker.limiter = Arc::new(rate_limiter);
        /// Sets the longest wait for rate limits: 15 minutes by default. A call that has to wait longer fails.
        max_wait(wait: Duration) => speaker.max_wait = wait;
        /// Sets how long one attempt may take: 2 minutes by default.
        attempt_timeout(timeout: Duration) => speaker.attempt_timeout = timeout;
    }

    /// Speaks a text, and returns the whole WAV file.
    ///
    /// ```no_run
    /// # async fn example(groq: &impl groq_audio::Synthesizer) -> Result<(), groq_audio::Error> {
    /// let wav = groq_audio::Speak::new(groq).say("Good evening.").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the text is empty. [`is_rate_limited`](Error::is_rate_limited):
    /// it does not fit the rate limits. [`is_service`](Error::is_service): the service refused, or its answer is no WAV file of
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

    /// Speaks a text into a file, which appears whole or not at all, in memory that does not grow with the text.
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

    /// Speaks a text, and streams the WAV file in pieces, the first one as early as possible.
    ///
    /// The header states no length, since it is not known yet. Requests continue in the background until the stream is
    /// dropped. It must be called within a Tokio runtime.
    ///
    /// ```no_run
    /// # async fn example(groq: &impl groq_audio::Synthesizer) -> Result<(), groq_audio::Error> {
    /// use futures_util::TryStreamExt;
    ///
    /// let mut sound = std::pin::pin!(groq_audio::Speak::new(groq).stream("A long text.")?);
    /// while let Some(bytes) = sound.try_next().await? {
    ///     println!("{} bytes", bytes.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the text is empty.
    /// [`is_rate_limited`](Error::is_rate_limited): it does not fit the rate limits. The stream's own are those of [`say`](Self::say).
    pub fn stream(
        &self,
        text: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, Error>> + Send + use<S>, Error> {
        let mut form: Option<WavFormat> = None;
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
        let pieces = split_text(text, self.limit());
        if pieces.is_empty() {
            return Err(nothing());
        }
        self.refuse_what_cannot_fit(&pieces)?;
        let last = pieces.len() - 1;
        let requests = pieces.into_iter().enumerate().map(|(index, piece)| {
            let pause = if piece.ends_paragraph && index < last {
                self.pause
            } else {
                Duration::ZERO
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
        Ok(spoken.buffered(self.max_concurrency))
    }

    fn refuse_what_cannot_fit(&self, pieces: &[TextPiece]) -> Result<(), Error> {
        let tokens = pieces.iter().map(|piece| one::tokens(&piece.text)).sum();
        let work = one::estimate(&self.model, tokens);
        let wait = self.speaker.limiter.wait_for(&work, pieces.len() as u64);
        if wait > self.speaker.max_wait {
            Err(over(wait))
        } else {
            Ok(())
        }
    }

    fn limit(&self) -> usize {
        let model = self.catalog.get(&self.model);
        let known = model.and_then(|model| model.max_input_chars);
        self.max_chars.or(known).unwrap_or(200)
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
    Error::invalid("the text is empty")
}
