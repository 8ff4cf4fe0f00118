//! The entrance: options, and the calls.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::job::{Job, off_thread};
use super::report::transcript;
use super::settings::{Settings, Times};
use super::whole;
use crate::decode::look;
use crate::encode::Encoding;
use crate::error::Error;
use crate::estimate::Estimate;
use crate::pace::{Need, Pace, over};
use crate::plan::PlanOptions;
use crate::prepare;
use crate::progress::{Event, Listener};
use crate::service::Transcriber;
use crate::source::{Source, SourceKind};
use crate::spool::Storage;
use crate::task::Task;
use crate::transcript::Transcript;
use crate::{MergeOptions, Thresholds};
use groq_models::{Catalog, Plan, Quota};

/// Writes down recordings of any length.
///
/// It is made once, and can be used for many recordings, one after another or at the same time: they, and all clones, share
/// the limits, and the pause that the service asks for. Dropping the future of a call cancels it: nothing more is sent,
/// decoding stops, temporary files vanish.
///
/// ```
/// # async fn example(groq: impl groq_audio::Transcriber) -> Result<(), groq_audio::Error> {
/// use groq_audio::LongAudio;
/// use std::fs::File;
///
/// let talk = LongAudio::new(&groq).model("whisper-large-v3-turbo").language("en");
/// let transcript = talk.transcribe("talk.mp4").await?;
/// transcript.save("talk.srt")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LongAudio<T> {
    service: T,
    settings: Settings,
    pace: Arc<Pace>,
}

impl<T: Transcriber> LongAudio<T> {
    /// With `whisper-large-v3-turbo`, pieces of at most 600 s, three of them in flight.
    pub fn new(service: &T) -> Self {
        Self {
            service: service.clone(),
            settings: Settings::default(),
            pace: Arc::new(Pace::new(&Quota::new())),
        }
    }

