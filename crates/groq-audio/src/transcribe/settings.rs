//! The options of a job.

use std::path::PathBuf;
use std::time::Duration;

use groq_models::{Catalog, Date, DefaultModel, Plan, Usage, Validate};
use groq_types::{TranscriptionRequest, TranslationRequest};

use crate::error::Error;
use crate::estimate::{billed, billed_seconds};
use crate::prepare::PrepareOptions;
use crate::progress::Listener;
use crate::service::{MAX_RETRIES, MAX_WAIT};
use crate::task::{Task, Timestamps};
use crate::{MergeOptions, Thresholds};

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) catalog: Catalog,
    pub(super) model: String,
    pub(super) task: Task,
    pub(super) language: Option<String>,
    pub(super) pin_language: bool,
    pub(super) prompt: Option<String>,
    pub(super) temperature: Option<f64>,
    pub(super) timestamps: Timestamps,
    pub(super) plan: Plan,
    pub(super) prepare: PrepareOptions,
    pub(super) merge: MergeOptions,
    pub(super) thresholds: Thresholds,
    pub(super) max_concurrency: usize,
    pub(super) max_retries: u32,
    pub(super) max_wait: Duration,
    pub(super) attempt_timeout: Duration,
    pub(super) send_whole: bool,
    pub(super) recheck_share: f64,
    pub(super) journal: Option<PathBuf>,
    pub(super) listener: Listener,
}

impl Default for Settings {
    fn default() -> Self {
        let catalog = Catalog::shipped();
        let model = catalog.default_model(DefaultModel::Transcription);
        Self {
            model: model.unwrap_or("whisper-large-v3-turbo").to_owned(),
            catalog,
            task: Task::Transcribe,
            language: None,
            pin_language: false,
            prompt: None,
            temperature: None,
            timestamps: Timestamps::Words,
            plan: Plan::Free,
            prepare: PrepareOptions::default(),
            merge: MergeOptions::default(),
            thresholds: Thresholds::default(),
            max_concurrency: 3,
            max_retries: MAX_RETRIES,
            max_wait: MAX_WAIT,
            attempt_timeout: Duration::from_secs(600),
            send_whole: true,
            recheck_share: 0.5,
            journal: None,
            listener: Listener::default(),
        }
    }
}

impl Settings {
    /// Refuses what cannot work, before anything is read or sent.
    pub(super) fn check(&self) -> Result<(), Error> {
        // A model that was shut down may still serve some accounts: the service decides.
        let mut catalog = self.catalog.clone();
        if let Some(before) = Date::new(2000, 1, 1) {
            catalog = catalog.on(before);
        }
        let diagnostics = match self.task {
            Task::Transcribe => {
                let mut request = TranscriptionRequest::new(&self.model);
                request.language = self.language.as_deref().map(Into::into);
                request.prompt.clone_from(&self.prompt);
                request.temperature = self.temperature;
                request.validate(&catalog)
            }
            Task::Translate => {
                let mut request = TranslationRequest::new(&self.model);
                request.prompt.clone_from(&self.prompt);
                request.temperature = self.temperature;
                request.validate(&catalog)
            }
        };
        diagnostics
            .into_result()
            .map_err(|error| Error::invalid(error.to_string()))?;
        // No token of the models' vocabulary spans two words.
        let tokens = self.prompt.as_deref().unwrap_or_default();
        let tokens = tokens.split_whitespace().count();
        let max = self.catalog.service().audio_prompt_tokens;
        if tokens > max {
            return Err(Error::invalid(format!(
                "the prompt has at least {tokens} tokens, and the models use at most {max}"
            )));
        }
        Ok(())
    }

    /// The most bytes of an upload.
    pub(super) fn upload_limit(&self) -> u64 {
        self.catalog.upload_bytes(self.plan)
    }

    /// Translations have no words.
    pub(super) fn timestamps(&self) -> Timestamps {
        match (self.task, self.timestamps) {
            (Task::Translate, Timestamps::Words) => Timestamps::Segments,
            (_, timestamps) => timestamps,
        }
    }

    /// How pieces are made, with an overlap that the transcriptions need.
    pub(super) fn prepare(&self) -> PrepareOptions {
        let mut options = self.prepare.clone().hash(self.journal.is_some());
        if self.timestamps() != Timestamps::Words {
            options.pieces = options
                .pieces
                .overlap_at_least(Duration::from_millis(2_500));
        }
        options
    }

    /// What a request with this much audio uses.
    pub(super) fn usage(&self, seconds: f64) -> Usage {
        let mut usage = billed(self.billed_seconds(seconds));
        usage.audio = Some(crate::clock::span(seconds));
        usage
    }

    pub(super) fn billed_seconds(&self, seconds: f64) -> f64 {
        billed_seconds(&self.catalog, seconds)
    }

    /// Everything that a transcription depends on, beside the audio.
    pub(super) fn fingerprint(&self) -> String {
        let Self {
            model,
            task,
            language,
            prompt,
            temperature,
            ..
        } = self;
        let timestamps = self.timestamps();
        format!("{model:?} {task:?} {language:?} {prompt:?} {temperature:?} {timestamps:?}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut Settings)) -> Result<(), Error> {
        let mut settings = Settings::default();
        change(&mut settings);
        settings.check()
    }

    #[test]
    fn a_model_that_cannot_is_refused_with_one_that_can() {
        let error = check(|it| it.task = Task::Translate).expect_err("turbo");
        assert!(error.is_invalid_request());
        assert!(
            error.to_string().contains("whisper-large-v3 does"),
            "{error}"
        );
        let english = |it: &mut Settings| {
            it.model = "distil-whisper-large-v3-en".to_owned();
            it.language = Some("de".to_owned());
        };
        let error = check(english).expect_err("German");
        assert!(error.to_string().contains("only en"), "{error}");
        assert!(check(|it| it.model = "distil-whisper-large-v3-en".to_owned()).is_ok());
        let unknown = |it: &mut Settings| {
            it.model = "whisper-large-v9".to_owned();
            it.task = Task::Translate;
            it.language = Some("de".to_owned());
        };
        assert!(check(unknown).is_ok());
    }

    #[test]
    fn long_prompts_are_refused() {
        let prompt = |prompt: String| check(|it| it.prompt = Some(prompt));
        assert!(prompt("é".repeat(896)).is_ok());
        assert!(prompt("é".repeat(897)).is_err());
        assert!(prompt("a ".repeat(225)).is_err());
        assert!(check(|it| it.temperature = Some(1.5)).is_err());
    }
}
