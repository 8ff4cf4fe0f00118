//! What a job is told.

use std::path::PathBuf;
use std::time::Duration;

use groq_models::Plan;

use crate::error::Error;
use crate::pace::Patience;
use crate::prepare::PrepareOptions;
use crate::progress::Listener;
use crate::task::{self, Task};
use crate::{MergeOptions, PlanOptions, Thresholds};

/// What answers should have times for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Times {
    /// Words and segments: the exact way to join pieces, and what subtitles need.
    #[default]
    Words,
    /// Segments alone.
    Segments,
    /// Nothing: plain text.
    None,
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) model: String,
    pub(super) task: Task,
    pub(super) language: Option<String>,
    pub(super) pin_language: bool,
    pub(super) prompt: Option<String>,
    pub(super) temperature: Option<f64>,
    pub(super) times: Times,
    pub(super) plan: Plan,
    pub(super) prepare: PrepareOptions,
    pub(super) merge: MergeOptions,
    pub(super) thresholds: Thresholds,
    pub(super) in_flight: usize,
    pub(super) patience: Patience,
    pub(super) attempt_timeout: Duration,
    pub(super) send_whole: bool,
    pub(super) ask_again: f64,
    pub(super) journal: Option<PathBuf>,
    pub(super) listener: Listener,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            model: "whisper-large-v3-turbo".to_owned(),
            task: Task::Transcribe,
            language: None,
            pin_language: false,
            prompt: None,
            temperature: None,
            times: Times::Words,
            plan: Plan::Free,
            prepare: PrepareOptions::default(),
            merge: MergeOptions::default(),
            thresholds: Thresholds::default(),
            in_flight: 3,
            patience: Patience::default(),
            attempt_timeout: Duration::from_secs(600),
            send_whole: true,
            ask_again: 0.5,
            journal: None,
            listener: Listener::default(),
        }
    }
}

impl Settings {
    /// Refuses what cannot work, before anything is read or sent.
    pub(super) fn check(&self) -> Result<(), Error> {
        task::check(&self.model, self.task, self.language.as_deref())?;
        if let Some(prompt) = &self.prompt {
            task::check_prompt(prompt)?;
        }
        if self
            .temperature
            .is_some_and(|it| !(0.0..=1.0).contains(&it))
        {
            return Err(Error::options("the temperature must be from 0 to 1"));
        }
        Ok(())
    }

    /// Translations have no words.
    pub(super) fn times(&self) -> Times {
        match (self.task, self.times) {
            (Task::Translate, Times::Words) => Times::Segments,
            (_, times) => times,
        }
    }

    /// How pieces are made, with an overlap that the answers need.
    pub(super) fn prepare(&self) -> PrepareOptions {
        let mut options = self.prepare.clone().hash(self.journal.is_some());
        if self.times() != Times::Words {
            options.plan = options.plan.overlap_at_least(Duration::from_millis(2_500));
        }
        options
    }

    pub(super) fn plan(&self) -> PlanOptions {
        self.prepare().plan
    }

    /// Everything that an answer depends on, beside the audio.
    pub(super) fn fingerprint(&self) -> String {
        let Self {
            model,
            task,
            language,
            prompt,
            temperature,
            ..
        } = self;
        let times = self.times();
        format!("{model:?} {task:?} {language:?} {prompt:?} {temperature:?} {times:?}")
    }
}