    /// Sets the model.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.settings.model = model.into();
        self
    }

    /// Sets the language of the speech, as its two-letter code: answers come faster and are better.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.settings.language = Some(language.into());
        self
    }

    /// Sets whether the language found in the first piece is named for all others, which then wait for it.
    pub fn pin_language(mut self, pin: bool) -> Self {
        self.settings.pin_language = pin;
        self
    }

    /// Sets text that goes with every piece and steers spelling and style: at most 896 characters and 224 tokens.
    pub fn prompt(mut self, prompt: impl Into<String>) -> Self {
        self.settings.prompt = Some(prompt.into());
        self
    }

    /// Sets the randomness, from 0 to 1; the service's own default is 0.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.settings.temperature = Some(temperature);
        self
    }

    /// Sets what answers should have times for: words by default.
    pub fn times(mut self, times: Times) -> Self {
        self.settings.times = times;
        self
    }

    /// Sets how pieces are cut.
    pub fn pieces(mut self, plan: PlanOptions) -> Self {
        self.settings.prepare.plan = plan;
        self
    }

    /// Sets the plan of the account, which limits the size of an upload; the free plan by default.
    pub fn plan(mut self, plan: Plan) -> Self {
        self.settings.plan = plan;
        self
    }

    /// Sets how pieces are encoded: FLAC by default.
    pub fn encoding(mut self, encoding: Encoding) -> Self {
        self.settings.prepare.encoding = encoding;
        self
    }

    /// Sets where pieces wait for their upload: in a temporary file by default.
    pub fn storage(mut self, storage: Storage) -> Self {
        self.settings.prepare.storage = storage;
        self
    }

    /// Sets whether `ffmpeg` may decode what cannot be decoded here; it may by default, if it is there.
    pub fn ffmpeg(mut self, allowed: bool) -> Self {
        self.settings.prepare.ffmpeg = allowed;
        self
    }

    /// Sets how many pieces are in flight at once, from 1 on; three by default.
    pub fn in_flight(mut self, pieces: usize) -> Self {
        self.settings.in_flight = pieces.max(1);
        self
    }

    /// Sets the account's rate limits, which are then kept before the service has to enforce them. What cannot fit into them within
    /// [`max_wait`](Self::max_wait) is refused before anything is sent, if the file says how long it is.
    ///
    /// Without them, limits are learned from the responses.
    ///
    /// ```no_run
    /// use groq_audio::LongAudio;
    /// use groq_audio::models::{Catalog, Plan};
    ///
    /// # fn example(client: &groq_core::Client) {
    /// let quota = Catalog::shipped().quota("whisper-large-v3-turbo", Plan::Free);
    /// let audio = LongAudio::new(client).quota(quota.unwrap_or_default());
    /// # }
    /// ```
    pub fn quota(mut self, quota: Quota) -> Self {
        self.pace = Arc::new(Pace::new(&quota));
        self
    }

    /// Sets the longest wait for limits, at the beginning or between: 15 minutes by default. What needs longer is refused.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.settings.patience.wait = wait;
        self
    }

    /// Sets how often a piece is sent at the most when the service or the network fails: 6 times by default.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.settings.patience.attempts = attempts.max(1);
        self
    }

    /// Sets how long an attempt may take: 10 minutes by default.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.settings.attempt_timeout = limit;
        self
    }

    /// Sets whether a file that fits the limits and needs no cut is sent as it is; it is by default.
    pub fn send_whole(mut self, whole: bool) -> Self {
        self.settings.send_whole = whole;
        self
    }

    /// Sets how words are compared where pieces meet.
    pub fn merging(mut self, options: MergeOptions) -> Self {
        self.settings.merge = options;
        self
    }

    /// Sets where suspicion begins.
    pub fn quality(mut self, thresholds: Thresholds) -> Self {
        self.settings.thresholds = thresholds;
        self
    }

    /// Sets the share of the audio, from 0 to 1, that may be asked for again because answers are suspicious: 0.5 by default.
    ///
    /// Unless it is 0, one piece may always be asked for again.
    pub fn ask_again(mut self, share: f64) -> Self {
        self.settings.ask_again = share;
        self
    }

    /// Keeps answers in a file that only its owner can read, so that a job that was killed goes on where it was.
    ///
    /// It can hold many recordings, but serves one job at a time: another one is refused. An answer is found again only for
    /// the same audio and the same options.
    pub fn journal(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.journal = Some(path.into());
        self
    }

    /// Tells `listener` what happens, from several threads.
    pub fn on_event(mut self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.settings.listener = Listener::new(listener);
        self
    }

    /// Writes down what is said.
    ///
    /// # Errors
    ///
    /// [`is_invalid_request`](Error::is_invalid_request): the options contradict each other or the model.
    /// [`is_unsupported`](Error::is_unsupported), [`is_corrupt`](Error::is_corrupt), [`is_io`](Error::is_io): the audio
    /// cannot be decoded. [`is_rate_limited`](Error::is_rate_limited): it does not fit the limits.
    /// [`is_service`](Error::is_service): the service refused. [`is_journal`](Error::is_journal): the journal cannot be used.
    pub async fn transcribe(&self, source: impl Into<Source>) -> Result<Transcript, Error> {
        self.run(source.into(), Task::Transcribe).await
    }

    /// Writes down in English what is said in another language. It needs a model that translates.
    ///
    /// # Errors
    ///
    /// As for [`transcribe`](Self::transcribe).
    pub async fn translate(&self, source: impl Into<Source>) -> Result<Transcript, Error> {
        self.run(source.into(), Task::Translate).await
    }

    /// Estimates requests, price and wait before anything is sent. A file that does not give its length is decoded for it.
    ///
    /// # Errors
    ///
    /// As for [`transcribe`](Self::transcribe), without those of the service. A source that can be read only once is
    /// [`is_invalid_request`](Error::is_invalid_request).
    pub async fn estimate(&self, source: impl Into<Source>) -> Result<Estimate, Error> {
        let source = source.into();
        let options = self.settings.prepare();
        let seconds = off_thread(move || {
            let (_, seconds) = look(whole::copy(&source)?, &options.decode())?;
            match seconds {
                Some(seconds) => Ok(seconds),
                None => Ok(crate::clock::seconds(
                    prepare::measure(source, &options)?.1.samples,
                )),
            }
        });
        Ok(self.estimate_seconds(seconds.await?))
    }

    /// Estimates requests, price and wait for so many seconds of audio.
    pub fn estimate_seconds(&self, seconds: f64) -> Estimate {
        let mut estimate = Estimate::new(seconds, &self.settings.plan(), &self.settings.model);
        estimate.wait = self.pace.wait_for(Need {
            requests: estimate.pieces as f64,
            seconds: estimate.billed_seconds,
            tokens: 0.0,
        });
        estimate
    }

    async fn run(&self, source: Source, task: Task) -> Result<Transcript, Error> {
        let mut settings = self.settings.clone();
        settings.task = task;
        settings.check()?;
        let most = Catalog::shipped().upload_bytes(settings.plan);
        let plan = settings.prepare.plan.clone();
        settings.prepare.plan = plan.bytes_at_most(most - 1_000_000);
        let options = settings.prepare();
        let send_whole = settings.send_whole || matches!(source.kind, SourceKind::Url(_));
        let (source, whole) = off_thread(move || {
            let whole = match send_whole {
                true => whole::whole(&source, &options, most)?,
                false => None,
            };
            Ok((source, whole))
        })
        .await?;
        self.refuse_what_cannot_fit(&source).await?;
        let job = Job::new(self.service.clone(), settings, Arc::clone(&self.pace)).await?;
        let (answered, summary, flags) = match whole {
            Some(whole) => whole::transcribe(&job, source, whole).await?,
            None => {
                let (answered, summary) = job.pieces(source, job.settings.prepare(), 0).await?;
                (answered, summary, Vec::new())
            }
        };
        let mut transcript = transcript(answered, summary, job.usage(), &job.settings);
        transcript.flags.extend(flags);
        Ok(transcript)
    }

    /// Where limits and length are known, a job that would have to wait too long is refused before anything is sent.
    async fn refuse_what_cannot_fit(&self, source: &Source) -> Result<(), Error> {
        if !self.pace.is_limited() {
            return Ok(());
        }
        let Ok(again) = whole::copy(source) else {
            return Ok(());
        };
        let options = self.settings.prepare();
        let seen = off_thread(move || look(again, &options.decode())).await;
        let Ok((_, Some(seconds))) = seen else {
            return Ok(());
        };
        let wait = self.estimate_seconds(seconds).wait;
        match wait > self.settings.patience.wait {
            true => Err(over(wait)),
            false => Ok(()),
        }
    }
}
