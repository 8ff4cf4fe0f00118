//! The options of a transcription, and the calls.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use groq_core::limits::{LocalRateLimiter, Quota, RateLimiter};
use groq_models::{Catalog, Plan};

use super::job::Job;
use super::report::transcript;
use super::run::pieces;
use super::send;
use super::settings::Settings;
use super::whole;
use crate::decode::Recording;
use crate::encode::Encoding;
use crate::error::{Error, blocking};
use crate::estimate::Estimate;
use crate::plan::PieceOptions;
use crate::prepare::{self, Incomplete};
use crate::progress::{Listener, TranscribeEvent};
use crate::service::{Transcriber, over};
use crate::source::{Source, SourceKind};
use crate::spool::Storage;
use crate::task::{Task, Timestamps};
use crate::transcript::Transcript;
use crate::{MergeOptions, Thresholds};

/// Transcribes recordings of any length.
///
/// One value serves many recordings, one after another or at the same time. They, and all clones, share the rate limits and
/// the pause that the service asks for. To cancel a call, drop its future: nothing more is sent, decoding stops, and
/// temporary files are removed.
///
/// ```
/// # async fn example(groq: impl groq_audio::Transcriber) -> Result<(), groq_audio::Error> {
/// use groq_audio::LongAudio;
///
/// let talk = LongAudio::new(&groq).model("whisper-large-v3-turbo").language("en");
/// let transcript = talk.transcribe("talk.mp4").await?;
/// transcript.save("talk.srt")?;
/// # Ok(())
/// # }
/// ```
#[must_use = "it does nothing until `transcribe` or `translate` is called"]
#[derive(Clone, Debug)]
pub struct LongAudio<T> {
    service: T,
    settings: Settings,
    limiter: Arc<dyn RateLimiter>,
}

impl<T: Transcriber> LongAudio<T> {
    /// Creates a job with the catalog's default model, pieces of at most 600 s, and three requests at the same time.
    pub fn new(service: &T) -> Self {
        Self {
            service: service.clone(),
            settings: Settings::default(),
            limiter: service
                .rate_limiter()
                .unwrap_or_else(|| Arc::new(LocalRateLimiter::new())),
        }
    }

