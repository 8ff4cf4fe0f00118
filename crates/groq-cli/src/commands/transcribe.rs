//! `groq transcribe`, and what `groq translate` shares with it.

mod bars;
mod estimate;
mod input;
mod journal;
mod recordings;
mod report;
mod run;
mod target;

pub(crate) use recordings::{Recordings, Task};

use groq_core::models::DefaultModel;

use crate::{defaults, failure::Failure, session::Session};

/// Transcribe recordings of any length.
#[derive(Debug, clap::Args)]
#[command(after_help = include_str!("../help/transcribe.txt"))]
pub(crate) struct Args {
    #[arg(short, long, value_name = "ID", help = defaults::help("Model", DefaultModel::Transcription))]
    model: Option<String>,
    /// Time every word: one subtitle per word, or, as text, one line per word with its start and end in seconds.
    #[arg(long)]
    words: bool,
    #[command(flatten)]
    recordings: Recordings,
}

impl Args {
    pub(crate) async fn run(self, session: &Session) -> Result<(), Failure> {
        let model = session.model(DefaultModel::Transcription, self.model.as_ref())?;
        let task = if self.words {
            Task::TranscribeWords
        } else {
            Task::Transcribe
        };
        self.recordings.run(session, &model, task).await
    }

    pub(crate) fn when_interrupted(&self) -> &'static str {
        self.recordings.when_interrupted()
    }
}