    crate::setters::setters! {
        /// Sets the model: `whisper-large-v3-turbo` by default.
        model(model: impl Into<String>) => settings.model = model.into();
        /// Sets the language of the speech, as its two-letter code. Transcription is faster and better with it.
        language(language: impl Into<String>) => settings.language = Some(language.into());
        /// Sets whether the language found in the first piece is set for all others, which then wait for it.
        pin_language(pin: bool) => settings.pin_language = pin;
        /// Sets text that steers spelling and style, and is sent with every piece: at most 896 characters and 224 tokens.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Transcriber) {
        /// let job = groq_audio::LongAudio::new(groq).prompt("Names: Ada Lovelace, Jacquard.");
        /// # }
        /// ```
        prompt(prompt: impl Into<String>) => settings.prompt = Some(prompt.into());
        /// Sets the temperature, from 0 to 1. The default of the service is 0.
        temperature(temperature: f64) => settings.temperature = Some(temperature);
        /// Sets what the transcription has times for: words by default.
        timestamps(timestamps: Timestamps) => settings.timestamps = timestamps;
        /// Sets how the recording is cut into pieces.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Transcriber) {
        /// use groq_audio::{LongAudio, PieceOptions};
        /// use std::time::Duration;
        ///
        /// let two_minutes = PieceOptions::new().max_len(Duration::from_secs(120));
        /// let job = LongAudio::new(groq).pieces(two_minutes);
        /// # }
        /// ```
        pieces(options: PieceOptions) => settings.prepare.pieces = options;
        /// Sets the plan of the account, which decides how large an upload may be: the free plan by default.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Transcriber) {
        /// use groq_audio::LongAudio;
        /// use groq_audio::models::Plan;
        ///
        /// let job = LongAudio::new(groq).plan(Plan::Developer);
        /// # }
        /// ```
        plan(plan: Plan) => settings.plan = plan;
        /// Sets what is known of models, their prices and limits: the catalog of this version by default.
        ///
        /// ```no_run
        /// # fn example(groq: &impl groq_audio::Transcriber) -> Result<(), Box<dyn std::error::Error>> {
        /// use groq_audio::LongAudio;
        /// use groq_audio::models::Catalog;
        ///
        /// let job = LongAudio::new(groq).catalog(Catalog::load("models.json")?);
        /// # Ok(())
        /// # }
        /// ```
        catalog(catalog: Catalog) => settings.catalog = catalog;
        /// Sets how pieces are encoded: FLAC by default.
        encoding(encoding: Encoding) => settings.prepare.encoding = encoding;
        /// Sets where pieces wait for their upload: a temporary file by default.
        storage(storage: Storage) => settings.prepare.storage = storage;
        /// Sets whether `ffmpeg` may decode what this crate cannot, if it is installed: it may by default.
        ffmpeg(allowed: bool) => settings.prepare.ffmpeg = allowed;
        /// Sets what is done with a recording that is cut off: what there is of it is transcribed by default.
        incomplete(incomplete: Incomplete) => settings.prepare.incomplete = incomplete;
        /// Sets how many pieces are sent at the same time, at least one: three by default.
        max_concurrency(pieces: usize) => settings.max_concurrency = pieces.max(1);
        /// Sets the rate limits of the account. A job that cannot fit them within [`max_wait`](Self::max_wait) fails before
        /// anything is sent, if the file states its length.
        ///
        /// By default, the rate limiter of the client decides; without one, limits are learned from the replies of the service.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Transcriber) {
        /// use groq_audio::LongAudio;
        /// use groq_audio::models::{Catalog, Plan};
        ///
        /// let quota = Catalog::shipped().quota("whisper-large-v3", Plan::Free).expect("a known quota");
        /// let job = LongAudio::new(groq).model("whisper-large-v3").quota(quota);
        /// # }
        /// ```
        quota(quota: Quota) => limiter = Arc::new(LocalRateLimiter::new().default_quota(quota));
        /// Sets a rate limiter that is shared with other work: that of the client by default.
        rate_limiter(rate_limiter: impl RateLimiter + 'static) => limiter = Arc::new(rate_limiter);
        /// Sets the longest wait for rate limits: 15 minutes by default. A call that has to wait longer fails.
        max_wait(wait: Duration) => settings.max_wait = wait;
        /// Sets how often a piece is sent again when the service or the network fails: 5 times by default.
        max_retries(retries: u32) => settings.max_retries = retries;
        /// Sets how long one attempt may take: 10 minutes by default.
        attempt_timeout(timeout: Duration) => settings.attempt_timeout = timeout;
        /// Sets whether a file that fits the limits and needs no cut is sent as it is: it is by default.
        send_whole(whole: bool) => settings.send_whole = whole;
        /// Sets how words are compared where pieces are joined.
        merge(options: MergeOptions) => settings.merge = options;
        /// Sets where suspicion begins.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Transcriber) {
        /// use groq_audio::{LongAudio, Thresholds};
        ///
        /// let strict = LongAudio::new(groq).thresholds(Thresholds::new().low_confidence(-0.3));
        /// # }
        /// ```
        thresholds(thresholds: Thresholds) => settings.thresholds = thresholds;
        /// Sets the share of the audio, from 0 to 1, that may be sent again because its transcription is suspicious: 0.5 by
        /// default. Unless it is 0, one piece may always be sent again.
        recheck_share(share: f64) => settings.recheck_share = share;
        /// Keeps transcriptions in a file that only its owner can read, so that a job that was killed continues where it was.
        ///
        /// The file can hold many recordings, but serves one job at a time. A transcription is found again only for the same
        /// audio and the same options. A symbolic link is refused.
        ///
        /// ```no_run
        /// # async fn example(groq: &impl groq_audio::Transcriber) -> Result<(), groq_audio::Error> {
        /// let job = groq_audio::LongAudio::new(groq).journal("talk.journal");
        /// let transcript = job.transcribe("talk.mp4").await?;
        /// # Ok(())
        /// # }
        /// ```
        journal(path: impl Into<PathBuf>) => settings.journal = Some(path.into());
        /// Sets a listener for what happens. It is called from several threads.
        ///
        /// ```
        /// # fn example(groq: &impl groq_audio::Transcriber) {
        /// let job = groq_audio::LongAudio::new(groq).on_event(|event| eprintln!("{event}"));
        /// # }
        /// ```
        on_event(listener: impl Fn(&TranscribeEvent) + Send + Sync + 'static) => settings.listener = Listener::new(listener);
    }

    /// Transcribes a recording.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the options contradict each other or the model.
    /// [`is_unsupported`](Error::is_unsupported), [`is_corrupt`](Error::is_corrupt), [`is_io`](Error::is_io): the audio
    /// cannot be decoded. [`is_rate_limited`](Error::is_rate_limited): it does not fit the rate limits.
    /// [`is_service`](Error::is_service): the service refused. [`is_journal`](Error::is_journal): the journal cannot be used.
    pub async fn transcribe(&self, source: impl Into<Source>) -> Result<Transcript, Error> {
        self.run(source.into(), Task::Transcribe).await
    }

    /// Translates a recording into English text. It needs a model that translates.
    ///
    /// ```no_run
    /// # async fn example(groq: &impl groq_audio::Transcriber) -> Result<(), groq_audio::Error> {
    /// let job = groq_audio::LongAudio::new(groq).model("whisper-large-v3");
    /// println!("{}", job.translate("rede.mp3").await?.text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`transcribe`](Self::transcribe).
    pub async fn translate(&self, source: impl Into<Source>) -> Result<Transcript, Error> {
        self.run(source.into(), Task::Translate).await
    }

    /// Estimates requests, price and wait. Nothing is sent. A file that does not state its length is decoded for it.
    ///
    /// ```no_run
    /// # async fn example(groq: &impl groq_audio::Transcriber) -> Result<(), groq_audio::Error> {
    /// let estimate = groq_audio::LongAudio::new(groq).estimate("talk.mp4").await?;
    /// println!("{} requests, {:.0} s billed", estimate.pieces, estimate.billed_seconds);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`transcribe`](Self::transcribe), without those of the service.
    /// [`is_invalid_request`](Error::is_invalid_request) also for a source that can be read only once.
    pub async fn estimate(&self, source: impl Into<Source>) -> Result<Estimate, Error> {
        let (source, options) = (source.into(), self.settings.prepare());
        if !source.can_be_read_again() {
            return Err(Error::invalid("the source can be read only once"));
        }
        let seconds = blocking("decoding", move || {
            let recording = Recording::open(source, &options.decode())?;
            match recording.seconds() {
                Some(seconds) => Ok(seconds),
                None => {
                    let (_, summary) = prepare::measure(recording.into_decoder()?, &options)?;
                    Ok(crate::clock::seconds(summary.samples))
                }
            }
        });
        Ok(self.estimate_seconds(seconds.await?))
    }

    /// Estimates requests, price and wait for this many seconds of audio.
    ///
    /// ```
    /// # fn example(groq: &impl groq_audio::Transcriber) {
    /// let hour = groq_audio::LongAudio::new(groq).estimate_seconds(3_600.0);
    /// assert_eq!(hour.pieces, 7);
    /// # }
    /// ```
    pub fn estimate_seconds(&self, seconds: f64) -> Estimate {
        let Settings { model, catalog, .. } = &self.settings;
        let options = self.settings.prepare();
        let mut estimate = Estimate::with_prices(seconds, &options.pieces, model, catalog);
        let work = send::estimate(model, estimate.billed_seconds);
        estimate.wait = self.limiter.wait_for(&work, estimate.pieces as u64);
        estimate
    }

    async fn run(&self, source: Source, task: Task) -> Result<Transcript, Error> {
        let mut settings = self.settings.clone();
        settings.task = task;
        settings.check()?;
        let upload_limit = settings.upload_limit();
        let pieces_of = settings.prepare.pieces.clone();
        settings.prepare.pieces = pieces_of.bytes_at_most(upload_limit - 1_000_000);
        let options = settings.prepare();
        let send_whole = settings.send_whole;
        let job = |settings| Job::new(self.service.clone(), settings, &self.limiter);
        let (job, transcribed) = if let SourceKind::Url(url) = &source.kind {
            let job = job(settings).await?;
            let transcribed = whole::transcribe_url(&job, url).await?;
            (job, transcribed)
        } else {
            let decode = options.decode();
            let recording = blocking("opening the audio", move || {
                Recording::open(source, &decode)
            });
            let recording = recording.await?;
            self.refuse_what_cannot_fit(&recording)?;
            let job = job(settings).await?;
            let whole = whole::whole(&recording, options.pieces.longest(), upload_limit);
            let transcribed = match whole.filter(|_| send_whole) {
                Some(audio) => whole::transcribe(&job, recording, audio).await?,
                None => {
                    let open = move || recording.into_decoder();
                    let (answered, summary) = pieces(&job, open, options, 0).await?;
                    (answered, summary, Vec::new())
                }
            };
            (job, transcribed)
        };
        let (answered, summary, flags) = transcribed;
        let mut transcript = transcript(answered, summary, job.totals(), &job.settings);
        transcript.flags.extend(flags);
        Ok(transcript)
    }

    /// Where limits and length are known, a job that would have to wait too long fails before anything is sent.
    fn refuse_what_cannot_fit(&self, recording: &Recording) -> Result<(), Error> {
        let seconds = recording.seconds().filter(|_| recording.audio().is_some());
        let wait = seconds.map(|seconds| self.estimate_seconds(seconds).wait);
        match wait.filter(|wait| *wait > self.settings.max_wait) {
            Some(wait) => Err(over(wait)),
            None => Ok(()),
        }
    }
}
